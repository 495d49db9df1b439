import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import type { Flags } from "./agent.run.ts";

export const agent = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./agent.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      systemd: { kind: "boolean", withNegated: false, brief: "Print a systemd unit that starts it with the machine", optional: true },
      rescan: {
        kind: "boolean",
        withNegated: false,
        brief: "Scan again what runs here and is due, once, and end: what the agent does by itself",
        optional: true,
      },
      db: {
        kind: "parsed",
        parse: parseText,
        brief: "Folder of advisories (default: the user's cache)",
        optional: true,
        placeholder: "DIR",
      },
      restore: {
        kind: "boolean",
        withNegated: false,
        brief: "Put secrets and configs back into memory, as after a reboot, and end",
        optional: true,
      },
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "watch until interrupted" },
      { input: "--systemd", brief: "the unit that starts it with the machine" },
    ],
    brief: "Watch the containers and keep the proxy true between deploys",
    fullDescription: `Follows the engine's events for all projects of this host: a container that ends leaves the proxy at once and comes back when it answers, one that lost its network or address is connected again, and restart loops are said. While a rollout is at work it does nothing.\nOnce a day (x-seaworthy.scan.rescan), and when there are other advisories or another release, it scans again what runs, in a process of its own, and says what is newly known; it stops and changes nothing because of that.\nOne at a time; seaworthy status says whether somebody watches.`,
  },
});
