import { type Cataloger, MIB } from "../cataloger.ts";

/** Which files each package of dpkg has put there: what lies in them is the distribution's. */
export const dpkgFiles: Cataloger = {
  name: "dpkg-files",
  scope: "installed",
  reads: "var/lib/dpkg/info/*.list, var/lib/dpkg/status.d/*.md5sums",
  endings: ["list", "md5sums"],
  isMine: (path) => /(?:^|\/)var\/lib\/dpkg\/(?:info\/[^/]+\.list|status\.d\/[^/]+\.md5sums)$/.test(path),
  maxBytes: 16 * MIB,
  read: (content, path) => {
    const [, name = "", kind] = /([^/]+?)(?::[a-z0-9]+)?\.(list|md5sums)$/.exec(path) ?? [];
    const files = content
      .toString("utf8")
      .split("\n")
      .map((line) => (kind === "list" ? line : line.replace(/^[0-9a-f]{32} [ *]/, "")).replace(/^\.?\/+/, ""))
      .filter((line) => line !== "" && line !== ".");
    return { packages: [], owns: new Map([[name, files]]) };
  },
};
