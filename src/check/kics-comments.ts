import type { SourceText } from "../core/index.ts";
import { ruleNames } from "./names.ts";
import { type Comment, linesOf } from "./comments.ts";
import { kicsAlias } from "./kics-ids.ts";
import type { Suppression } from "./suppression.ts";

type Extent = NonNullable<Suppression["within"]>;

/** What a comment that ignores a block speaks of, from the comment's offset. */
export type BlockOf = (source: SourceText, offset: number) => Extent;

const KICS = /^#\s*kics-scan\s+(ignore-line|ignore-block|ignore|disable|enable)\b\s*[:=]?\s*(.*)$/i;

const NOTHING_YET = /^\s*(?:#.*|---.*)?$/;

const tops = new WeakMap<SourceText, number>();

/** The first line of substance. */
const firstLine = (source: SourceText): number => {
  const known = tops.get(source);
  if (known !== undefined) return known;
  const last = source.position(source.text.length).line;
  let line = 1;
  while (line < last && NOTHING_YET.test(source.line(line))) line += 1;
  tops.set(source, line);
  return line;
};

/** Whether no line of substance stands above: where a comment may speak of the whole file. */
export const isAtTop = (source: SourceText, offset: number): boolean => source.position(offset).line <= firstLine(source);

/** Whether a line is the first of substance in its document. */
const beginsDocument = (source: SourceText, line: number): boolean => {
  let above = line - 1;
  while (above > 0 && /^\s*(?:#.*)?$/.test(source.line(above))) above -= 1;
  return above === 0 || source.line(above).startsWith("---");
};

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** The key or list item on the next line with all that is below it; the whole document when it is its first line. */
export const yamlBlock: BlockOf = (source, offset) => {
  const last = source.position(source.text.length).line;
  const [first = last] = linesOf(source, source.position(offset).line);
  const indent = indentOf(source.line(first));
  const isFirst = beginsDocument(source, first);
  let end = first + 1;
  for (; end <= last; end += 1) {
    const line = source.line(end);
    if (/^(?:---|\.\.\.)/.test(line)) break;
    if (isFirst || /^\s*(?:#.*)?$/.test(line)) continue;
    const sameList = indentOf(line) === indent && /^\s*- /.test(line) && !/^\s*- /.test(source.line(first));
    if (indentOf(line) <= indent && !sameList) break;
  }
  return { start: source.offsetOfLine(first), end: end > last ? source.text.length + 1 : source.offsetOfLine(end) };
};

/** Every alias that names a query of KICS but these. */
const othersThan = (aliases: readonly string[]): readonly string[] => [
  ...new Set(ruleNames().flatMap((rule) => rule.aliases.filter((alias) => alias.startsWith("kics:") && !aliases.includes(alias)))),
];

/**
 * `# kics-scan ignore`, `disable=ID,ID` and `enable=ID,ID` at the top of a file, for all of it; `ignore-line` for the line below, `ignore-block` for the block
 * below (KICS, docs/running-kics.md).
 */
export const kicsComment = (source: SourceText, { text, range }: Comment, blockOf: BlockOf): readonly Suppression[] => {
  const [, form, said = ""] = KICS.exec(text) ?? [];
  if (form === undefined) return [];
  const at = range.start.offset;
  const base = { form: "peer" as const, rules: ["kics:*"], reason: "ignored for KICS", files: source.path, path: source.path, range };
  const ids = said
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "")
    .map(kicsAlias);
  switch (form.toLowerCase()) {
    case "ignore-line":
      return [{ ...base, lines: linesOf(source, range.start.line) }];
    case "ignore-block":
      return [{ ...base, within: blockOf(source, at) }];
    case "ignore":
      return isAtTop(source, at) ? [base] : [];
    case "disable":
      return isAtTop(source, at) && ids.length > 0 ? [{ ...base, rules: ids }] : [];
    default:
      return isAtTop(source, at) && ids.length > 0 ? [{ ...base, rules: othersThan(ids) }] : [];
  }
};
