import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

/** Alpine's, Wolfi's and Chainguard's packages: one letter a field, an empty line behind each package (apk-tools, `lib/apk/db/installed`). */
export const apk: Cataloger = {
  name: "apk",
  scope: "installed",
  reads: "lib/apk/db/installed, usr/lib/apk/db/installed",
  isMine: (path) => /(?:^|\/)lib\/apk\/db\/installed$/.test(path),
  maxBytes: 64 * MIB,
  read: (content) => {
    const packages: Package[] = [];
    const owns = new Map<string, string[]>();
    for (const part of content.toString("utf8").split(/\n\n+/)) {
      const fields = new Map<string, string>();
      const files: string[] = [];
      let folder = "";
      for (const line of part.split("\n")) {
        const [, letter = "", value = ""] = /^([A-Za-z]):(.*)$/.exec(line) ?? [];
        if (letter === "F") folder = value;
        else if (letter === "R") files.push(folder === "" ? value : `${folder}/${value}`);
        else if (!fields.has(letter)) fields.set(letter, value);
      }
      const [name = "", version = "", origin = "", arch = "", license = ""] = ["P", "V", "o", "A", "L"].map((letter) => fields.get(letter));
      if (name === "" || version === "") continue;
      packages.push({
        type: "apk",
        name,
        version,
        source: { name: origin === "" ? name : origin, version },
        ...(arch === "" ? {} : { arch }),
        licenses: license === "" ? [] : [license],
      });
      owns.set(name, files);
    }
    return { packages, owns };
  },
};
