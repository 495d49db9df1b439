import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./build.run.ts";

export const build = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./build.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS },
    positional: { kind: "array", parameter: { parse: parseText, brief: "Service (default: all)", placeholder: "SERVICE" } },
  },
  docs: {
    brief: "Build the images, reproducibly, with their digests known before anything is pushed",
    fullDescription: `Builds with the BuildKit of the engine that is there, assembles a deterministic OCI layout from what came out, and prints each digest.\nNothing is pushed.`,
  },
});
