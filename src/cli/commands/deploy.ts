import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { DRY_RUN_FLAG, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./deploy.run.ts";

export const deploy = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./deploy.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      ...DRY_RUN_FLAG,
      resume: { kind: "boolean", brief: "Go on with a rollout that was interrupted", optional: true },
      why: { kind: "parsed", parse: parseText, brief: "Reason, for the history", optional: true, placeholder: "WORDS" },
      wait: {
        kind: "parsed",
        parse: parseText,
        brief: "How long to wait for another actor, e.g. 10m (default: refuse at once)",
        optional: true,
        placeholder: "DURATION",
      },
    },
  },
  docs: {
    brief: "Make a pushed and signed version live, losing no request",
    fullDescription: `Takes the images of this commit from the registry by digest, verifies their signatures, prints the plan with --dry-run, and replaces what runs.\nWithout a signature by a trusted key nothing is changed.`,
  },
});
