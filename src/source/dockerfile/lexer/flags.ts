import { DASH, DOUBLE_QUOTE, isSpace, SINGLE_QUOTE } from "../characters.ts";
import { type MappedText, MappedTextBuilder } from "../mapped-text.ts";

/** `--name` or `--name=value` in front of an instruction's arguments, quotes and escapes undone. */
export interface Flag {
  /** All of it: `--chown=1000:1000`. */
  readonly word: MappedText;
  /** Without the dashes. */
  readonly name: string;
  /** Undefined without `=`. Variables not replaced. */
  readonly value: MappedText | undefined;
}

const toFlag = (word: MappedText): Flag => {
  const equals = word.text.indexOf("=");
  const end = equals < 0 ? word.length : equals;
  return { word, name: word.text.slice(2, end), value: equals < 0 ? undefined : word.slice(equals + 1) };
};

/** One word from `start` on, quotes removed; the place where it ends is a white space or the end. */
const readWord = (text: MappedText, start: number, escape: number): readonly [word: MappedText, end: number] => {
  const builder = new MappedTextBuilder(text.source);
  const { length } = text;
  let quote = 0;
  let from = start;
  let at = start;
  const cut = (resume: number): void => {
    if (at > from) builder.addFrom(text, from, at);
    from = resume;
  };
  for (; at < length; at += 1) {
    const code = text.text.charCodeAt(at);
    if (quote === 0 && isSpace(code)) break;
    if (code === escape) {
      cut(at + 1);
      at += 1;
    } else if (quote === code) {
      cut(at + 1);
      quote = 0;
    } else if (quote === 0 && (code === SINGLE_QUOTE || code === DOUBLE_QUOTE)) {
      cut(at + 1);
      quote = code;
    }
  }
  at = Math.min(at, length);
  if (from === start) return [text.slice(start, at), at];
  if (from < at) cut(at);
  return [builder.build(text.offsetOf(start)), at];
};

/**
 * The flags in front of the arguments, and the arguments. A lone `--` ends the flags.
 * Source: extractBuilderFlags in frontend/dockerfile/parser/split_command.go of moby/buildkit.
 */
export const splitFlags = (text: MappedText, escape: number): { readonly flags: readonly Flag[]; readonly rest: MappedText } => {
  const flags: Flag[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.text.charCodeAt(at))) at += 1;
    if (text.text.charCodeAt(at) !== DASH || text.text.charCodeAt(at + 1) !== DASH) return { flags, rest: text.slice(at) };
    const [word, end] = readWord(text, at, escape);
    at = end;
    if (word.text === "--") return { flags, rest: text.slice(at) };
    flags.push(toFlag(word));
  }
};
