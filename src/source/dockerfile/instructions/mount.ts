import { COMMA, DOUBLE_QUOTE } from "../characters.ts";
import { type MappedText, MappedTextBuilder } from "../mapped-text.ts";
import type { Context } from "./context.ts";

/** `key=value` or `key` of a `--mount`. */
export interface MountField {
  /** Lower case, and one name for what has several: `source` (src), `target` (dst, destination), `readonly` (ro), `readwrite` (rw). */
  readonly key: string;
  readonly word: MappedText;
  /** Variables not replaced. */
  readonly value?: MappedText;
}

/** `RUN --mount=...`: its own little language of comma-separated fields. */
export interface Mount {
  readonly word: MappedText;
  readonly fields: readonly MountField[];
  /** Lower case; `bind` when not written. A variable stays one. */
  readonly type: string;
  readonly source?: MappedText;
  readonly target?: MappedText;
  /** A stage or an image. */
  readonly from?: MappedText;
  readonly id?: MappedText;
  readonly env?: MappedText;
}

const SAME: Readonly<Record<string, string>> = { src: "source", dst: "target", destination: "target", ro: "readonly", rw: "readwrite" };
const keyOf = (written: string): string => {
  const key = written.toLowerCase();
  return Object.hasOwn(SAME, key) ? (SAME[key] ?? key) : key;
};

/** One CSV record as Go's encoding/csv reads it; a string is its complaint. */
export const csvFields = (text: MappedText): readonly MappedText[] | string => {
  if (text.length === 0) return "EOF";
  const wrong = (at: number, what: string): string => `parse error on line 1, column ${at + 1}: ${what}`;
  const fields: MappedText[] = [];
  let quote = -2;
  for (let at = 0; ;) {
    if (text.text.charCodeAt(at) !== DOUBLE_QUOTE) {
      const comma = text.text.indexOf(",", at);
      const end = comma < 0 ? text.length : comma;
      if (quote !== -1 && quote < at) quote = text.text.indexOf('"', at);
      if (quote !== -1 && quote < end) return wrong(quote, 'bare " in non-quoted-field');
      fields.push(text.slice(at, end));
      if (comma < 0) return fields;
      at = comma + 1;
      continue;
    }
    const builder = new MappedTextBuilder(text.source);
    const start = (at += 1);
    for (;;) {
      quote = text.text.indexOf('"', at);
      if (quote < 0) return wrong(at, 'extraneous or missing " in quoted-field');
      const doubled = text.text.charCodeAt(quote + 1) === DOUBLE_QUOTE;
      builder.addFrom(text, at, doubled ? quote + 1 : quote);
      at = quote + (doubled ? 2 : 1);
      if (!doubled) break;
    }
    fields.push(builder.build(text.offsetOf(start)));
    if (at === text.length) return fields;
    if (text.text.charCodeAt(at) !== COMMA) return wrong(at - 1, 'extraneous or missing " in quoted-field');
    at += 1;
  }
};

const toField = (word: MappedText): MountField => {
  const equals = word.text.indexOf("=");
  if (equals < 0) return { key: keyOf(word.text), word };
  return { key: keyOf(word.text.slice(0, equals)), word, value: word.slice(equals + 1) };
};

/** Reads the value of a `--mount`. What is wrong with its keys only shows once variables are replaced: see `checkMount`. */
export const readMount = (word: MappedText, { report }: Pick<Context, "report">): Mount => {
  const split = csvFields(word);
  if (typeof split === "string") report("mount", `failed to parse csv mounts: ${split}`, word.range);
  const fields = typeof split === "string" ? [] : split.map(toField);
  const byKey = new Map<string, MountField>();
  for (const field of fields) {
    if (byKey.has(field.key))
      report("duplicate-mount-key", `mount key '${field.key}' is given more than once: the last one counts`, field.word.range, "warning");
    byKey.set(field.key, field);
  }
  const value = (key: string): MappedText | undefined => byKey.get(key)?.value;
  const from = value("from");
  if (from !== undefined && /\$./.test(from.text))
    report("mount", "'from' doesn't support variable expansion, define alias stage instead", from.range);
  const optional = Object.fromEntries(
    (["source", "target", "from", "id", "env"] as const).flatMap((key) => {
      const found = value(key);
      return found === undefined ? [] : [[key, found] as const];
    }),
  );
  return { word, fields, type: value("type")?.text.toLowerCase() ?? "bind", ...optional };
};
