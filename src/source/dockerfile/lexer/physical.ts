import type { SourceText } from "../../../core/index.ts";
import { CARRIAGE_RETURN } from "../characters.ts";

/** A line of the file: `[start, end)` without its line end, which reaches to `next`. */
export interface PhysicalLine {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** Longest line BuildKit reads, in bytes of UTF-8 and without its line feed. */
export const MAX_LINE_BYTES = 65_535;

/** The lines of a file, one after the other. Only a line feed ends a line; carriage returns before it belong to the line end. */
export class LineReader {
  readonly #source: SourceText;
  #at = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** Where the next line begins. */
  get offset(): number {
    return this.#at;
  }

  next(): PhysicalLine | undefined {
    const { text } = this.#source;
    if (this.#at >= text.length) return undefined;
    // A byte order mark is no part of the first line.
    const start = this.#at === 0 && text.charCodeAt(0) === 0xfeff ? 1 : this.#at;
    const feed = text.indexOf("\n", start);
    let end = feed < 0 ? text.length : feed;
    this.#at = feed < 0 ? text.length : feed + 1;
    while (end > start && text.charCodeAt(end - 1) === CARRIAGE_RETURN) end -= 1;
    return { start, end, next: this.#at };
  }
}
