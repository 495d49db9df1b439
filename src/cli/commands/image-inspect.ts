import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { IMAGE_ARGUMENT, JSON_FLAG, PLATFORM_FLAG } from "../flags.ts";
import type { Flags } from "./image-inspect.run.ts";

export const inspect = buildCommand<Flags, [string], Context>({
  loader: async () => (await import("./image-inspect.run.ts")).run,
  parameters: { flags: { ...JSON_FLAG, ...PLATFORM_FLAG }, positional: IMAGE_ARGUMENT },
  docs: {
    customUsage: [
      { input: "shop/web:1.2.3", brief: "what the engine built, or what is in its registry" },
      { input: "image.tar --json", brief: "an archive, for a script" },
    ],
    brief: "Configuration, platforms, layers with the step that made each, and what hangs on an image",
    fullDescription: `Reads manifests and the configuration, no layers. An image that the engine pulled is looked at in its registry, where its platforms and signatures are; docker-daemon:NAME is the engine's copy.`,
  },
});
