import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./check.run.ts";

export const check = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./check.run.ts")).run,
  parameters: {
    flags: { ...PROJECT_FLAGS },
  },
  docs: {
    customUsage: [
      { input: "", brief: "findings with the place, the reason and what to do" },
      { input: "--json", brief: "the same for scripts, schema seaworthy/findings@1" },
    ],
    brief: "What stands between this repository and production",
    fullDescription: `Reads the files that say how containers are built and run, and judges them by the production checklist.\nFindings at or above the threshold (x-seaworthy.check.fail) exit 1.`,
  },
});
