import { SeaworthyError } from "../errors.ts";

/** Replace `length` code units at `offset` by `text`. Fixes are edits of the user's own text, never a re-print of their file. */
export interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** A file whose text edits change. */
export interface FixedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

const isInside = ({ offset, length }: Edit, source: string): boolean =>
  Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0 && offset + length <= source.length;

/**
 * Applies edits given in any order. At one offset insertions come first, in the order given, then the edit that replaces what stands there.
 * @throws INPUT_INVALID when two overlap or one lies outside the text: a fix that cannot be applied whole is not applied at all.
 */
export const applyEdits = (source: string, edits: readonly Edit[]): string => {
  const ordered = edits.toSorted((a, b) => a.offset - b.offset || Math.sign(a.length) - Math.sign(b.length));
  let result = "";
  let at = 0;
  for (const edit of ordered) {
    if (edit.offset < at || !isInside(edit, source))
      throw new SeaworthyError("INPUT_INVALID", `edits overlap or leave the text at offset ${edit.offset}`);
    result += source.slice(at, edit.offset) + edit.text;
    at = edit.offset + edit.length;
  }
  return result + source.slice(at);
};
