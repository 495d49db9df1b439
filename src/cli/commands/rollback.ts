import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { parseText, ROLLOUT_FLAGS } from "../flags.ts";
import type { Flags } from "./rollback.run.ts";

export const rollback = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./rollback.run.ts")).run,
  parameters: {
    flags: {
      ...ROLLOUT_FLAGS,
      to: { kind: "parsed", parse: parseText, brief: "Release to go back to, as history names it", optional: true, placeholder: "rN" },
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "to the release before the one that serves" },
      { input: '--to r3 --why "checkout errors"', brief: "to a release that history names" },
    ],
    brief: "Bring back an earlier release by digest, with the configuration it had",
    fullDescription: `Without --to: the release before the one that serves. A rollback is a new entry in the history; its signature is verified again.`,
  },
});
