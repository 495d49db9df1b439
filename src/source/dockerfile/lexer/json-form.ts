import { BACKSLASH, COMMA, DOUBLE_QUOTE, isSpace } from "../characters.ts";
import { type MappedText, MappedTextBuilder } from "../mapped-text.ts";

/** `strings`: the JSON (exec) form. `not-strings`: JSON, but not of strings alone, which BuildKit refuses. `no`: the shell form. */
export type JsonForm =
  | { readonly kind: "strings"; readonly items: readonly MappedText[]; readonly array: MappedText }
  | { readonly kind: "not-strings" }
  | { readonly kind: "no" };

const NO = { kind: "no" } as const;
const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};
const CLOSE = 0x5d;
const HEX = /^[0-9A-Fa-f]{4}$/;

const skipSpace = (text: string, from: number): number => {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d; code = text.charCodeAt(at))
    at += 1;
  return at;
};

/** Where an escape at `at` ends and what it stands for. */
const readEscape = (text: string, at: number): readonly [value: string, end: number] | undefined => {
  const letter = text[at + 1] ?? "";
  const simple = SIMPLE[letter];
  if (simple !== undefined) return [simple, at + 2];
  const digits = text.slice(at + 2, at + 6);
  if (letter !== "u" || !HEX.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  if (code < 0xd800 || code > 0xdfff) return [String.fromCharCode(code), at + 6];
  const low = text.slice(at + 8, at + 12);
  const pair = code < 0xdc00 && text[at + 6] === "\\" && text[at + 7] === "u" && HEX.test(low) ? Number.parseInt(low, 16) : 0;
  // Half a surrogate pair is no character: Go puts U+FFFD there.
  return pair >= 0xdc00 && pair <= 0xdfff ? [String.fromCharCode(code, pair), at + 12] : ["\u{FFFD}", at + 6];
};

/** The string whose opening quote stands at `open`. */
const readString = (json: MappedText, open: number): readonly [content: MappedText, end: number] | undefined => {
  const { text } = json;
  let builder: MappedTextBuilder | undefined;
  let from = open + 1;
  for (let at = from; at < text.length;) {
    const code = text.charCodeAt(at);
    if (code === DOUBLE_QUOTE) {
      if (builder === undefined) return [json.slice(from, at), at + 1];
      builder.addFrom(json, from, at);
      return [builder.build(json.offsetOf(open + 1)), at + 1];
    }
    if (code < 0x20) return undefined;
    if (code !== BACKSLASH) {
      at += 1;
      continue;
    }
    const escape = readEscape(text, at);
    if (escape === undefined) return undefined;
    builder ??= new MappedTextBuilder(json.source);
    builder.addFrom(json, from, at);
    const offset = json.offsetOf(at);
    builder.add(escape[0], offset, json.rangeOf(at, escape[1]).end.offset - offset);
    at = from = escape[1];
  }
  return undefined;
};

const readStrings = (json: MappedText, open: number): readonly MappedText[] | undefined => {
  const { text } = json;
  const items: MappedText[] = [];
  let at = skipSpace(text, open + 1);
  if (text.charCodeAt(at) === CLOSE) return skipSpace(text, at + 1) === text.length ? items : undefined;
  for (;;) {
    if (text.charCodeAt(at) !== DOUBLE_QUOTE) return undefined;
    const found = readString(json, at);
    if (found === undefined) return undefined;
    items.push(found[0]);
    at = skipSpace(text, found[1]);
    const code = text.charCodeAt(at);
    if (code === CLOSE) return skipSpace(text, at + 1) === text.length ? items : undefined;
    if (code !== COMMA) return undefined;
    at = skipSpace(text, at + 1);
  }
};

const isJsonArray = (text: string): boolean => {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
};

/** Reads arguments as a JSON array of strings, the way `encoding/json` would: anything that is not JSON is not an error but the shell form. */
export const readJsonForm = (rest: MappedText): JsonForm => {
  let open = 0;
  while (open < rest.length && isSpace(rest.text.charCodeAt(open))) open += 1;
  if (rest.text[open] !== "[") return NO;
  const items = readStrings(rest, open);
  if (items !== undefined) return { kind: "strings", items, array: rest.slice(open) };
  return isJsonArray(rest.text.slice(open)) ? { kind: "not-strings" } : NO;
};
