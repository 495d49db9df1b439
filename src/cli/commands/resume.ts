import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { SERVICES_ARGUMENT, TRAFFIC_FLAGS } from "../flags.ts";
import type { Flags } from "./resume.run.ts";

export const resume = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./resume.run.ts")).run,
  parameters: { flags: { ...TRAFFIC_FLAGS }, positional: SERVICES_ARGUMENT },
  docs: {
    customUsage: [{ input: "web", brief: "the requests that wait go on" }],
    brief: "End a pause",
    fullDescription: `The requests that wait in the proxy since seaworthy pause go on at once, none of them lost. A rollout is resumed with seaworthy deploy --resume.`,
  },
});
