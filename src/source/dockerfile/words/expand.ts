import { BACKSLASH, DOLLAR, DOUBLE_QUOTE, isSpace, SINGLE_QUOTE } from "../characters.ts";
import { quoted } from "../diagnostic.ts";
import type { Expanded, ExpandOptions } from "./expansion.ts";
import { END, WordReader } from "./read-word.ts";
import { WordSplitter } from "./split-words.ts";

/** Whether a text stays as it is: nothing in it is special. */
export const isPlainWord = (text: string, escape: number): boolean => {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === DOLLAR || code === SINGLE_QUOTE || code === DOUBLE_QUOTE || code === escape || isSpace(code)) return false;
  }
  return true;
};

/** Replaces variables and removes quotes as BuildKit does in the arguments of most instructions. Never throws, in time linear in the text. */
export const expandText = (text: string, options: ExpandOptions = {}): Expanded => {
  if (isPlainWord(text, options.escape ?? BACKSLASH)) {
    const parts = text === "" ? [] : [text];
    return { parts, words: options.split === true && text !== "" ? [{ parts, start: 0, end: text.length }] : [], uses: [] };
  }
  const reader = new WordReader(text, options);
  const splitter = options.split === true ? new WordSplitter(options.budget) : undefined;
  const parts = reader.readTo(END, options.rawEscapes ?? false, splitter);
  if (reader.failure === undefined) return { parts, words: splitter?.finish() ?? [], uses: reader.uses };
  return { parts: [], words: [], uses: reader.uses, error: `failed to process ${quoted(text)}: ${reader.failure}` };
};
