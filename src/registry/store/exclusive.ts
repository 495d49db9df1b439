import type { Digest } from "../../core/index.ts";

/** What moves the file of a digest in or out of its place does so alone: a push cannot land on what a collection is about to remove. */
export type Exclusive = <Result>(digest: Digest, work: () => Promise<Result>) => Promise<Result>;

/** One process has the folder, so memory is enough to keep its parts apart. */
export const createExclusive = (): Exclusive => {
  const last = new Map<Digest, Promise<unknown>>();
  return async (digest, work) => {
    const before = last.get(digest);
    const mine = (async () => {
      await before?.catch(() => undefined);
      return work();
    })();
    last.set(digest, mine);
    try {
      return await mine;
    } finally {
      if (last.get(digest) === mine) last.delete(digest);
    }
  };
};
