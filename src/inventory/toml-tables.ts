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
const ASSIGNED = new RegExp(String.raw`^\s*${KEY}\s*=\s*(.*)$`);
const HEADER = /^\s*(\[?)\[([^\]]+)\]/;

/** What stands in a line outside of texts: how many lists it opens more than it closes, where its comment begins, and what would end a text that goes on behind it. */
const scanned = (line: string): { readonly depth: number; readonly end: number; readonly open?: string } => {
  let depth = 0;
  let quote = "";
  for (let at = 0; at < line.length; at += 1) {
    const one = line[at] ?? "";
    if (quote !== "") {
      if (one === "\\" && quote === '"') at += 1;
      else if (one === quote) quote = "";
    } else if (one === '"' || one === "'") {
      const long = one.repeat(3);
      if (!line.startsWith(long, at)) quote = one;
      else {
        const closed = line.indexOf(long, at + 3);
        if (closed < 0) return { depth, end: at, open: long };
        at = closed + 2;
      }
    } else if (one === "#") return { depth, end: at };
    else if (one === "[") depth += 1;
    else if (one === "]") depth -= 1;
  }
  return { depth, end: line.length };
};

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
  /** Of an array of tables below: `[[packages.dependencies]]`. */
  let items: string[] | undefined;
  let list: { readonly items: string[]; depth: number } | undefined;
  /** What ends a text over several lines, which may hold anything, also what looks like a table. */
  let inText: string | undefined;

  const take = (into: string[], value: string): void => {
    const { depth, end, open } = scanned(value);
    list ??= { items: into, depth: 0 };
    for (const one of itemsOf(value.slice(0, end))) list.items.push(one);
    list.depth += depth;
    inText = open;
    if (list.depth <= 0 && open === undefined) list = undefined;
  };

  for (const written of text.split(/\r?\n/)) {
    let line = written;
    if (inText !== undefined) {
      const end = line.indexOf(inText);
      if (end < 0) continue;
      line = line.slice(end + inText.length);
      inText = undefined;
      if (list === undefined) continue;
    }
    if (list !== undefined) {
      take(list.items, line);
      continue;
    }
    const [, twice, header] = HEADER.exec(line) ?? [];
    if (header !== undefined) {
      below = undefined;
      items = undefined;
      const path = header.trim();
      if (path === name) {
        at = twice === "[" ? { texts: new Map(), lists: new Map(), braces: new Map(), below: new Map(), listed: new Map() } : undefined;
        if (at !== undefined) tables.push(at);
      } else if (at !== undefined && path.startsWith(`${name}.`)) {
        const key = path.slice(name.length + 1);
        if (twice === "[") {
          below = new Map();
          items = at.lists.get(key) ?? [];
          at.lists.set(key, items);
        } else {
          below = at.below.get(key) ?? new Map<string, string>();
          at.below.set(key, below);
        }
        listed = at.listed.get(key) ?? [];
        at.listed.set(key, listed);
      } else at = undefined;
      continue;
    }
    const [, quoted, bare, value = ""] = ASSIGNED.exec(line) ?? [];
    const key = quoted ?? bare;
    if (key === undefined) continue;
    if (at === undefined) {
      // What it holds is nobody's here, whatever it looks like.
      if (value.startsWith("[")) take([], value);
      else inText = scanned(value).open;
      continue;
    }
    const [, double, single] = TEXT.exec(value) ?? [];
    const said = double ?? single;
    if (below !== undefined) {
      below.set(key, value);
      if (value.startsWith("[")) take(listed, value);
      else inText = scanned(value).open;
      if (items !== undefined && said !== undefined && key === "name") items.push(said);
      if (items !== undefined && said !== undefined && key === "version" && items.length > 0) items.push(`${items.pop()} ${said}`);
      continue;
    }
    if (said !== undefined) at.texts.set(key, said);
    else if (value.startsWith("{")) at.braces.set(key, value);
    else if (value.startsWith("[")) {
      const own: string[] = [];
      at.lists.set(key, own);
      take(own, value);
    } else inText = scanned(value).open;
  }
  return tables;
};
