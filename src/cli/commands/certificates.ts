import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG } from "../flags.ts";
import type { Flags } from "./certificates.run.ts";

export const certificates = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./certificates.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      renew: { kind: "boolean", withNegated: false, brief: "Read their files again and serve those that changed", optional: true },
      dryRun: { kind: "boolean", withNegated: false, brief: "With --renew: say what would be done, and change nothing", optional: true },
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "which certificates the proxy serves, and until when" },
      { input: "--renew", brief: "after their files were renewed: the deploy hook of an ACME client" },
    ],
    brief: "The proxy's certificates, and their renewal",
    fullDescription: `Lists the certificates of all projects of this host with the files they came from. --renew reads these files again and has the proxy serve those that changed, over its socket: nothing is reloaded and no connection ends. A pair that cannot serve is refused, and the one in use stays. seaworthy deploy does the same for its project, and seaworthy agent once a minute.\nOne that has ended, or that was refused, exits 1.`,
  },
});
