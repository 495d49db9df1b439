import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { CHANGE_FLAGS, parseText, WAIT_FLAG } from "../flags.ts";
import type { Flags } from "./prune.run.ts";

export const prune = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./prune.run.ts")).run,
  parameters: {
    flags: {
      ...CHANGE_FLAGS,
      ...WAIT_FLAG,
      all: {
        kind: "boolean",
        withNegated: false,
        brief: "Every project of this host, each by what its last release said that it keeps; needs no project here",
        optional: true,
      },
      dangling: {
        kind: "boolean",
        withNegated: false,
        brief: "Images without a name too, whoever made them, once they are older than x-seaworthy.prune.dangling",
        optional: true,
      },
      buildCache: {
        kind: "boolean",
        withNegated: false,
        brief: "The engine's build cache too, whoever's, and our image layouts, within x-seaworthy.prune.buildCache",
        optional: true,
      },
      olderThan: {
        kind: "parsed",
        parse: parseText,
        brief: "With --dangling or --build-cache: only what is older, or unused for longer, than this",
        optional: true,
        placeholder: "DURATION",
      },
      maxSize: {
        kind: "parsed",
        parse: parseText,
        brief: "With --build-cache: the least used goes until no more than this is left",
        optional: true,
        placeholder: "SIZE",
      },
    },
  },
  docs: {
    customUsage: [
      { input: "--dry-run", brief: "what would go and what stays, each with its reason" },
      { input: "", brief: "what past releases and killed builds of this project left" },
      { input: "--all", brief: "of every project on this host" },
      { input: "--dangling --build-cache --older-than 3d --max-size 5gb", brief: "the engine's own leftovers as well, within bounds" },
    ],
    brief: "Make room: what past releases and builds left, never what can be gone back to",
    fullDescription: `Removes images that Seaworthy brought into the engine for releases that are beyond what is kept (x-seaworthy.release.keep and keepFor), containers of ours that have ended, secrets and configs that no kept release mounts, and what killed builds left.\nWhat any project of this host can go back to, what runs and what others made stays; --dangling and --build-cache take of that too, within bounds. A project that somebody is at work on is left out, and said. Volumes and the journal are never touched.`,
  },
});
