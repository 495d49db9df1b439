import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { fileFlag, IMAGES_ARGUMENT, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./verify.run.ts";

export const verify = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./verify.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      key: fileFlag("Public key file (default: x-seaworthy.trust.keys, else this host's own)"),
    },
    positional: IMAGES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "", brief: "the images of this commit" },
      { input: "--key cosign.pub ghcr.io/acme/shop:1.2.0", brief: "one image against one key" },
    ],
    brief: "Check signatures against the trusted keys",
    fullDescription: `An image without a good signature by a trusted key exits 1, with the reason each signature was refused.`,
  },
});
