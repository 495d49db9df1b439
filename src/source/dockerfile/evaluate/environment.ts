import type { Parts } from "../words/parts.ts";
import { type Found, UNSET, type Variable } from "../words/variable.ts";

/** The variables that one instruction sees. */
export interface Environment {
  /** What `$name` stands for. `unset` only where nothing can set it. */
  readonly find: (name: string) => Found;
  /** All that the file, build arguments or a known base image set, nearest first; names that are only unknown are not among them. */
  readonly variables: () => ReadonlyMap<string, Variable>;
}

const isName = (name: string): boolean => /^[\p{L}_]/u.test(name);

/** What an undeclared name means where everything is declared, and where a base image may have said more. */
export const nothing = (): Found => UNSET;
export const maybeFromBase = (name: string): Found =>
  // `$1` and `$@` are no names that a configuration could set.
  isName(name) ? { state: "set", parts: [{ unknown: name, why: "base-image" }] } : UNSET;

/** The variables of a stage as they change from one instruction to the next. */
export class Scope {
  readonly #parent: Environment | undefined;
  readonly #undeclared: (name: string) => Found;
  readonly #definitions = new Map<string, { readonly at: number; readonly variable: Variable }[]>();
  #now = 0;

  /** @param parent the parent stage's variables at its end */
  constructor(parent: Environment | undefined, undeclared: (name: string) => Found) {
    this.#parent = parent;
    this.#undeclared = undeclared;
  }

  define(variable: Variable): void {
    this.#now += 1;
    const before = this.#definitions.get(variable.name);
    if (before === undefined) this.#definitions.set(variable.name, [{ at: this.#now, variable }]);
    else before.push({ at: this.#now, variable });
  }

  /** The variables as they are now, and stay for whoever holds this. */
  snapshot(): Environment {
    const at = this.#now;
    const own = (name: string): Variable | undefined => {
      const all = this.#definitions.get(name);
      if (all === undefined) return undefined;
      let low = 0;
      let high = all.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((all[middle]?.at ?? 0) <= at) low = middle + 1;
        else high = middle;
      }
      return all[low - 1]?.variable;
    };
    return {
      find: (name) => {
        const variable = own(name);
        if (variable !== undefined) return { state: "set", parts: variable.parts, variable };
        return this.#parent?.find(name) ?? this.#undeclared(name);
      },
      variables: () => {
        const all = new Map(this.#parent?.variables());
        for (const name of this.#definitions.keys()) {
          const variable = own(name);
          if (variable !== undefined) all.set(name, variable);
        }
        return all;
      },
    };
  }
}

export const textParts = (text: string): Parts => (text === "" ? [] : [text]);
