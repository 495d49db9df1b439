import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { CHANGE_FLAGS, fileFlag, IMAGES_ARGUMENT } from "../flags.ts";
import type { Flags } from "./sign.run.ts";

export const sign = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./sign.run.ts")).run,
  parameters: {
    flags: {
      ...CHANGE_FLAGS,
      key: fileFlag("Private key file (default: cosign.key here, else this host's own)"),
    },
    positional: IMAGES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "", brief: "the images of this commit" },
      { input: "--key release.key ghcr.io/acme/shop@sha256:...", brief: "one image with a key of your own" },
    ],
    brief: "Sign the digests of this version, as cosign does",
    fullDescription: `Signs the index and every platform manifest with the private key, and stores cosign's signature beside the image in the registry.\nPassword of the key: COSIGN_PASSWORD, or asked for on a terminal.`,
  },
});
