import { buildCommand, buildRouteMap } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import type { Flags } from "./keys-new.run.ts";

const make = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./keys-new.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      output: {
        kind: "parsed",
        parse: parseText,
        brief: "Path without ending: .key and .pub are added (default: cosign)",
        optional: true,
        placeholder: "PATH",
      },
    },
  },
  docs: {
    brief: "Make a key pair in cosign's format",
    fullDescription:
      "Writes cosign.key, encrypted with COSIGN_PASSWORD or a password asked for on a terminal, and cosign.pub. Existing files are never overwritten.",
  },
});

export const keys = buildRouteMap({ routes: { new: make }, docs: { brief: "Keys to sign with" } });
