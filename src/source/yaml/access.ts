import { type ComposeNode, type Entry, placeIn, type Span } from "../compose/index.ts";

/** A value of a YAML file with where it was written. */
export type YamlNode = ComposeNode;
export type Path = readonly (string | number)[];

/** The value below a path of keys and indexes; undefined where something on the way is not written. */
export const get = (node: YamlNode | undefined, ...path: Path): YamlNode | undefined => {
  let at = node;
  for (const step of path) {
    if (at === undefined) return undefined;
    at = at.kind === "mapping" ? at.entries.get(String(step))?.value : at.kind === "sequence" ? at.items[Number(step)] : undefined;
  }
  return at;
};

/** Whether a key below is written, with a value or with null. */
export const has = (node: YamlNode | undefined, ...path: Path): boolean => get(node, ...path) !== undefined;

/** Whether a key below has a value: null says as little as nothing. */
export const isSet = (node: YamlNode | undefined, ...path: Path): boolean => {
  const found = get(node, ...path);
  return found !== undefined && !(found.kind === "scalar" && found.value === null);
};

/** The text of a scalar, as written without quotes; undefined for null and collections. */
export const text = (node: YamlNode | undefined, ...path: Path): string | undefined => {
  const found = get(node, ...path);
  return found?.kind === "scalar" && found.value !== null ? found.text : undefined;
};

/** A boolean, also one written as text or in the words of YAML 1.1; undefined for anything else. */
export const flag = (node: YamlNode | undefined, ...path: Path): boolean | undefined => {
  const written = text(node, ...path)?.toLowerCase();
  if (["true", "yes", "y", "on"].includes(written ?? "")) return true;
  return ["false", "no", "n", "off"].includes(written ?? "") ? false : undefined;
};

/** A finite number, also one in quotes. */
export const number = (node: YamlNode | undefined, ...path: Path): number | undefined => {
  const written = text(node, ...path);
  if (written === undefined || written.trim() === "") return undefined;
  const value = Number(written);
  return Number.isFinite(value) ? value : undefined;
};

/** The items of a sequence; none for anything else. */
export const items = (node: YamlNode | undefined, ...path: Path): readonly YamlNode[] => {
  const found = get(node, ...path);
  return found?.kind === "sequence" ? found.items : [];
};

/** The texts of a sequence of scalars, or of one scalar alone. */
export const texts = (node: YamlNode | undefined, ...path: Path): readonly string[] => {
  const found = get(node, ...path);
  const all = found?.kind === "sequence" ? found.items : found === undefined ? [] : [found];
  return all.map((item) => text(item)).filter((item) => item !== undefined);
};

/** The entries of a mapping, in order; none for anything else. */
export const entries = (node: YamlNode | undefined, ...path: Path): readonly (readonly [string, Entry])[] => {
  const found = get(node, ...path);
  return found?.kind === "mapping" ? [...found.entries] : [];
};

/** A mapping of texts: labels, annotations, selectors. Numbers and booleans are taken by what was written. */
export const textMap = (node: YamlNode | undefined, ...path: Path): ReadonlyMap<string, string> =>
  new Map(entries(node, ...path).map(([key, { value }]) => [key, text(value) ?? ""]));

const firstLine = (span: Span): Span => {
  const end = span.source.text.slice(0, span.end).indexOf("\n", span.start);
  return end < 0 ? span : { ...span, end: end > span.start && span.source.text[end - 1] === "\r" ? end - 1 : end };
};

/** What to show of a value: a scalar itself, of more its first line. */
export const head = (span: Span): Span => firstLine({ source: span.source, start: span.start, end: span.end });

/** Where a path of keys was written below `root`, on one line: the key with its value, of a long value the key alone. Falls back to the nearest parent that was written, then to `root`. */
export const spot = (root: YamlNode, ...path: Path): Span => {
  const place = placeIn(root, path);
  if (place === undefined) return head(root);
  const { range, key } = place;
  const shown = range.start.line === range.end.line ? range : (key ?? range);
  const source = get(root, ...path)?.source ?? root.source;
  return firstLine({ source, start: shown.start.offset, end: shown.end.offset });
};
