import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { fileFlag, IMAGES_ARGUMENT, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./verify.run.ts";

export const verify = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./verify.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      key: fileFlag("Public key file (default: x-seaworthy.trust.keys, else this host's own)"),
      scannedWithin: {
        kind: "parsed",
        parse: parseText,
        brief: "Ask for a scan too, attested by those keys, not older than this, in which nothing is refused",
        optional: true,
        placeholder: "DURATION",
      },
    },
    positional: IMAGES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "", brief: "the images of this commit" },
      { input: "--key cosign.pub ghcr.io/acme/shop:1.2.0", brief: "one image against one key" },
      { input: "--scanned-within 7d", brief: "and what was attested of their scans, by this project's policy" },
    ],
    brief: "Check signatures against the trusted keys",
    fullDescription: `An image without a good signature by a trusted key exits 1, with the reason each signature was refused; so does, where scans are asked for, one whose scan is not there, too old, or with a finding that this project refuses.`,
  },
});
