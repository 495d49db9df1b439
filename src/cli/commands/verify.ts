import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./verify.run.ts";

export const verify = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./verify.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      key: {
        kind: "parsed",
        parse: parseText,
        brief: "Public key file (default: x-seaworthy.trust.keys, else this host's own)",
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
    brief: "Check signatures against the trusted keys",
    fullDescription: `An image without a good signature by a trusted key exits 1, with the reason each signature was refused.`,
  },
});
