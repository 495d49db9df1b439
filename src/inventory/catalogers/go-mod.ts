import { type Cataloger, MIB } from "../cataloger.ts";
import type { Package } from "../package.ts";

const DIRECTIVE = /^(module|go|toolchain|godebug|tool|ignore|require|replace|exclude|retract)(?:\s+|(?=\())(.*)$/;

/** A path or a version as it is, or within quotes of either kind. */
const words = (line: string): readonly string[] =>
  (line.match(/"[^"]*"|`[^`]*`|[^\s"`]+/g) ?? []).map((word) => word.replace(/^(["`])(.*)\1$/, "$2"));

/**
 * Modules that a Go program asks for (go.dev/ref/mod#go-mod-file), after what `replace` says: of one version only, where it names one. What is replaced by a folder
 * has no version. `exclude` and `retract` are for choosing versions and say nothing of what was chosen.
 */
export const goMod: Cataloger = {
  name: "go-mod",
  scope: "declared",
  reads: "go.mod",
  endings: ["mod"],
  isMine: (path) => /(?:^|\/)go\.mod$/.test(path),
  maxBytes: 4 * MIB,
  read: (content) => {
    const found = new Map<string, string>();
    const indirect = new Set<string>();
    const replaced = new Map<string, Package | undefined>();
    let block = "";
    for (const raw of content.toString("utf8").split(/\r?\n/)) {
      const line = raw.replace(/(?:^|\s)\/\/.*$/, "").trim();
      const [, directive, rest] = (block === "" ? DIRECTIVE.exec(line) : undefined) ?? [];
      if (rest?.trim() === "(") {
        block = directive ?? "";
        continue;
      }
      if (line === ")") {
        block = "";
        continue;
      }
      const [kind, said] = [directive ?? block, words(rest ?? line)];
      const [name = "", version = ""] = said;
      if (kind === "require" && version.startsWith("v")) {
        found.set(name, version);
        if (/\/\/\s*indirect\b/.test(raw)) indirect.add(name);
      }
      const arrow = said.indexOf("=>");
      if (kind !== "replace" || arrow < 1) continue;
      const [to, toVersion] = said.slice(arrow + 1);
      replaced.set(
        arrow === 1 ? name : `${name} ${version}`,
        to === undefined || toVersion === undefined ? undefined : { type: "golang", name: to, version: toVersion, licenses: [] },
      );
    }
    const packages = [...found].flatMap(([name, version]): readonly Package[] => {
      const key = [`${name} ${version}`, name].find((one) => replaced.has(one));
      const one: Package | undefined = key === undefined ? { type: "golang", name, version, licenses: [] } : replaced.get(key);
      return one === undefined ? [] : [indirect.has(name) ? one : { ...one, direct: true }];
    });
    return { packages };
  },
};
