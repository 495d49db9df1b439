/** After this much work others get their turn. */
const TURN_MS = 3;

/** Work that can be left off wherever it yields. */
export type Steps<Result> = Generator<void, Result, void>;

/** Carries the work out a few milliseconds at a time; requests are answered in between. @throws the signal's reason between two steps */
export const inTurns = async <Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> => {
  for (;;) {
    const began = performance.now();
    while (performance.now() - began < TURN_MS) {
      const { done, value } = steps.next();
      if (done === true) return value;
    }
    await new Promise((resume) => setImmediate(resume));
    signal?.throwIfAborted();
  }
};

const EVERY = 200;

/** Goes through all of them and yields now and then. */
export function* eachOf<Item>(items: Iterable<Item>, work: (item: Item) => void): Steps<void> {
  let count = 0;
  for (const item of items) {
    work(item);
    count += 1;
    if (count % EVERY === 0) yield;
  }
}
