import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

/** Modules that a Go program asks for (go.dev/ref/mod#go-mod-file), after what `replace` says. */
export const goMod: Cataloger = {
  name: "go-mod",
  scope: "declared",
  reads: "go.mod",
  isMine: (path) => /(?:^|\/)go\.mod$/.test(path),
  maxBytes: 4 * MIB,
  read: (content) => {
    const found = new Map<string, Package>();
    const replaced = new Map<string, Package | undefined>();
    let block = "";
    for (const raw of content.toString("utf8").split(/\r?\n/)) {
      const line = raw.replace(/\/\/.*$/, "").trim();
      const [, word, rest] = /^(require|replace|exclude|retract)\s+(.*)$/.exec(line) ?? [];
      if (rest === "(") block = word ?? "";
      else if (line === ")") block = "";
      const said = rest ?? line;
      const kind = word ?? block;
      if (kind === "require") {
        const [, name, version] = /^"?([^\s"]+)"?\s+(v[^\s]+)$/.exec(said) ?? [];
        if (name !== undefined && version !== undefined) found.set(name, { type: "golang", name, version, licenses: [] });
      }
      if (kind === "replace") {
        const [, from, name, version] = /^(\S+)(?:\s+v\S+)?\s+=>\s+(\S+)(?:\s+(v\S+))?$/.exec(said) ?? [];
        // A folder in its place has no version.
        if (from !== undefined && name !== undefined)
          replaced.set(from, version === undefined ? undefined : { type: "golang", name, version, licenses: [] });
      }
    }
    return { packages: [...found].flatMap(([name, one]) => (replaced.has(name) ? (replaced.get(name) ?? []) : one)) };
  },
};
