import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { fileFlag, parseText, PROJECT_FLAGS } from "../flags.ts";
import type { Flags } from "./trial.run.ts";

export const trial = buildCommand<Flags, string[], Context>({
  loader: async () => (await import("./trial.run.ts")).run,
  parameters: {
    flags: {
      ...PROJECT_FLAGS,
      level: {
        kind: "enum",
        values: ["quick", "standard", "deep"],
        brief: "How much is tried (default: x-seaworthy.trial.level, or standard)",
        optional: true,
      },
      again: {
        kind: "boolean",
        withNegated: false,
        brief: "Try again what was tried before, with the same image and settings",
        optional: true,
      },
      fix: {
        kind: "boolean",
        withNegated: false,
        brief: "Write what is proposed into the compose file, each with its measurement",
        optional: true,
      },
      dryRun: { kind: "boolean", withNegated: false, brief: "With --fix: show the changes as a diff and write nothing", optional: true },
      html: fileFlag("Write the report as one HTML page with charts, which needs nothing else"),
      list: { kind: "boolean", withNegated: false, brief: "Print every experiment, and run none", optional: true },
    },
    positional: {
      kind: "array",
      parameter: {
        parse: parseText,
        brief: "Service of the project, or an image by itself (default: all services)",
        placeholder: "SERVICE|IMAGE",
      },
    },
  },
  docs: {
    customUsage: [
      { input: "", brief: "every service" },
      { input: "web --level quick", brief: "one of them, in a few seconds" },
      { input: "shop/web:1.2.3", brief: "an image by itself: of the engine or its registry; ./image.tar and a layout's folder too" },
      { input: "--fix --dry-run", brief: "what --fix would write, as a diff" },
      { input: "--html trial.html", brief: "the report as a page, with charts" },
      { input: "--list", brief: "what is tried, and what it shows" },
    ],
    brief: "Run the image as production would, in a harmless place, and prove what the checklist claims",
    fullDescription: `Each service is built when it has to be, started in a network of its own with made-up secrets and empty volumes, asked, stopped, starved and looked into.\nEvery verdict is a difference from the first run, as production would run it; what could not be tried says why. Everything is removed afterwards. What was tried before with the same image and settings is told, and not tried again without --again.\nAn image by itself is run as a service that names it and says nothing else; what is proposed for it is printed as a compose file. A name that is both is the service.\nExit status 1: something was disproved, or the service does not come up.`,
  },
});
