import { isBlank, isSpace, DOUBLE_QUOTE, SINGLE_QUOTE } from "../characters.ts";
import type { MappedText } from "../mapped-text.ts";

/** Without white space at either end (Unicode's). */
export const trim = (text: MappedText): MappedText => {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
};

const blankFrom = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && !isBlank(text.charCodeAt(at))) at += 1;
  return at;
};
const wordFrom = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) at += 1;
  return at;
};

/** The first word, and what follows the blanks after it; undefined when no blank follows. */
export const splitOnce = (text: MappedText): readonly [first: MappedText, rest: MappedText | undefined] => {
  const end = blankFrom(text.text, 0);
  return [text.slice(0, end), end === text.length ? undefined : text.slice(wordFrom(text.text, end))];
};

/** Split at blanks, quotes meaning nothing: how COPY, ADD, FROM, EXPOSE and VOLUME are read. Expects a trimmed text. */
export const splitBlanks = (text: MappedText): readonly MappedText[] => {
  const words: MappedText[] = [];
  for (let at = 0; at < text.length;) {
    const end = blankFrom(text.text, at);
    words.push(text.slice(at, end));
    at = wordFrom(text.text, end);
  }
  return words;
};

/**
 * Split at white space outside quotes, quotes and escapes kept: how ENV, LABEL and ARG are read.
 * Source: parseWords in frontend/dockerfile/parser/line_parsers.go of moby/buildkit.
 */
export const splitQuoted = (text: MappedText, escape: number): readonly MappedText[] => {
  const words: MappedText[] = [];
  const { length } = text;
  let at = 0;
  while (at < length) {
    if (isSpace(text.text.charCodeAt(at))) {
      at += 1;
      continue;
    }
    const start = at;
    let end = length;
    let quote = 0;
    for (; at < length; at += 1) {
      const code = text.text.charCodeAt(at);
      if (quote === 0 && isSpace(code)) {
        end = at;
        break;
      }
      if (code === escape && quote !== SINGLE_QUOTE) {
        // An escape that ends the text escapes nothing and is dropped.
        if (at + 1 === length) end = at;
        at += 1;
      } else if (quote === code) quote = 0;
      else if (quote === 0 && (code === SINGLE_QUOTE || code === DOUBLE_QUOTE)) quote = code;
    }
    if (end > start) words.push(text.slice(start, end));
  }
  return words;
};
