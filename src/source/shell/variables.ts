import { UNKNOWN } from "./command.ts";

/** The value of a variable from outside the script: undefined when nothing there sets it. */
export type Outside = (name: string) => string | undefined;

/** Longest value followed, and most text that one script's values may have in all. */
const MAX_VALUE = 16_384;
const MAX_TOTAL = 1_048_576;

/** The shell variables of a script at one point. UNKNOWN in a value stands for what is not known. */
export class Variables {
  readonly #outside: Outside;
  readonly #budget: { left: number };
  #values = new Map<string, string>();

  constructor(outside: Outside, budget = { left: MAX_TOTAL }) {
    this.#outside = outside;
    this.#budget = budget;
  }

  /** UNKNOWN when nothing is known of it. */
  get(name: string): string {
    const value = this.#values.get(name) ?? this.#outside(name) ?? UNKNOWN;
    this.#budget.left -= value.length;
    return this.#budget.left < 0 ? UNKNOWN : value;
  }

  set(name: string, value: string): void {
    this.#values.set(name, value.length > MAX_VALUE ? UNKNOWN : value);
  }

  /** What is changed in the copy stays there. */
  copy(): Variables {
    const copy = new Variables(this.#outside, this.#budget);
    copy.#values = new Map(this.#values);
    return copy;
  }

  /** Takes over that one of several ways was gone: what any of them changed is not known any more. */
  forget(ways: readonly Variables[]): void {
    for (const way of ways) for (const [name, value] of way.#values) if (this.#values.get(name) !== value) this.#values.set(name, UNKNOWN);
  }
}
