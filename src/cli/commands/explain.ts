import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import type { Flags } from "./explain.run.ts";

export const explain = buildCommand<Flags, [string?], Context>({
  loader: async () => (await import("./explain.run.ts")).run,
  parameters: {
    flags: { ...JSON_FLAG },
    positional: {
      kind: "tuple",
      parameters: [{ parse: parseText, brief: "Rule, e.g. compose/read-only-root", placeholder: "RULE", optional: true }],
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "all rules, a line each" },
      { input: "compose/read-only-root", brief: "one rule with a bad and a good example" },
      { input: "DL3002", brief: "by the name a peer uses" },
    ],
    brief: "What a rule looks for, why, and how to mend it",
    fullDescription: `Shows a rule with a bad and a good example. Peers' ids (DL3002, CKV_DOCKER_3) are understood. Without a name: the list.`,
  },
});
