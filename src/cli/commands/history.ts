import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./history.run.ts";

export const history = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./history.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS },
  },
  docs: {
    customUsage: [{ input: "", brief: "newest first; * marks what serves" }],
    brief: "Releases: who, what, when, why, and what they cost",
    fullDescription: `Newest first, with the drop report of each.`,
  },
});
