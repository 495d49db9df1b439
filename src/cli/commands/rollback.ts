import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { DRY_RUN_FLAG, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./rollback.run.ts";

export const rollback = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./rollback.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      ...DRY_RUN_FLAG,
      to: { kind: "parsed", parse: parseText, brief: "Release to go back to, as history names it", optional: true, placeholder: "rN" },
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
    brief: "Bring back an earlier release by digest, with the configuration it had",
    fullDescription: `Without --to: the release before the one that serves. A rollback is a new entry in the history; its signature is verified again.`,
  },
});
