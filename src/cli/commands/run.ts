import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { COMMAND_ARGUMENT, FILE_FLAGS } from "../flags.ts";
import type { Flags } from "./run.run.ts";

export const run = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./run.run.ts")).run,
  parameters: {
    flags: { ...FILE_FLAGS },
    positional: COMMAND_ARGUMENT,
  },
  docs: {
    customUsage: [
      { input: "web -- migrate.js", brief: "in a container of its own, as the live release would run it" },
      { input: "web -- sh", brief: "a shell to look around" },
    ],
    brief: "Run a command in a new container of the live release",
    fullDescription: `The service's image, environment, secrets, volumes and networks as they are live, in a container that gets no traffic and is removed when the command ends.\nThe words replace the service's command; the image's or the service's entrypoint stays in front of them, as with docker run.\nExits with the command's own status.`,
  },
});
