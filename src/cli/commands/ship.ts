import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { DRY_RUN_FLAG, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./ship.run.ts";

export const ship = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./ship.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      ...DRY_RUN_FLAG,
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
    brief: "From source to production: check, build, push, sign, deploy, each stage a gate",
    fullDescription: `The main job. Every stage gives evidence for the production checklist; a gate that refuses stops the ship with the reasons and exit 1, and what serves goes on serving.`,
  },
});
