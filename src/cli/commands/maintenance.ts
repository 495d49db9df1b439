import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { parseText, TRAFFIC_FLAGS } from "../flags.ts";
import type { Flags } from "./maintenance.run.ts";

export const maintenance = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./maintenance.run.ts")).run,
  parameters: {
    flags: { ...TRAFFIC_FLAGS },
    positional: {
      kind: "array",
      parameter: { parse: parseText, brief: "on or off, then services (default: all behind the proxy)", placeholder: "on|off SERVICE" },
    },
  },
  docs: {
    customUsage: [
      { input: 'on web --why "new disks"', brief: "everybody gets the page, 503 with Retry-After; what is under way ends as usual" },
      { input: "off web", brief: "it serves again" },
    ],
    brief: "Close services for maintenance, and open them again",
    fullDescription: `From the next request on, without a reload; deploys, reboots and restarts of the proxy keep it. The page, and who may look behind it, are x-seaworthy.maintenance of the service. status shows it, history keeps who and when.`,
  },
});
