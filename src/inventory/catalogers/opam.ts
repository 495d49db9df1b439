import { type Cataloger, MIB } from "../cataloger.ts";

/** A switch keeps the file of each package in a folder that is named `name.version`. */
const PLACE = /(?:^|\/)([a-zA-Z][\w+-]*)\.([^/]+)\/opam$/;

/** OCaml packages that opam has installed (opam.ocaml.org/doc/Manual.html). */
export const opam: Cataloger = {
  name: "opam",
  scope: "installed",
  reads: "*/name.version/opam",
  endings: ["opam"],
  isMine: (path) => path.endsWith("/opam") && PLACE.test(path),
  maxBytes: MIB,
  read: (content, path) => {
    const text = content.toString("utf8");
    const [, name, version] = PLACE.exec(path) ?? [];
    if (name === undefined || version === undefined || !/^opam-version:/m.test(text)) return undefined;
    const license = /^license: "([^"\n]{1,200})"/m.exec(text)?.[1];
    return { packages: [{ type: "opam", name, version, licenses: license === undefined ? [] : [license] }] };
  },
};
