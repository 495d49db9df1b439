import { type Cataloger, MIB } from "../cataloger.ts";

const DESC = /(?:^|\/)var\/lib\/pacman\/local\/[^/]+\/desc$/;

/** `%NAME%` and the lines behind it, up to an empty one (man.archlinux.org, alpm). */
const sectionsOf = (text: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    text.split(/\n{2,}/).map((part) => {
      const [heading = "", ...lines] = part.trim().split("\n");
      return [heading, lines];
    }),
  );

/** Packages of Arch Linux and its kin. */
export const alpm: Cataloger = {
  name: "alpm",
  scope: "installed",
  reads: "var/lib/pacman/local/*/desc",
  endings: ["desc"],
  isMine: (path) => path.endsWith("/desc") && DESC.test(path),
  maxBytes: MIB,
  read: (content) => {
    const sections = sectionsOf(content.toString("utf8"));
    const first = (key: string): string | undefined => sections.get(key)?.[0];
    const [name, version, base, arch] = [first("%NAME%"), first("%VERSION%"), first("%BASE%"), first("%ARCH%")];
    if (name === undefined || version === undefined) return undefined;
    return {
      packages: [
        {
          type: "alpm",
          name,
          version,
          ...(base === undefined ? {} : { source: { name: base, version } }),
          ...(arch === undefined ? {} : { arch }),
          licenses: sections.get("%LICENSE%") ?? [],
        },
      ],
    };
  },
};
