import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { type TomlTable, tomlTables } from "../toml-tables.ts";

/** Names of Python packages are equal in whatever case and with whatever between their words (PEP 503). */
const nameKey = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** Names at the beginning of `requests>=2`, `requests[socks] 2.0`. */
const needsOf = ({ lists, below }: TomlTable): readonly string[] =>
  [...(lists.get("dependencies") ?? []), ...(below.get("dependencies") ?? [])].flatMap((need) => /^[A-Za-z0-9._-]+/.exec(need)?.[0] ?? []);

/** The repository's own, in the words of each tool. */
const isOwn = ({ texts, braces, below }: TomlTable): boolean =>
  /^\{\s*(?:virtual|editable|directory)\s*=/.test(braces.get("source") ?? "") ||
  texts.has("path") ||
  below.has("directory") ||
  braces.has("directory");

/** Poetry's groups, PDM's too; without them everything is for everybody. */
const isForDevelopment = ({ texts, lists }: TomlTable): boolean => {
  const groups = lists.get("groups") ?? [];
  return texts.get("category") === "dev" || (groups.length > 0 && !groups.some((group) => group === "main" || group === "default"));
};

/** Python packages that Poetry, uv, PDM or a `pylock.toml` (PEP 751) have locked. */
export const pythonLock: Cataloger = {
  name: "python-lock",
  scope: "declared",
  reads: "poetry.lock, uv.lock, pdm.lock, pylock.toml, pylock.*.toml",
  isMine: (path) => /(?:^|\/)(?:(?:poetry|uv|pdm)\.lock|pylock(?:\.[^/.]+)?\.toml)$/.test(path),
  maxBytes: 32 * MIB,
  read: (content, path) => {
    const found = tomlTables(content.toString("utf8"), /pylock[^/]*\.toml$/.test(path) ? "packages" : "package").flatMap((table) => {
      const [name, version] = [table.texts.get("name"), table.texts.get("version")];
      return name === undefined || version === undefined || isOwn(table) ? [] : [{ name, version, table }];
    });
    const byName = Map.groupBy(found, ({ name }) => nameKey(name));
    return graphOf(
      found.map(
        ({ name, version, table }) =>
          [
            `${nameKey(name)} ${version}`,
            { type: "pypi", name, version, licenses: [], ...(isForDevelopment(table) ? { development: true } : {}) },
          ] as const,
      ),
      found.flatMap(({ name, version, table }) =>
        needsOf(table).flatMap((need) =>
          // Which of several versions is needed depends on where it runs.
          (byName.get(nameKey(need)) ?? []).map((one) => [`${nameKey(name)} ${version}`, `${nameKey(one.name)} ${one.version}`] as const),
        ),
      ),
    );
  },
};
