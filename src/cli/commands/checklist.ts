import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./checklist.run.ts";

export const checklist = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./checklist.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS },
  },
  docs: {
    customUsage: [
      { input: "", brief: "by everything known of this project" },
      { input: "--json", brief: "schema seaworthy/checklist@1" },
    ],
    brief: "The whole production checklist: proven, disproved, waived or not tried",
    fullDescription: `Judges by everything that is known: the files, the live release with the evidence it was shipped with, the newest scan of each image that it runs, and readings from the server.`,
  },
});
