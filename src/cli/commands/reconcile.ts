import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { ROLLOUT_FLAGS } from "../flags.ts";
import type { Flags } from "./reconcile.run.ts";

export const reconcile = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./reconcile.run.ts")).run,
  parameters: { flags: { ...ROLLOUT_FLAGS } },
  docs: {
    customUsage: [
      { input: "", brief: "put right what differs from the live release" },
      { input: "--dry-run", brief: "what differs and what would be done; exit 1 when anything does" },
    ],
    brief: "Put right what somebody changed, losing no request",
    fullDescription: `Compares containers, networks and the proxy with the live release, and repairs by a plan like any rollout's: containers that are gone are made again, stopped ones started, weights, servers, addresses and configuration put right, strangers of this project removed.\nWhat Seaworthy did not start is never touched.`,
  },
});
