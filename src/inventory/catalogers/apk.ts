import { createAllowance, MAX_NEEDS, MAX_OWNED_CHARACTERS, MAX_PACKAGES, MORE_NEEDS, MORE_PACKAGES } from "../allowance.ts";
import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

/** No package has more to say. */
const MAX_CHARACTERS = 16 * MIB;

function* partsOf(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length;) {
    const found = text.indexOf("\n\n", at);
    const end = found < 0 ? text.length : found;
    if (end > at) yield text.slice(at, Math.min(end, at + MAX_CHARACTERS));
    at = end + 1;
  }
}

/** `so:libc.musl-x86_64.so.1=1.2.3`, `busybox>=1.36`, `cmd:sh`: what is meant, without its version; what is refused (`!other`) is not needed. */
const meant = (written: string | undefined): readonly string[] =>
  (written ?? "").split(/\s+/, 2000).flatMap((one) => /^[^!<>=~][^<>=~]*/.exec(one)?.[0] ?? []);

/** Alpine's, Wolfi's and Chainguard's packages: one letter a field, an empty line behind each package (apk-tools, `lib/apk/db/installed`). */
export const apk: Cataloger = {
  name: "apk",
  scope: "installed",
  reads: "lib/apk/db/installed, usr/lib/apk/db/installed",
  endings: ["installed"],
  isMine: (path) => /(?:^|\/)lib\/apk\/db\/installed$/.test(path),
  maxBytes: 64 * MIB,
  read: (content) => {
    const packages: Package[] = [];
    const providers = new Map<string, number>();
    const needs: (readonly [from: number, what: string])[] = [];
    const owns = new Map<string, string[]>();
    const characters = createAllowance(MAX_OWNED_CHARACTERS);
    const asked = createAllowance(MAX_NEEDS);
    for (const part of partsOf(content.toString("utf8"))) {
      const fields = new Map<string, string>();
      const files: string[] = [];
      let folder = "";
      for (const line of part.split("\n")) {
        const [, letter = "", value = ""] = /^([A-Za-z]):(.*)$/.exec(line) ?? [];
        if (letter === "F") folder = value;
        else if (letter === "R" && characters.take(folder.length + value.length + 1))
          files.push(folder === "" ? value : `${folder}/${value}`);
        else if (!fields.has(letter)) fields.set(letter, value);
      }
      const [name = "", version = "", origin = "", arch = "", license = ""] = ["P", "V", "o", "A", "L"].map((letter) => fields.get(letter));
      // `apk add --virtual` makes a name for others, with nothing in it.
      if (name === "" || version === "" || fields.get("T") === "virtual meta package") continue;
      if (packages.length === MAX_PACKAGES) return { packages, owns, unseen: MORE_PACKAGES };
      for (const provided of [name, ...meant(fields.get("p"))]) providers.set(provided, packages.length);
      for (const needed of meant(fields.get("D"))) if (asked.take(1)) needs.push([packages.length, needed]);
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
    const edges = needs.flatMap(([from, what]) => {
      const to = providers.get(what);
      return to === undefined || to === from ? [] : [[from, to] as const];
    });
    return {
      packages,
      owns,
      ...(edges.length === 0 ? {} : { edges }),
      ...(asked.isSpent() ? { unseen: MORE_NEEDS } : {}),
      ...(characters.isSpent() ? { unseen: "the names of its files are longer than is read" } : {}),
    };
  },
};
