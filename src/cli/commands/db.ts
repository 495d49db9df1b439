import { buildCommand, buildRouteMap } from "@stricli/core";
import type { Context } from "../context.ts";
import { AGE_FLAGS, JSON_FLAG, parseText } from "../flags.ts";
import type { Flags as BuildFlags } from "./db-build.run.ts";
import type { Flags as CarryFlags } from "./db-export.run.ts";
import type { Flags as StatusFlags } from "./db-status.run.ts";
import type { Flags as UpdateFlags } from "./db-update.run.ts";

const DB_FLAG = {
  kind: "parsed",
  parse: parseText,
  brief: "Folder of advisories (default: the user's cache)",
  optional: true,
  placeholder: "DIR",
} as const;

const listFlag = (what: string) =>
  ({
    kind: "parsed",
    parse: parseText,
    brief: `Where ${what}, or off (default: their publisher)`,
    optional: true,
    placeholder: "URL",
  }) as const;

const update = buildCommand<UpdateFlags, [], Context>({
  loader: async () => (await import("./db-update.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      db: DB_FLAG,
      from: {
        kind: "parsed",
        parse: parseText,
        brief:
          "Instead: a database that somebody made, from any static server: a folder of advisories (https://HOST/PATH/) or a file of db export; mirrors of it after one another",
        optional: true,
        variadic: true,
        placeholder: "URL",
      },
      ecosystem: {
        kind: "parsed",
        parse: parseText,
        brief: "Only this one, as OSV names it: Debian, npm; may be given several times (default: those that are there, or the usual ones)",
        optional: true,
        variadic: true,
        placeholder: "NAME",
      },
      mirror: {
        kind: "parsed",
        parse: parseText,
        brief: "Address of OSV's bulk files, tried in the order given (default: of x-seaworthy.scan.mirrors, else OSV's own)",
        optional: true,
        variadic: true,
        placeholder: "URL",
      },
      exploited: listFlag("CISA's catalogue of what is exploited is"),
      epss: listFlag("EPSS's scores (csv.gz) are"),
      endoflife: listFlag("endoflife.date's products are"),
      full: { kind: "boolean", withNegated: false, brief: "Fetch whole files, not only what changed", optional: true },
      dryRun: { kind: "boolean", withNegated: false, brief: "Say what would be fetched, and change nothing", optional: true },
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "all that is there already, or what images are usually made of" },
      { input: "--ecosystem Debian --ecosystem npm", brief: "these two" },
      { input: "--from https://files.acme.example/advisories/", brief: "what the team has put on its server" },
      { input: "--mirror https://osv.acme.example --mirror https://storage.googleapis.com/osv-vulnerabilities", brief: "a mirror first" },
    ],
    brief: "Fetch advisories, or what changed in them",
    fullDescription:
      "OSV's bulk file of each ecosystem once, then only the records that its list of changes names. A mirror that is busy, broken or silent gives way to the next; what was broken off is gone on with. Each source takes the place of the one before when it is whole, so that scans go on meanwhile. Exit 7 when one could not be had.",
  },
});

const build = buildCommand<BuildFlags, string[], Context>({
  loader: async () => (await import("./db-build.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      db: DB_FLAG,
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
      ...AGE_FLAGS,
      db: DB_FLAG,
    },
  },
  docs: { brief: "What advisories there are, and how old they are" },
});

const fileArgument = (brief: string) => ({ kind: "tuple", parameters: [{ parse: parseText, brief, placeholder: "FILE" }] }) as const;

const exportCommand = buildCommand<CarryFlags, [string], Context>({
  loader: async () => (await import("./db-export.run.ts")).run,
  parameters: { flags: { ...JSON_FLAG, db: DB_FLAG }, positional: fileArgument("File to write") },
  docs: {
    brief: "Write the database of advisories as one file, for networks that are closed",
    fullDescription: "The same advisories give the same bytes. It can also be put on any static server, for seaworthy db update --from.",
  },
});

const importCommand = buildCommand<CarryFlags, [string], Context>({
  loader: async () => (await import("./db-import.run.ts")).run,
  parameters: { flags: { ...JSON_FLAG, db: DB_FLAG }, positional: fileArgument("File of seaworthy db export") },
  docs: {
    brief: "Take a database of advisories from a file of seaworthy db export",
    fullDescription:
      "It takes the place of what was there. Every file in it is held to its digest and to the form of a database first: it is taken whole or not at all.",
  },
});

export const db = buildRouteMap({
  routes: { build, export: exportCommand, import: importCommand, status, update },
  docs: { brief: "The advisories that seaworthy scan judges by" },
});
