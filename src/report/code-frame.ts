import { forTerminal, type Range, REDACTED, type SourceText } from "../core/index.ts";
import type { Paint } from "./style.ts";

const MAX_COLUMNS = 120;

/** Values of keys with a telling name, whatever a rule thinks of them: a frame is copied into logs and issues. */
const SECRET_VALUE =
  /([\w-]*(?:password|passwd|passphrase|secret|token|api_?key|private_?key|credential)[\w-]*["']?\s*[:=]\s*["']?)(?![\s"'/$[{])([^\s"',}\]]+)/gi;

/** As `forTerminal`, without the values of secrets; code units keep their columns up to the first replaced one. */
const safeLine = (line: string): string => forTerminal(line.replace(/\t/g, " ")).replace(SECRET_VALUE, `$1${REDACTED}`);

/**
 * The line a range begins on, with a caret under what is meant. A long line is cut around it.
 * `secrets` are ranges whose value must not be seen: after the first colon or equals sign in each nothing is shown.
 */
export const codeFrame = (source: SourceText, range: Range, paint: Paint, secrets: readonly Range[] = []): readonly string[] => {
  const { line, column } = range.start;
  const raw = source.line(line);
  const lineStart = range.start.offset - (column - 1);
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
  const end = range.end.line === line ? range.end.column - 1 : raw.length;
  const shown = safeLine(text);
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
