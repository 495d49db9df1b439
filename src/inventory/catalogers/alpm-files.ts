import { type Cataloger, MIB } from "../cataloger.ts";

const FILES = /(?:^|\/)var\/lib\/pacman\/local\/([^/]+)-[^/-]+-[^/-]+\/files$/;

/** Which files each package of Arch Linux has put there. */
export const alpmFiles: Cataloger = {
  name: "alpm-files",
  scope: "installed",
  reads: "var/lib/pacman/local/*/files",
  endings: ["files"],
  isMine: (path) => path.endsWith("/files") && FILES.test(path),
  maxBytes: 16 * MIB,
  read: (content, path) => {
    const [, name = ""] = FILES.exec(path) ?? [];
    const [, list = ""] = /^%FILES%\n([\s\S]*?)(?:\n\n|$(?![\s\S]))/m.exec(content.toString("utf8")) ?? [];
    return { packages: [], owns: new Map([[name, list.split("\n").filter((file) => file !== "" && !file.endsWith("/"))]]) };
  },
};
