/** A stretch of a value that no file says: an ARG without default, a variable of a base image that was not looked at. */
export interface UnknownPart {
  /** The variable it depends on. */
  readonly unknown: string;
  /**
   * `no-value`: an ARG that nothing said gives a value, or something made from one. `base-image`: nothing here declares it, the base image may.
   * `too-long`: it would grow past what a command line can hold.
   */
  readonly why: "no-value" | "base-image" | "too-long";
  /** What stands here should the variable turn out unset: the default of `${NAME:-default}`. */
  readonly fallback?: string;
}

export type Part = string | UnknownPart;
/** A value, as far as it is known. Never two strings in a row, never an empty one. */
export type Parts = readonly Part[];

/** The whole value; undefined when a part of it is unknown. */
export const knownText = (parts: Parts): string | undefined => {
  if (parts.length === 0) return "";
  const [only] = parts;
  return parts.length === 1 && typeof only === "string" ? only : undefined;
};

/** Whether it is empty; undefined when that depends on what is unknown. */
export const isEmpty = (parts: Parts): boolean | undefined =>
  parts.length === 0 ? true : parts.some((part) => typeof part === "string") ? false : undefined;

/** The most text a whole evaluation may produce, so that `ENV A=$A$A` repeated cannot take the machine. */
export interface Budget {
  left: number;
}

/** What a word costs of it besides its text. */
export const WORD_COST = 64;
/** Longest value kept; Linux refuses longer single arguments. */
const MAX_VALUE_LENGTH = 131_072;
/** Most stretches of one value. Text around a hundred unknown variables is no value any more. */
const MAX_PARTS = 256;
export const newBudget = (): Budget => ({ left: 16_777_216 });

/** Collects parts, merging neighbours, within the limits. */
export class PartsBuilder {
  readonly #budget: Budget;
  readonly #most: number;
  readonly #parts: Part[] = [];
  #open = "";
  #length = 0;
  #overflow: string | undefined;

  /** @param most for a text that is long to begin with */
  constructor(budget: Budget, most = MAX_VALUE_LENGTH) {
    this.#budget = budget;
    this.#most = Math.max(most, MAX_VALUE_LENGTH);
  }

  /** @param name the variable that brought it, to name when it is too much */
  add(part: Part, name = ""): void {
    if (this.#overflow !== undefined) return;
    if (typeof part !== "string") {
      this.#close();
      if (this.#parts.length < MAX_PARTS) this.#parts.push(part);
      else this.#overflow = part.unknown;
      return;
    }
    this.#length += part.length;
    this.#budget.left -= part.length;
    if (this.#length > this.#most || this.#budget.left < 0) this.#overflow = name;
    else this.#open += part;
  }

  addAll(parts: Parts, name = ""): void {
    for (const part of parts) this.add(part, name);
  }

  build(): Parts {
    if (this.#overflow !== undefined) return [{ unknown: this.#overflow, why: "too-long" }];
    this.#close();
    return this.#parts;
  }

  #close(): void {
    if (this.#open !== "") this.#parts.push(this.#open);
    this.#open = "";
  }
}
