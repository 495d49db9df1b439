/** A table as tools write them into lock files. */
export interface TomlTable {
  /** Keys of the table itself with a text. */
  readonly texts: ReadonlyMap<string, string>;
  /** Keys of the table itself with a list: its texts, and of tables in it their `name`, with a space and their `version` where they have one. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** Keys with a table in braces, as they are written. */
  readonly braces: ReadonlyMap<string, string>;
  /** Keys of each table below with what is written behind them, by its name: of `[package.dependencies]` under `dependencies`. */
  readonly below: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Of each table below all that its lists hold, as in `lists`: of `[package.dev-dependencies]` with `dev = [...]` under `dev-dependencies`. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
}

const KEY = String.raw`(?:"([^"\\]{1,300})"|([A-Za-z0-9_.-]{1,300}))`;
const TEXT = /^(?:"([^"\\]*)"|'([^']*)')\s*(?:#.*)?$/;
const ASSIGNED = new RegExp(String.raw`^${KEY}\s*=\s*(.*)$`);
const ENDS_LIST = /\]\s*(?:#.*)?$/;
const HEADER = /^\s*(\[?)\[([^\]]+)\]/;

/** Texts in a part of a list, and names of tables in it. */
const itemsOf = (text: string): readonly string[] =>
  [...text.matchAll(/\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|"([^"\\]*)"|'([^']*)'/g)].flatMap(([, table, double, single]) => {
    if (table === undefined) return double ?? single ?? [];
    const [name, version] = ["name", "version"].map(
      (key) => new RegExp(String.raw`(?:^|[,\s])${key}\s*=\s*["']([^"']{1,300})["']`).exec(table)?.[1],
    );
    return name === undefined ? [] : [version === undefined ? name : `${name} ${version}`];
  });

interface Building {
  readonly texts: Map<string, string>;
  readonly lists: Map<string, string[]>;
  readonly braces: Map<string, string>;
  readonly below: Map<string, Map<string, string>>;
  readonly listed: Map<string, string[]>;
}

/**
 * Tables of an array (toml.io, "Array of Tables") as tools write them: `[[package]]` with a key a line. Not all of TOML: what is needed to know what is locked and
 * what it needs.
 */
export const tomlTables = (text: string, name: string): readonly TomlTable[] => {
  const tables: Building[] = [];
  let at: Building | undefined;
  let below: Map<string, string> | undefined;
  let listed: string[] = [];
  let list: string[] | undefined;
  let inText = false;
  for (const line of text.split(/\r?\n/)) {
    // A text over several lines may hold anything, also what looks like a table.
    if (((line.match(/"""|'''/g) ?? []).length & 1) === 1) {
      inText = !inText;
      continue;
    }
    if (inText) continue;
    if (list !== undefined) {
      list.push(...itemsOf(line));
      if (/^\s*\]/.test(line)) list = undefined;
      continue;
    }
    const [, twice, header] = HEADER.exec(line) ?? [];
    if (header !== undefined) {
      below = undefined;
      const path = header.trim();
      if (path === name) {
        at = twice === "[" ? { texts: new Map(), lists: new Map(), braces: new Map(), below: new Map(), listed: new Map() } : undefined;
        if (at !== undefined) tables.push(at);
      } else if (at !== undefined && path.startsWith(`${name}.`)) {
        const key = path.slice(name.length + 1);
        below = at.below.get(key) ?? new Map<string, string>();
        at.below.set(key, below);
        listed = at.listed.get(key) ?? [];
        at.listed.set(key, listed);
      } else at = undefined;
      continue;
    }
    const [, quoted, bare, value = ""] = ASSIGNED.exec(line) ?? [];
    const key = quoted ?? bare;
    if (key === undefined || at === undefined) continue;
    if (below !== undefined) {
      below.set(key, value);
      if (value.startsWith("[")) {
        listed.push(...itemsOf(value));
        if (!ENDS_LIST.test(value)) list = listed;
      }
      continue;
    }
    const [, double, single] = TEXT.exec(value) ?? [];
    const written = double ?? single;
    if (written !== undefined) at.texts.set(key, written);
    else if (value.startsWith("{")) at.braces.set(key, value);
    else if (value.startsWith("[")) {
      const items = [...itemsOf(value)];
      at.lists.set(key, items);
      if (!ENDS_LIST.test(value)) list = items;
    }
  }
  return tables;
};
