import { isSpace } from "../characters.ts";
import { type Budget, newBudget, type Part, type Parts, PartsBuilder, WORD_COST } from "./parts.ts";

export interface SplitWord {
  readonly parts: Parts;
  /** In the text that was expanded. */
  readonly start: number;
  readonly end: number;
}

/** Splits an expanded text at white space: also at what variables brought, never at what was quoted or escaped. */
export class WordSplitter {
  readonly #budget: Budget;
  readonly #words: SplitWord[] = [];
  #open: PartsBuilder | undefined;
  #start = 0;
  #end = 0;

  constructor(budget: Budget = newBudget()) {
    this.#budget = budget;
  }

  /** Text that stands in the input at `start` as it is here. */
  addPlain(text: string, start: number): void {
    this.#addText(
      text,
      (index) => start + index,
      (index) => start + index,
    );
  }

  /** What a variable gave, for the input from `start` to `end`. What is unknown of it is taken for one word. */
  addExpansion(parts: Parts, start: number, end: number): void {
    for (const part of parts) {
      if (typeof part === "string")
        this.#addText(
          part,
          () => start,
          () => end,
        );
      else {
        this.#append(part, start);
        this.#end = end;
      }
    }
  }

  addQuoted(parts: Parts, start: number, end: number): void {
    if (parts.length === 0) return;
    for (const part of parts) this.#append(part, start);
    this.#end = end;
  }

  finish(): readonly SplitWord[] {
    this.#close();
    return this.#words;
  }

  #addText(text: string, startOf: (index: number) => number, endOf: (index: number) => number): void {
    for (let at = 0; at < text.length;) {
      let stop = at;
      const space = isSpace(text.charCodeAt(at));
      while (stop < text.length && isSpace(text.charCodeAt(stop)) === space) stop += 1;
      if (space) this.#close();
      else {
        this.#append(text.slice(at, stop), startOf(at));
        this.#end = endOf(stop);
      }
      at = stop;
    }
  }

  #append(part: Part, start: number): void {
    if (this.#open === undefined) {
      this.#open = new PartsBuilder(this.#budget);
      this.#start = start;
    }
    this.#open.add(part);
  }

  #close(): void {
    const parts = this.#open?.build() ?? [];
    this.#budget.left -= WORD_COST;
    if (parts.length > 0 && this.#budget.left > 0) this.#words.push({ parts, start: this.#start, end: this.#end });
    this.#open = undefined;
  }
}
