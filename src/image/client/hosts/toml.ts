import { SeaworthyError } from "../../../core/index.ts";

/** What containers' configuration files hold: tables of texts, truth values, numbers, lists and tables. */
export type TomlValue = string | boolean | number | readonly TomlValue[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: TomlValue;
}
type Open = Map<string, Open | OpenList | TomlValue>;
type OpenList = { readonly tables: Open[] };

const MAX_CHARACTERS = 1_000_000;
const MAX_DEPTH = 16;
const ESCAPES: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", '"': '"', "\\": "\\" };

const isOpen = (value: Open | OpenList | TomlValue | undefined): value is Open => value instanceof Map;
const isOpenList = (value: Open | OpenList | TomlValue | undefined): value is OpenList =>
  typeof value === "object" && !(value instanceof Map) && "tables" in value && Array.isArray(value.tables) && !Array.isArray(value);

const closed = (table: Open): TomlTable =>
  Object.fromEntries(
    [...table].map(([key, value]) => [key, isOpen(value) ? closed(value) : isOpenList(value) ? value.tables.map(closed) : value]),
  );

/**
 * Reads TOML 1.0 as configuration files are written in it; dates and texts of several lines, which registries.conf has no use for, are refused.
 * @throws INPUT_INVALID at file, line and column
 */
export const parseToml = (text: string, file: string): TomlTable => {
  let at = 0;
  const refuse = (why: string): never => {
    const before = text.slice(0, at).split("\n");
    throw new SeaworthyError("INPUT_INVALID", `${file}:${before.length}:${(before.at(-1) ?? "").length + 1}: ${why}`);
  };
  if (text.length > MAX_CHARACTERS) refuse(`more than ${MAX_CHARACTERS} characters are not read`);
  const take = (pattern: RegExp): string | undefined => {
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = at;
    const found = sticky.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const blank = (): unknown => take(/(?:[ \t\r\n]|#[^\n]*)*/);
  const space = (): unknown => take(/[ \t]*/);
  const expect = (mark: string): void => {
    if (!text.startsWith(mark, at)) refuse(`"${mark}" is expected here`);
    at += mark.length;
  };
  const endOfLine = (): void => {
    space();
    take(/#[^\n]*/);
    if (at < text.length && take(/\r?\n/) === undefined) refuse("the line should end here");
  };

  const quoted = (): string | undefined => {
    if (/^(?:"""|''')/.test(text.slice(at, at + 3))) refuse("texts of several lines are not read here");
    const literal = take(/'[^'\n]*'/);
    if (literal !== undefined) return literal.slice(1, -1);
    const basic = take(/"(?:[^"\\\n]|\\.)*"/);
    return basic
      ?.slice(1, -1)
      .replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, short?: string, long?: string, one = ""): string => {
        const hex = short ?? long;
        if (hex !== undefined)
          return Number.parseInt(hex, 16) > 0x10_ffff ? refuse("no such character") : String.fromCodePoint(Number.parseInt(hex, 16));
        return ESCAPES[one] ?? refuse(`"\\${one}" is no escape`);
      });
  };
  const key = (): readonly string[] => {
    const parts: string[] = [];
    do {
      space();
      parts.push(take(/[A-Za-z0-9_-]+/) ?? quoted() ?? refuse("a key is expected here"));
      space();
    } while (take(/\./) !== undefined);
    return parts;
  };
  const value = (depth: number): TomlValue => {
    if (depth > MAX_DEPTH) refuse("nested too deep");
    const words = quoted();
    if (words !== undefined) return words;
    if (take(/\[/) !== undefined) {
      const list: TomlValue[] = [];
      for (blank(); take(/\]/) === undefined; blank()) {
        if (list.length > 0) {
          expect(",");
          blank();
          if (take(/\]/) !== undefined) break;
        }
        list.push(value(depth + 1));
      }
      return list;
    }
    if (take(/\{/) !== undefined) {
      const table: Open = new Map();
      for (space(); take(/\}/) === undefined; space()) {
        if (table.size > 0) expect(",");
        assign(table, key(), depth + 1);
      }
      return closed(table);
    }
    const plain = take(/[A-Za-z0-9_+.:-]+/) ?? refuse("a value is expected here");
    if (plain === "true" || plain === "false") return plain === "true";
    const number = Number(plain.replaceAll("_", ""));
    return Number.isNaN(number) ? refuse(`${JSON.stringify(plain.slice(0, 40))} is no value`) : number;
  };
  const below = (table: Open, name: string): Open => {
    const found = table.get(name);
    if (isOpen(found)) return found;
    if (isOpenList(found)) return found.tables.at(-1) ?? refuse("an empty list");
    if (found !== undefined) return refuse(`${name} is no table`);
    const made: Open = new Map();
    table.set(name, made);
    return made;
  };
  const assign = (table: Open, path: readonly string[], depth: number): void => {
    const target = path.slice(0, -1).reduce(below, table);
    const name = path.at(-1) ?? "";
    if (target.has(name)) refuse(`${name} is set twice`);
    expect("=");
    space();
    target.set(name, value(depth));
  };

  const root: Open = new Map();
  let current = root;
  for (blank(); at < text.length; blank()) {
    if (take(/\[\[/) !== undefined) {
      const path = key();
      expect("]]");
      const parent = path.slice(0, -1).reduce(below, root);
      const name = path.at(-1) ?? "";
      const found = parent.get(name);
      const list = isOpenList(found) ? found : found === undefined ? { tables: [] } : refuse(`${name} is no list of tables`);
      current = new Map();
      list.tables.push(current);
      parent.set(name, list);
    } else if (take(/\[/) !== undefined) {
      const path = key();
      expect("]");
      current = path.reduce(below, root);
    } else assign(current, key(), 0);
    endOfLine();
  }
  return closed(root);
};
