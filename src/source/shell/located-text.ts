import type { Range } from "../../core/index.ts";

/** A text for the shell, with the way back to the user's file. A `MappedText` of a Dockerfile is one. */
export interface LocatedText {
  readonly text: string;
  /** The place of `text.slice(start, end)` in the file. */
  readonly rangeOf: (start: number, end: number) => Range;
}

/** Several texts one after the other, each still pointing at its own place. */
export const joinTexts = (pieces: readonly LocatedText[]): LocatedText => {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const starts: number[] = [];
  let length = 0;
  for (const piece of pieces) {
    starts.push(length);
    length += piece.text.length;
  }
  const pieceAt = (index: number): number =>
    Math.max(
      0,
      starts.findLastIndex((start) => start <= index),
    );
  return {
    text: pieces.map((piece) => piece.text).join(""),
    rangeOf: (start, end) => {
      const first = pieceAt(start);
      const last = pieceAt(Math.max(start, end - 1));
      const at = (piece: number, from: number, to: number): Range => {
        const one = pieces[piece];
        if (one === undefined) throw new RangeError("a text without pieces has no places");
        return one.rangeOf(from - (starts[piece] ?? 0), to - (starts[piece] ?? 0));
      };
      const from = at(first, start, first === last ? end : Math.min(end, starts[first + 1] ?? end));
      return first === last ? from : { start: from.start, end: at(last, starts[last] ?? 0, end).end };
    },
  };
};

/** Text that stands nowhere in the file but has a place there: a line end between two pieces. */
export const textAt = (text: string, place: Range): LocatedText => ({ text, rangeOf: () => place });
