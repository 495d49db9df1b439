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
    fullDescription: `Looks at the engine, the proxy, the journal, the containers with their last probes and log lines, and the room on disk.\nThe report holds no secret's content and no value of an environment variable. Works while the engine is down, too: versions, the socket and who may open it, the journal, the state folder and the room on disk are told all the same.\nExit 1 when something is wrong; when something could not be looked at, its status: 7 for an engine that does not answer, 8 for a socket that may not be opened.`,
  },
});
