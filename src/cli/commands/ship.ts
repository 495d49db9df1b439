import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { ROLLOUT_FLAGS } from "../flags.ts";
import type { Flags } from "./ship.run.ts";

export const ship = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./ship.run.ts")).run,
  parameters: {
    flags: {
      ...ROLLOUT_FLAGS,
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "the project in this folder, to the engine here" },
      { input: "--dry-run", brief: "build, and print the plan; push and change nothing" },
      { input: '--env staging --why "try the new checkout"', brief: "compose.staging.yaml on top, under its own project name" },
    ],
    brief: "From source to production: check, build, push, sign, deploy, each stage a gate",
    fullDescription: `The main job. Every stage gives evidence for the production checklist; a gate that refuses stops the ship with the reasons and exit 1, and what serves goes on serving.`,
  },
});
