import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { DECIDE_FLAGS } from "../flags.ts";
import type { Flags } from "./abort.run.ts";

export const abort = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./abort.run.ts")).run,
  parameters: { flags: { ...DECIDE_FLAGS } },
  docs: {
    customUsage: [
      { input: "", brief: "all traffic back to the old release, and the new one is removed" },
      { input: '--why "checkout errors"', brief: "with a reason for the history" },
    ],
    brief: "Take a rollout back that waits or is under way",
    fullDescription: `Works until the old containers leave; after that, seaworthy rollback. A process that is at work on the rollout ends its step and takes it back, and is waited for.`,
  },
});
