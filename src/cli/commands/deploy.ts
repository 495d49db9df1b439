import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { fileFlag, ROLLOUT_FLAGS } from "../flags.ts";
import type { Flags } from "./deploy.run.ts";

export const deploy = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./deploy.run.ts")).run,
  parameters: {
    flags: {
      ...ROLLOUT_FLAGS,
      resume: { kind: "boolean", withNegated: false, brief: "Go on with a rollout that was interrupted", optional: true },
      planFile: fileFlag("With --dry-run: write the plan to this file, to be approved and applied with --plan"),
      scan: {
        kind: "boolean",
        withNegated: false,
        brief: "With --dry-run: read the images that were not read here before, to say which vulnerabilities are new and which are gone",
        optional: true,
      },
      plan: fileFlag("Do exactly what this file says was planned, or refuse because something moved"),
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "this commit, already pushed and signed" },
      { input: "--dry-run", brief: "the plan, step by step, with the reason of each" },
      { input: "--dry-run --plan-file release.plan", brief: "the plan, to be approved" },
      { input: "--plan release.plan", brief: "exactly the approved plan, or nothing" },
      { input: "--resume", brief: "go on after an actor died" },
      { input: "--wait 10m", brief: "wait for another rollout instead of refusing" },
    ],
    brief: "Make a pushed and signed version live, losing no request",
    fullDescription: `Takes the images of this commit from the registry by digest, verifies their signatures, prints the plan with --dry-run, and replaces what runs.\nWithout a signature by a trusted key nothing is changed.`,
  },
});
