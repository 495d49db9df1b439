import { type Cataloger, MIB } from "../cataloger.ts";
import { graphOf } from "../graph.ts";
import { requiring } from "../package.ts";
import { type TomlTable, tomlTables } from "../toml-tables.ts";

/** Names of Python packages are equal in whatever case and with whatever between their words (PEP 503). */
const nameKey = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, "-");

/** What one asks for: a name, with the version that is meant, or the range that is allowed, where that is said. */
interface Need {
  readonly name: string;
  readonly version?: string;
  readonly range?: string;
}

/** Of a list: `requests>=2 ; marker`, and `requests 2.0` of tables with a name and a version. */
const listedNeed = (text: string): readonly Need[] => {
  const [, name, rest = ""] = /^([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*([^;]*)/.exec(text) ?? [];
  if (name === undefined) return [];
  return [{ name, ...(/^\d/.test(rest) ? { version: rest.trim() } : { range: rest.trim() }) }];
};

/** Behind a key: `">=2"`, `{version = ">=2", ...}`; `*` is any, and a bare version is that one (python-poetry.org/docs/dependency-specification). */
const keyedNeed = ([name, written]: readonly [string, string]): Need => {
  const [, bare, within] = /^"([^"]*)"|\bversion\s*=\s*"([^"]*)"/.exec(written) ?? [];
  const range = bare ?? within ?? "";
  return { name, range: range === "*" ? "" : range.replace(/^(?=\d)/, "==") };
};

const needsOf = ({ lists, below, listed }: TomlTable): readonly Need[] => [
  ...[...(lists.get("dependencies") ?? []), ...(listed.get("optional-dependencies") ?? [])].flatMap(listedNeed),
  ...[...(below.get("dependencies") ?? [])].map(keyedNeed),
];

/** Of the project itself: in groups, too. */
const asksOf = (table: TomlTable): readonly Need[] => [
  ...needsOf(table),
  ...[...(table.listed.get("dev-dependencies") ?? []), ...(table.listed.get("dependency-groups") ?? [])].flatMap(listedNeed),
];

/** The repository's own, in the words of each tool. */
const isOwn = ({ texts, braces, below }: TomlTable): boolean =>
  /^\{\s*(?:virtual|editable|directory)\s*=/.test(braces.get("source") ?? "") ||
  texts.has("path") ||
  below.has("directory") ||
  braces.has("directory");

/** Poetry locks a folder beside the repository as a package with its version. */
const isFolder = ({ below }: TomlTable): boolean => below.get("source")?.get("type") === '"directory"';

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
  endings: ["lock", "toml"],
  isMine: (path) => /(?:^|\/)(?:(?:poetry|uv|pdm)\.lock|pylock(?:\.[^/.]+)?\.toml)$/.test(path),
  maxBytes: 32 * MIB,
  read: (content, path) => {
    const tables = tomlTables(content.toString("utf8"), /pylock[^/]*\.toml$/.test(path) ? "packages" : "package");
    const found = tables.flatMap((table) => {
      const [name, version] = [table.texts.get("name"), table.texts.get("version")];
      return name === undefined || version === undefined || isOwn(table) ? [] : [{ name, version, table }];
    });
    const byName = Map.groupBy(found, ({ name }) => nameKey(name));
    // Which of several versions is needed, where it is not said, depends on where it runs.
    const keysOf = ({ name, version }: Need): readonly string[] =>
      (byName.get(nameKey(name)) ?? [])
        .filter((one) => version === undefined || one.version === version)
        .map((one) => `${nameKey(one.name)} ${one.version}`);
    return graphOf(
      found.map(
        ({ name, version, table }) =>
          [
            `${nameKey(name)} ${version}`,
            {
              type: "pypi",
              name,
              version,
              licenses: [],
              ...(isForDevelopment(table) ? { development: true } : {}),
              ...(isFolder(table) ? { own: true } : {}),
              ...requiring(needsOf(table).map((need) => [nameKey(need.name), need.range ?? ""])),
            },
          ] as const,
      ),
      found.flatMap(({ name, version, table }) =>
        needsOf(table).flatMap((need) => keysOf(need).map((key) => [`${nameKey(name)} ${version}`, key] as const)),
      ),
      tables.flatMap((table) => (isOwn(table) ? asksOf(table).flatMap(keysOf) : [])),
    );
  },
};
