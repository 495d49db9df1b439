import { buildCommand, buildRouteMap } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import type { Flags as BuildFlags } from "./db-build.run.ts";
import type { Flags as StatusFlags } from "./db-status.run.ts";

const build = buildCommand<BuildFlags, string[], Context>({
  loader: async () => (await import("./db-build.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      to: { kind: "parsed", parse: parseText, brief: "Folder to write (default: the user's cache)", optional: true, placeholder: "DIR" },
      exploited: {
        kind: "parsed",
        parse: parseText,
        brief: "CISA's catalogue of known exploited vulnerabilities, as JSON",
        optional: true,
        placeholder: "FILE",
      },
    },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: { parse: parseText, brief: "OSV records: .json, .jsonl, .jsonl.gz, or a folder of those", placeholder: "FILE" },
    },
  },
  docs: {
    brief: "Make the database of advisories from OSV records",
    fullDescription:
      "One file for each ecosystem and each release of a distribution, so that a scan opens only what its image needs. What was there before stays until the new one is whole.",
  },
});

const status = buildCommand<StatusFlags, [], Context>({
  loader: async () => (await import("./db-status.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      db: {
        kind: "parsed",
        parse: parseText,
        brief: "Folder of advisories (default: the user's cache)",
        optional: true,
        placeholder: "DIR",
      },
    },
  },
  docs: { brief: "What advisories there are, and how old they are" },
});

export const db = buildRouteMap({ routes: { build, status }, docs: { brief: "The advisories that seaworthy scan judges by" } });
