import { type Cataloger, MIB } from "../cataloger.ts";

const CONTENTS = /(?:^|\/)var\/db\/pkg\/([^/]+)\/([^/]+?)-(\d[^/-]*(?:-r\d+)?)\/CONTENTS$/;

/** Gentoo's packages: category, name and version are folders, and the file lists what they have put there (wiki.gentoo.org/wiki//var/db/pkg). */
export const portage: Cataloger = {
  name: "portage",
  scope: "installed",
  reads: "var/db/pkg/*/*/CONTENTS",
  endings: ["contents"],
  isMine: (path) => path.endsWith("/CONTENTS") && CONTENTS.test(path),
  maxBytes: 16 * MIB,
  read: (content, path) => {
    const [, namespace, name, version] = CONTENTS.exec(path) ?? [];
    if (namespace === undefined || name === undefined || version === undefined) return undefined;
    const files = [...content.toString("utf8").matchAll(/^obj \/(.+) [0-9a-f]{32} \d+$/gm)].flatMap(([, file]) => file ?? []);
    return { packages: [{ type: "ebuild", namespace, name, version, licenses: [] }], owns: new Map([[`${namespace}/${name}`, files]]) };
  },
};
