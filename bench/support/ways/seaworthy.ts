import type { Installation } from "../../../test/support/e2e/installation.ts";
import { newestRelease, readJournal } from "../../../test/support/e2e/journal.ts";
import type { Way } from "./way.ts";

/** `seaworthy deploy` and `seaworthy rollback` in turn, each a process of its own, as a user runs them. The image is there once the journal says so. */
export const seaworthyRolling = (shop: Installation): Way => {
  let count = 0;
  return {
    what: "seaworthy, rolling",
    url: shop.url,
    host: shop.host,
    replace: async () => {
      const command = count++ % 2 === 0 ? "deploy" : "rollback";
      const { exit, said } = await shop.seaworthy([command]);
      if (exit !== 0) throw new Error(`seaworthy ${command} ended with ${exit}:\n${said}`);
      const release = newestRelease(shop.scratch.state);
      const there = readJournal(shop.scratch.state, release).find(({ kind, step }) => kind === "done" && step === "pull/web");
      if (there === undefined) throw new Error(`the journal of r${release} does not say that the image is there`);
      return { imageThereAtMs: there.at, container: `${shop.project}-web-r${release}-1` };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
};

/** What each step took from the image being there to the end, by the journal: medians in milliseconds over the releases after `after`. */
export const stepMedians = (stateFolder: string, after: number): ReadonlyMap<string, number> => {
  const taken = new Map<string, number[]>();
  for (let release = after + 1; release <= newestRelease(stateFolder); release += 1) {
    const done = readJournal(stateFolder, release).filter(({ kind }) => kind === "done");
    const there = done.findIndex(({ step }) => step === "pull/web");
    for (const [index, { step, at }] of done.entries()) {
      const before = done[index - 1];
      if (index <= there || before === undefined) continue;
      const name = String(step).split("/")[1] ?? "";
      taken.set(name, [...(taken.get(name) ?? []), at - before.at]);
    }
  }
  return new Map([...taken].map(([name, all]) => [name, all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0]));
};
