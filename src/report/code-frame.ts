import { forTerminal, type Position, type Range, REDACTED, type SourceText } from "../core/index.ts";
import type { Paint } from "./style.ts";

const MAX_COLUMNS = 120;

/**
 * Values of keys with a telling name, whatever a rule thinks of them: a frame is copied into logs and issues. The bounds keep a hostile line from costing the
 * square of its length.
 */
const SECRET_VALUE =
  /((?:password|passwd|passphrase|secret|token|api_?key|private_?key|credential)[\w-]{0,128}["']?\s{0,128}[:=]\s{0,128}["']?)(?![\s"'/$[{])([^\s"',}\]]+)/gi;

/** As `forTerminal`, without the values of secrets; code units keep their columns up to the first replaced one. */
const safeLine = (line: string): string => forTerminal(line.replace(/\t/g, " ")).replace(SECRET_VALUE, `$1${REDACTED}`);

/** The line of a position as it may be seen. `secrets` are ranges whose value must not be: after the first colon or equals sign in each nothing is shown. */
export const cleanLine = (source: SourceText, { line, column, offset }: Position, secrets: readonly Range[] = []): string => {
  const raw = source.line(line);
  const lineStart = offset - (column - 1);
  let text = raw;
  for (const secret of secrets.toSorted((a, b) => b.start.offset - a.start.offset)) {
    if (secret.start.line > line || secret.end.line < line) continue;
    const from = Math.max(0, secret.start.offset - lineStart);
    const to = Math.min(raw.length, secret.end.offset - lineStart);
    const inside = text.slice(from, to);
    const separator = /[:=]/.exec(inside)?.index;
    const kept = secret.start.line < line ? 0 : separator === undefined ? inside.length : separator + 1;
    if (kept < inside.length) text = `${text.slice(0, from + kept)} ${REDACTED}${text.slice(to)}`;
  }
  return safeLine(text);
};

/** The line a range begins on, with a caret under what is meant. A long line is cut around it. `shown` is the line as `cleanLine` gives it. */
export const codeFrame = (
  source: SourceText,
  range: Range,
  paint: Paint,
  shown: string = cleanLine(source, range.start),
): readonly string[] => {
  const { line, column } = range.start;
  const end = range.end.line === line ? range.end.column - 1 : source.line(line).length;
  const start = column - 1;
  const first = start > MAX_COLUMNS - 30 ? start - 30 : 0;
  const cut = `${first > 0 ? "…" : ""}${shown.slice(first, first + MAX_COLUMNS)}${shown.length > first + MAX_COLUMNS ? "…" : ""}`;
  const indent = start - first + (first > 0 ? 1 : 0);
  const carets = Math.max(1, Math.min(end - start, cut.length - indent));
  const number = String(line);
  const gutter = " ".repeat(number.length);
  return [
    paint.dim(` ${gutter} |`),
    `${paint.dim(` ${number} |`)} ${cut}`,
    `${paint.dim(` ${gutter} |`)} ${" ".repeat(indent)}${paint.red("^".repeat(carets))}`,
  ];
};
