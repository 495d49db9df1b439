/** A place in a file. Lines and columns count from 1, columns in UTF-16 code units; `offset` from 0. */
export interface Position {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** From `start` up to and not including `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A text with its lines indexed once, so that any offset becomes a line and column in O(log n). */
export class SourceText {
  /** As the user would name it: relative to the project when inside it. */
  readonly path: string;
  readonly text: string;
  readonly #lineStarts: readonly number[];

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { offset: at, line: low + 1, column: at - (this.#lineStarts[low] ?? 0) + 1 };
  }

  range(start: number, end: number): Range {
    return { start: this.position(start), end: this.position(Math.max(start, end)) };
  }

  slice(range: Range): string {
    return this.text.slice(range.start.offset, range.end.offset);
  }

  /** Where a line begins, counted from 1; the end of the text for a line that is not there. */
  offsetOfLine(line: number): number {
    return this.#lineStarts[line - 1] ?? this.text.length;
  }

  /** The text of a line, without its end. `line` counts from 1. */
  line(line: number): string {
    const start = this.#lineStarts[line - 1];
    if (start === undefined) return "";
    const next = this.#lineStarts[line];
    return this.text.slice(start, next === undefined ? undefined : next - 1).replace(/\r$/, "");
  }
}

/** `compose.yaml:12:7`, the form editors and terminals make clickable. */
export const formatPlace = (path: string, range: Range | undefined): string =>
  range === undefined ? path : `${path}:${range.start.line}:${range.start.column}`;
