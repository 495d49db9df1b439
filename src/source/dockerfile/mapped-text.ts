import type { Range, SourceText } from "../../core/index.ts";

/** One stretch of a text and where it was written. `atomic` is the length there when it differs from the length here, as for `\u0041`. */
interface Pieces {
  readonly starts: number[];
  readonly offsets: number[];
  readonly atomic: number[];
}

/**
 * A text with the way back: continuations joined, quotes of flags or escapes of JSON strings undone, and for every character the place in the
 * user's file it came from. Slices share the map, so a word costs no more than its string.
 */
export class MappedText {
  readonly text: string;
  readonly source: SourceText;
  readonly #pieces: Pieces;
  readonly #base: number;

  constructor(source: SourceText, text: string, pieces: Pieces, base: number) {
    this.source = source;
    this.text = text;
    this.#pieces = pieces;
    this.#base = base;
  }

  /** A stretch of the file as it stands. */
  static of(source: SourceText, start: number, end: number): MappedText {
    return new MappedText(source, source.text.slice(start, end), { starts: [0], offsets: [start], atomic: [0] }, 0);
  }

  get length(): number {
    return this.text.length;
  }

  /** From its first character to its last, across whatever stands between them. Empty texts have an empty range. */
  get range(): Range {
    return this.rangeOf(0, this.text.length);
  }

  /** The place of `text.slice(start, end)` in the file. */
  rangeOf(start: number, end: number): Range {
    const from = this.offsetOf(start);
    return this.source.range(from, end > start ? this.#endOf(end - 1) : from);
  }

  /** Offset in the file of the character at `index`; of the end for an index past the last. */
  offsetOf(index: number): number {
    if (index >= this.text.length && this.text.length > 0) return this.#endOf(this.text.length - 1);
    const [piece, into] = this.#locate(index);
    const { offsets, atomic } = this.#pieces;
    return (offsets[piece] ?? 0) + (atomic[piece] === 0 ? into : 0);
  }

  slice(start: number, end: number = this.text.length): MappedText {
    if (start === 0 && end >= this.text.length) return this;
    return new MappedText(this.source, this.text.slice(start, end), this.#pieces, this.#base + start);
  }

  /** Calls back once for each stretch of `[start, end)` that lies in one piece of the file. */
  stretches(start: number, end: number, found: (text: string, offset: number, atomic: number) => void): void {
    const { starts, offsets, atomic } = this.#pieces;
    let at = start;
    let [piece, into] = this.#locate(start);
    while (at < end) {
      const stop = Math.min(end, (starts[piece + 1] ?? Infinity) - this.#base);
      const whole = atomic[piece] ?? 0;
      if (stop > at) found(this.text.slice(at, stop), (offsets[piece] ?? 0) + (whole === 0 ? into : 0), whole);
      at = Math.max(at, stop);
      piece += 1;
      into = 0;
    }
  }

  #endOf(index: number): number {
    const [piece, into] = this.#locate(index);
    const whole = this.#pieces.atomic[piece] ?? 0;
    return (this.#pieces.offsets[piece] ?? 0) + (whole === 0 ? into + 1 : whole);
  }

  #locate(index: number): [piece: number, into: number] {
    const { starts } = this.#pieces;
    const wanted = this.#base + index;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= wanted) low = middle;
      else high = middle - 1;
    }
    return [low, wanted - (starts[low] ?? 0)];
  }
}

/** Puts a mapped text together from stretches of a file. */
export class MappedTextBuilder {
  readonly #source: SourceText;
  readonly #texts: string[] = [];
  readonly #pieces: Pieces = { starts: [], offsets: [], atomic: [] };
  #length = 0;

  constructor(source: SourceText) {
    this.#source = source;
  }

  get length(): number {
    return this.#length;
  }

  /** `atomic`: how many characters of the file stand for this text, when not one for one. */
  add(text: string, offset: number, atomic = 0): void {
    this.#pieces.starts.push(this.#length);
    this.#pieces.offsets.push(offset);
    this.#pieces.atomic.push(atomic);
    this.#texts.push(text);
    this.#length += text.length;
  }

  addFrom(from: MappedText, start: number, end: number): void {
    from.stretches(start, end, (text, offset, atomic) => this.add(text, offset, atomic));
  }

  /** @param at offset in the file of a text that stayed empty */
  build(at: number): MappedText {
    if (this.#pieces.starts.length === 0) this.add("", at);
    return new MappedText(this.#source, this.#texts.join(""), this.#pieces, 0);
  }
}
