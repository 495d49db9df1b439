import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { DRY_RUN_FLAG, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./push.run.ts";

export const push = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./push.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS, ...DRY_RUN_FLAG },
    positional: { kind: "array", parameter: { parse: parseText, brief: "Service (default: all)", placeholder: "SERVICE" } },
  },
  docs: {
    brief: "Push exactly the bytes that were built",
    fullDescription: `Builds (from cache when nothing changed) and pushes to x-seaworthy.registry.repository, or to the embedded registry. Version tags never move.`,
  },
});
