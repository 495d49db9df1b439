/** A map on top of another that it never changes: what a stage sets over what its parent stage has. */
export class Layered<Value> {
  readonly #parent: Layered<Value> | undefined;
  readonly #own = new Map<string, Value>();

  constructor(parent?: Layered<Value>) {
    this.#parent = parent;
  }

  get(key: string): Value | undefined {
    const own = this.#own.get(key);
    return own === undefined ? this.#parent?.get(key) : own;
  }

  set(key: string, value: Value): void {
    this.#own.set(key, value);
  }

  /** All of it, in the order of first mention, the parent's first. */
  entries(): ReadonlyMap<string, Value> {
    const all = new Map(this.#parent?.entries());
    for (const [key, value] of this.#own) all.set(key, value);
    return all;
  }
}
