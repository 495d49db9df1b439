import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { parseText, ROLLOUT_FLAGS } from "../flags.ts";
import type { Flags } from "./adopt.run.ts";

export const adopt = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./adopt.run.ts")).run,
  parameters: {
    flags: {
      ...ROLLOUT_FLAGS,
      replace: {
        kind: "parsed",
        parse: parseText,
        brief: "Service whose containers may be replaced where they differ from the file; may be given several times",
        optional: true,
        variadic: true,
        placeholder: "SERVICE",
      },
      takePort: {
        kind: "boolean",
        withNegated: false,
        brief: "Take the proxy's port from a container that the file does not name, or from a process of the host",
        optional: true,
      },
      firewallOpen: {
        kind: "boolean",
        withNegated: false,
        brief: "The host's firewall lets the proxy's port in, whatever its rules look like",
        optional: true,
      },
      settle: {
        kind: "parsed",
        parse: parseText,
        brief: "How long clients that stay connected to an old container are waited for before it pauses (default 90s)",
        optional: true,
        placeholder: "DURATION",
      },
      finish: {
        kind: "boolean",
        withNegated: false,
        brief: "Remove the containers that were replaced, stopped and kept",
        optional: true,
      },
    },
  },
  docs: {
    customUsage: [
      { input: "--dry-run", brief: "what runs beside what the file says, who has the port, and every step with its reason" },
      { input: "", brief: "take over, losing no request" },
      { input: "--replace web", brief: "replace the containers of web, which are not what the file says" },
      { input: "--finish", brief: "remove what was replaced, stopped and kept" },
    ],
    brief: "Take over what docker compose runs, losing no request and no data",
    fullDescription: `Compares the running containers of the project with the compose file. What is as the file says is recorded as it runs, without a restart; what publishes the proxy's port is replaced behind the proxy, after new connections were sent there. Volumes and networks are used as they are.\nNothing is changed while something stands in the way; every difference is named. Replaced containers are stopped and kept until --finish.`,
  },
});
