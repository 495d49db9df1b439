import { SeaworthyError } from "../errors.ts";

/** Replace `length` code units at `offset` by `text`. Fixes are edits of the user's own text, never a re-print of their file. */
export interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/**
 * Applies edits given in any order. Two edits at one offset are kept in the order given.
 * @throws INPUT_INVALID when two overlap or one lies outside the text: a fix that cannot be applied whole is not applied at all.
 */
export const applyEdits = (source: string, edits: readonly Edit[]): string => {
  const ordered = edits.toSorted((a, b) => a.offset - b.offset);
  let result = "";
  let at = 0;
  for (const edit of ordered) {
    if (edit.offset < at || edit.offset + edit.length > source.length)
      throw new SeaworthyError("INPUT_INVALID", `edits overlap or leave the text at offset ${edit.offset}`);
    result += source.slice(at, edit.offset) + edit.text;
    at = edit.offset + edit.length;
  }
  return result + source.slice(at);
};
