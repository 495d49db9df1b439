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
