import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { DECIDE_FLAGS } from "../flags.ts";
import type { Flags } from "./promote.run.ts";

export const promote = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./promote.run.ts")).run,
  parameters: {
    flags: {
      ...DECIDE_FLAGS,
      full: { kind: "boolean", withNegated: false, brief: "Past every later pause and verdict as well", optional: true },
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "go on past where the rollout waits" },
      { input: '--full --why "fixes the outage"', brief: "all traffic to the new release without further looks" },
    ],
    brief: "Let a rollout that waits go on",
    fullDescription: `For a blue-green release that is looked at, a canary's pause or a verdict that was inconclusive. Where a process is at work on it, that one goes on; otherwise this one does.`,
  },
});
