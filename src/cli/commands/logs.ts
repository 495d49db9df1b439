import { buildCommand, numberParser } from "@stricli/core";
import type { Context } from "../context.ts";
import { PROJECT_FLAGS, parseText, SERVICES_ARGUMENT } from "../flags.ts";
import type { Flags } from "./logs.run.ts";

export const logs = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./logs.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      follow: {
        kind: "boolean",
        withNegated: false,
        brief: "Go on with what is said from now on, over releases, until Ctrl-C",
        optional: true,
      },
      tail: {
        kind: "parsed",
        parse: numberParser,
        brief: "Lines of each container, from the end (default: 100)",
        optional: true,
        placeholder: "LINES",
      },
      since: {
        kind: "parsed",
        parse: parseText,
        brief: "Only what was said so long ago or later, e.g. 10m",
        optional: true,
        placeholder: "DURATION",
      },
    },
    positional: SERVICES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "", brief: "the last 100 lines of each container, in the order of time" },
      { input: "web --follow", brief: "one service, and what it says from now on" },
      { input: "--since 10m --json", brief: "one JSON document a line" },
    ],
    brief: "What the containers say",
    fullDescription: `Lines of all containers of the project, in the order in which they were said, with the container's name in front.\nWith --json each line is a document: at, service, release, replica, container, text.`,
  },
});
