import { type Cataloger, MIB } from "../cataloger.ts";

/** Tables whose lists, under any key or under that one, are what the project asks for (PEP 621, PEP 735, pdm-project.org). */
const LISTS: readonly (readonly [RegExp, RegExp])[] = [
  [/^project$/, /^dependencies$/],
  [/^(?:project\.optional-dependencies|dependency-groups|tool\.pdm\.dev-dependencies)$/, /./],
];
/** Tables whose keys are (python-poetry.org/docs/pyproject). */
const KEYS = /^tool\.poetry\.(?:dependencies|dev-dependencies|group\.[^.]+\.dependencies)$/;

const nameOf = (text: string): readonly (readonly [string, string])[] => {
  const [, name, range = ""] = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([^;]*)/.exec(text) ?? [];
  return name === undefined ? [] : [[name, range.trim()]];
};

const textsIn = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"\\]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? "");

/** What a Python project asks for itself: it tells no packages, but which of those in the lock file beside it are asked for. */
export const pyproject: Cataloger = {
  name: "pyproject",
  scope: "declared",
  reads: "pyproject.toml",
  endings: ["toml"],
  isMine: (path) => /(?:^|\/)pyproject\.toml$/.test(path),
  maxBytes: MIB,
  read: (content) => {
    const asks: (readonly [string, string])[] = [];
    let table = "";
    let inList = false;
    for (const line of content.toString("utf8").split(/\r?\n/)) {
      if (inList) {
        for (const one of textsIn(line).flatMap(nameOf)) asks.push(one);
        inList = !/\]\s*,?\s*(?:#.*)?$/.test(line.replaceAll(/"[^"]*"|'[^']*'/g, ""));
        continue;
      }
      const header = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/.exec(line)?.[1];
      if (header !== undefined) table = header.replaceAll(/[\s"']/g, "");
      const [, quoted, bare = quoted ?? "", value = ""] = /^\s*(?:"([^"]+)"|([A-Za-z0-9_.-]+))\s*=\s*(.*)$/.exec(line) ?? [];
      if (bare === "") continue;
      if (KEYS.test(table) && bare !== "python") asks.push([bare, ""]);
      if (!value.startsWith("[") || !LISTS.some(([tables, keys]) => tables.test(table) && keys.test(bare))) continue;
      for (const one of textsIn(value).flatMap(nameOf)) asks.push(one);
      inList = !value.replaceAll(/"[^"]*"|'[^']*'/g, "").includes("]");
    }
    return asks.length === 0 ? undefined : { packages: [], asks };
  },
};
