import { type Cataloger, MIB } from "../cataloger.ts";

const CELLAR = /(?:^|\/)Cellar\/([^/]+)\/([^/]+)\/\.brew\/[^/]+\.rb$/;

/** Formulae that Homebrew has installed: name and version are folders (docs.brew.sh). */
export const homebrew: Cataloger = {
  name: "homebrew",
  scope: "installed",
  reads: "Cellar/*/*/.brew/*.rb",
  endings: ["rb"],
  isMine: (path) => CELLAR.test(path),
  maxBytes: MIB,
  read: (content, path) => {
    const [, name, version] = CELLAR.exec(path) ?? [];
    const license = /^[ \t]*license "([^"\n]{1,200})"/m.exec(content.toString("utf8"))?.[1];
    return name === undefined || version === undefined
      ? undefined
      : { packages: [{ type: "brew", name, version, licenses: license === undefined ? [] : [license] }] };
  },
};
