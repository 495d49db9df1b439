import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { CHANGE_FLAGS, fileFlag, IMAGES_ARGUMENT, parseText } from "../flags.ts";
import type { Flags } from "./attest.run.ts";

export const attest = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./attest.run.ts")).run,
  parameters: {
    flags: {
      ...CHANGE_FLAGS,
      key: fileFlag("Private key file (default: cosign.key here, else this host's own)"),
      predicate: fileFlag("Attest what this JSON file says, and nothing else"),
      type: {
        kind: "parsed",
        parse: parseText,
        brief: "What the file is: cyclonedx, spdx, vuln, openvex, slsaprovenance1, or any URI",
        optional: true,
        placeholder: "TYPE",
      },
      db: {
        kind: "parsed",
        parse: parseText,
        brief: "Folder of advisories (default: the user's cache)",
        optional: true,
        placeholder: "DIR",
      },
    },
    positional: IMAGES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "", brief: "what is in the images of this commit, and a scan of them" },
      { input: "ghcr.io/acme/shop:1.2.0 --key release.key", brief: "one image, whoever built it" },
      { input: "--type openvex --predicate shop.vex.json ghcr.io/acme/shop:1.2.0", brief: "a document of your own" },
    ],
    brief: "Put signed SBOMs and a scan beside an image, as cosign does",
    fullDescription: `Reads each platform of an image from its registry, and attests what is in it as CycloneDX and SPDX, and, where there are advisories, what is known against it. Statements are in-toto's, signed, in both of cosign's forms: under the tag sha256-<hex>.att, and as a bundle that refers to the digest.
What is found is attested whatever a gate makes of it: whoever reads it judges by a policy of their own.`,
  },
});
