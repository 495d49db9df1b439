import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { DRY_RUN_FLAG, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./sign.run.ts";

export const sign = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./sign.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      ...DRY_RUN_FLAG,
      key: {
        kind: "parsed",
        parse: parseText,
        brief: "Private key file (default: cosign.key here, else this host's own)",
        optional: true,
        placeholder: "FILE",
      },
    },
    positional: {
      kind: "array",
      parameter: { parse: parseText, brief: "Image by digest or tag (default: the project's images of this commit)", placeholder: "IMAGE" },
    },
  },
  docs: {
    brief: "Sign the digests of this version, as cosign does",
    fullDescription: `Signs the index and every platform manifest with the private key, and stores cosign's signature beside the image in the registry.\nPassword of the key: COSIGN_PASSWORD, or asked for on a terminal.`,
  },
});
