import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./status.run.ts";

export const status = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./status.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS },
  },
  docs: {
    customUsage: [
      { input: "", brief: "containers and proxy beside the live release" },
      { input: "--json", brief: "for scripts; exit 1 on drift" },
    ],
    brief: "What runs, beside what should",
    fullDescription: `Compares containers and proxy with the live release. Drift or an unfinished rollout exits 1; a rollout that waits for somebody's word, and no drift, exits 5.`,
  },
});
