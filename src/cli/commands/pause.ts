import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { parseText, SERVICES_ARGUMENT, TRAFFIC_FLAGS } from "../flags.ts";
import type { Flags } from "./pause.run.ts";

export const pause = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./pause.run.ts")).run,
  parameters: {
    flags: {
      ...TRAFFIC_FLAGS,
      for: {
        kind: "parsed",
        parse: parseText,
        brief: "Until seaworthy resume, but no longer than this: at most 50s (default: 30s)",
        optional: true,
        placeholder: "DURATION",
      },
    },
    positional: SERVICES_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "web", brief: "new requests wait in the proxy, for at most 30 s" },
      { input: 'web --for 45s --why "database failover"', brief: "for at most 45 s" },
    ],
    brief: "Let requests wait in the proxy for a moment, as for a database failover",
    fullDescription: `What is under way ends as usual; new requests wait, and go on when seaworthy resume says so or the time is over, which the proxy itself knows. Said again it begins anew. No more than release.holdRequests wait (default 1000); more are answered 503.`,
  },
});
