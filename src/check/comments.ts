import { Lexer } from "yaml";
import type { Range, SourceText } from "../core/index.ts";

/** A comment with its `#`, without what follows it on the line. */
export interface Comment {
  readonly text: string;
  readonly range: Range;
}

/** Comments of a YAML text with their places; a # inside a string is none. */
export const yamlComments = (source: SourceText): readonly Comment[] => {
  // Most files have no comment that decides anything; lexing them a second time would be for nothing.
  if (!["ignore", "skip", "disable", "kics-scan"].some((word) => source.text.includes(word))) return [];
  const found: Comment[] = [];
  let offset = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    // The lexer announces documents, scalars and errors by marks that are not in the text.
    if (lexeme === "\u0002" || lexeme === "\u001f" || lexeme === "\u0018") continue;
    if (lexeme.startsWith("#")) found.push({ text: lexeme.trimEnd(), range: source.range(offset, offset + lexeme.trimEnd().length) });
    offset += lexeme.length;
  }
  return found;
};

const KNOWN = new WeakMap<SourceText, readonly number[]>();

/** For each line, counted from 0, the first from there on that says something, or else the last: counted once for a text, which may be all comments. */
const speakingLines = (source: SourceText): readonly number[] => {
  const before = KNOWN.get(source);
  if (before !== undefined) return before;
  const { line: last } = source.position(source.text.length);
  const found: number[] = [];
  found[last] = last;
  for (let line = last - 1; line >= 0; line -= 1)
    found[line] = line === 0 || /^\s*(?:#|$)/.test(source.line(line)) ? (found[line + 1] ?? last) : line;
  KNOWN.set(source, found);
  return found;
};

/** The lines a comment speaks of: its own, and when it stands alone the next that is no comment. */
export const linesOf = (source: SourceText, line: number): readonly number[] =>
  source.line(line).trimStart().startsWith("#") ? [speakingLines(source)[line + 1] ?? line + 1] : [line];
