import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { PROJECT_FLAGS, SERVICES_ARGUMENT } from "../flags.ts";
import type { Flags } from "./build.run.ts";

export const build = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./build.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS },
    positional: SERVICES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "", brief: "every service that has a build section" },
      { input: "web", brief: "one of them" },
    ],
    brief: "Build the images, reproducibly, with their digests known before anything is pushed",
    fullDescription: `Builds with the BuildKit of the engine that is there, assembles a deterministic OCI layout from what came out, and prints each digest.\nNothing is pushed.`,
  },
});
