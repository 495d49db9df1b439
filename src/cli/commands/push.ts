import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { CHANGE_FLAGS, SERVICES_ARGUMENT } from "../flags.ts";
import type { Flags } from "./push.run.ts";

export const push = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./push.run.ts")).run,
  parameters: {
    flags: { ...CHANGE_FLAGS },
    positional: SERVICES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "", brief: "build when needed, then push missing blobs, manifests, tags" },
      { input: "--dry-run", brief: "the digests, without pushing" },
    ],
    brief: "Push exactly the bytes that were built",
    fullDescription: `Builds (from cache when nothing changed) and pushes to x-seaworthy.registry.repository, or to the embedded registry. Version tags never move.`,
  },
});
