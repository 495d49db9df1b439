import { buildCommand, numberParser } from "@stricli/core";
import type { Context } from "../context.ts";
import { COMMAND_ARGUMENT, FILE_FLAGS, parseText } from "../flags.ts";
import type { Flags } from "./exec.run.ts";

export const exec = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./exec.run.ts")).run,
  parameters: {
    flags: {
      ...FILE_FLAGS,
      replica: {
        kind: "parsed",
        parse: numberParser,
        brief: "Which one, from 1 (default: the first that runs)",
        optional: true,
        placeholder: "NUMBER",
      },
      user: {
        kind: "parsed",
        parse: parseText,
        brief: "User inside the container (default: its own)",
        optional: true,
        placeholder: "USER",
      },
    },
    positional: COMMAND_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "web -- sh", brief: "a shell in the container that serves" },
      { input: "db -- pg_dump app > app.sql", brief: "output into a file" },
    ],
    brief: "Run a command in a container that serves",
    fullDescription: `In the running container of the live release. Exits with the command's own status.\nWhat needs a container of its own, as a migration by hand: seaworthy run.`,
  },
});
