import { buildCommand, buildRouteMap, numberParser } from "@stricli/core";
import type { Context } from "../context.ts";
import { CHANGE_FLAGS, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags as ListFlags } from "./schedule-list.run.ts";
import type { Flags as LogFlags } from "./schedule-log.run.ts";
import type { Flags as RunFlags } from "./schedule-run.run.ts";

const SERVICE = {
  kind: "tuple",
  parameters: [{ parse: parseText, brief: "Service that runs by a schedule", placeholder: "SERVICE" }],
} as const;

const list = buildCommand<ListFlags, [], Context>({
  loader: async () => (await import("./schedule-list.run.ts")).run,
  parameters: { flags: { ...PROJECT_FLAGS } },
  docs: {
    brief: "Services that run by a schedule: when next, and what became of them",
    fullDescription: "Exits with 1 when one of them failed last, or nobody runs them (seaworthy agent).",
  },
});

const log = buildCommand<LogFlags, [string], Context>({
  loader: async () => (await import("./schedule-log.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      runs: { kind: "parsed", parse: numberParser, brief: "How many (default: 20)", optional: true, placeholder: "NUMBER" },
    },
    positional: SERVICE,
  },
  docs: {
    brief: "What a scheduled service did, newest first, with its last lines",
    fullDescription:
      "The last 200 runs of each service are kept: when, for which time of the schedule, by whom, exit status, duration and last log lines.",
  },
});

const run = buildCommand<RunFlags, [string], Context>({
  loader: async () => (await import("./schedule-run.run.ts")).run,
  parameters: { flags: { ...CHANGE_FLAGS }, positional: SERVICE },
  docs: {
    brief: "Run a scheduled service now, once, and wait for its end",
    fullDescription:
      "As the agent would: the live release's image, environment and secrets, its deadline, one at a time. Its times stay as they are.\nExits with 1 when the run did not succeed, with 6 while one is under way. Interrupted, it leaves the run to the agent.",
  },
});

export const schedule = buildRouteMap({ routes: { list, log, run }, docs: { brief: "Services that run by a schedule" } });
