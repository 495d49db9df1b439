import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { fileFlag, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./doctor.run.ts";

export const doctor = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./doctor.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS, output: fileFlag("Write everything that was looked at into one redacted file, to send to somebody") },
  },
  docs: {
    customUsage: [
      { input: "", brief: "what ails the project here, and what to do" },
      { input: "--output report.json", brief: "engine, proxy, journal, containers and their last lines, redacted" },
    ],
    brief: "What ails this host, and a redacted report for whoever helps",
    fullDescription: `Looks at the engine, the proxy, the journal, the containers with their last probes and log lines, and the room on disk.\nThe report holds no secret's content and no value of an environment variable. Exit 1 when something is wrong.`,
  },
});
