import type { Range, SourceText } from "../../../core/index.ts";
import { BACKSLASH, TAB } from "../characters.ts";
import { MappedText, MappedTextBuilder } from "../mapped-text.ts";
import { expandText, isPlainWord } from "../words/expand.ts";
import type { ExpandOptions } from "../words/expansion.ts";
import { knownText } from "../words/parts.ts";
import type { LogicalLineReader } from "./lines.ts";

/** What a word such as `3<<-"EOF"` says. */
export interface HeredocMark {
  /** The terminator, quotes removed. For COPY and ADD also the name of the file. */
  readonly name: string;
  /** 0 when none is written. */
  readonly fileDescriptor: number;
  /** Variables in the body are replaced: no part of the name is quoted. */
  readonly expand: boolean;
  /** `<<-`: leading tabs of every line are removed. */
  readonly chomp: boolean;
}

export interface Heredoc extends HeredocMark {
  /** The word that opens it. */
  readonly mark: MappedText;
  /** Its lines as they stand in the file, line ends too. */
  readonly content: MappedText;
  /** The same as its reader gets it: without leading tabs after `<<-`. */
  readonly body: MappedText;
  /** The line that ends it; absent when the file ends first. */
  readonly terminator?: Range;
}

const MARK_OPTIONS: ExpandOptions = { escape: BACKSLASH, keepUnset: true, split: true };
const LINE_OPTIONS: ExpandOptions = { ...MARK_OPTIONS, rawQuotes: true, rawEscapes: true };

const quotesIn = (text: string): number => text.length - text.replaceAll(/['"]/g, "").length;

/**
 * Reads a word as the mark of a here-document; undefined when it is none.
 * Source: ParseHeredoc in frontend/dockerfile/parser/parser.go of moby/buildkit: `^(\d*)<<(-?)\s*([^<]*)$`, the rest being a single shell word.
 */
export const heredocMark = (word: string): HeredocMark | undefined => {
  let at = 0;
  while (at < word.length && word.charCodeAt(at) >= 0x30 && word.charCodeAt(at) <= 0x39) at += 1;
  if (!word.startsWith("<<", at)) return undefined;
  const digits = word.slice(0, at);
  at += 2;
  const chomp = word[at] === "-";
  if (chomp) at += 1;
  while (at < word.length && " \t\n\f\r".includes(word[at] ?? "")) at += 1;
  const rest = word.slice(at);
  if (rest === "" || rest.includes("<")) return undefined;
  const fileDescriptor = Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  if (isPlainWord(rest, BACKSLASH)) return { name: rest, fileDescriptor, expand: true, chomp };
  const plain = expandText(rest, MARK_OPTIONS).words;
  const [first] = plain;
  const [raw] = expandText(rest, { ...MARK_OPTIONS, rawQuotes: true }).words;
  if (first === undefined || raw === undefined || plain.length !== 1) return undefined;
  const name = knownText(first.parts);
  const written = knownText(raw.parts);
  if (name === undefined || written === undefined) return undefined;
  return { name, fileDescriptor, expand: quotesIn(name) === quotesIn(written), chomp };
};

/** More here-documents on one line than any shell would open. */
const MAX_HEREDOCS = 1000;

/** The marks on an instruction's joined line, in order. A line with unbalanced quotes has none. */
const marksOf = (line: MappedText): readonly { readonly mark: HeredocMark; readonly word: MappedText }[] => {
  if (!line.text.includes("<<")) return [];
  const marks: { readonly mark: HeredocMark; readonly word: MappedText }[] = [];
  for (const { parts, start, end } of expandText(line.text, { ...LINE_OPTIONS, budget: { left: Infinity } }).words) {
    const text = knownText(parts);
    const mark = text?.includes("<<") === true ? heredocMark(text) : undefined;
    if (mark !== undefined && marks.length < MAX_HEREDOCS) marks.push({ mark, word: line.slice(start, end) });
  }
  return marks;
};

const chomped = (content: MappedText): MappedText => {
  const builder = new MappedTextBuilder(content.source);
  const { text } = content;
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf("\n", start);
    const end = feed < 0 ? text.length : feed + 1;
    let from = start;
    while (text.charCodeAt(from) === TAB) from += 1;
    if (end > from) builder.addFrom(content, from, end);
    start = end;
  }
  return builder.build(content.offsetOf(0));
};

const isTerminator = (source: SourceText, start: number, end: number, mark: HeredocMark): boolean => {
  let from = start;
  if (mark.chomp) while (from < end && source.text.charCodeAt(from) === TAB) from += 1;
  return end - from === mark.name.length && source.text.startsWith(mark.name, from);
};

/** Reads the bodies of the here-documents that a line opens, one after the other. */
export const readHeredocs = (line: MappedText, lines: LogicalLineReader): readonly Heredoc[] => {
  const { source } = line;
  return marksOf(line).map(({ mark, word }) => {
    const start = lines.offset;
    let terminator: Range | undefined;
    let stop = start;
    for (let one = lines.nextPhysical(); one !== undefined; one = lines.nextPhysical()) {
      if (isTerminator(source, one.start, one.end, mark)) {
        terminator = source.range(one.start, one.end);
        break;
      }
      stop = one.next;
    }
    const content = MappedText.of(source, start, stop);
    const body = mark.chomp ? chomped(content) : content;
    return { ...mark, mark: word, content, body, ...(terminator === undefined ? {} : { terminator }) };
  });
};
