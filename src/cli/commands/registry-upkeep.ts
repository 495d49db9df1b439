import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import type { Flags as GcFlags } from "./registry-gc.run.ts";
import type { Flags as LsFlags } from "./registry-ls.run.ts";
import type { Flags as ReloadFlags } from "./registry-reload.run.ts";
import type { Flags as RetainFlags } from "./registry-retain.run.ts";
import type { Flags as RmFlags } from "./registry-rm.run.ts";
import type { Flags as ScrubFlags } from "./registry-scrub.run.ts";
import type { Flags as TagsFlags } from "./registry-tags.run.ts";
import type { Flags as UndoFlags } from "./registry-undo.run.ts";

const FOLDER = {
  ...JSON_FLAG,
  data: {
    kind: "parsed",
    parse: parseText,
    brief: "The registry's data folder, served or not (default: this host's embedded registry)",
    optional: true,
    placeholder: "DIR",
  },
} as const;

const DRY_RUN = {
  dryRun: { kind: "boolean", withNegated: false, brief: "Say what would be done, and change nothing", optional: true },
} as const;

export const ls = buildCommand<LsFlags, [], Context>({
  loader: async () => (await import("./registry-ls.run.ts")).run,
  parameters: { flags: FOLDER },
  docs: { brief: "Repositories: tags, manifests, size, last push" },
});

export const tags = buildCommand<TagsFlags, [string], Context>({
  loader: async () => (await import("./registry-tags.run.ts")).run,
  parameters: {
    flags: FOLDER,
    positional: { kind: "tuple", parameters: [{ parse: parseText, brief: "Repository", placeholder: "REPOSITORY" }] },
  },
  docs: { brief: "Tags of a repository: digest, whether they move, when pushed and pulled" },
});

export const rm = buildCommand<RmFlags, [string], Context>({
  loader: async () => (await import("./registry-rm.run.ts")).run,
  parameters: {
    flags: { ...FOLDER, ...DRY_RUN },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: parseText, brief: "What to take away, without the registry's host", placeholder: "REPOSITORY:TAG|REPOSITORY@DIGEST" },
      ],
    },
  },
  docs: {
    brief: "Take a tag, or an image with its tags, into the trash",
    fullDescription:
      "Absent from now on, and back by seaworthy registry undo until the trash is emptied (7 days by default). A deployed digest is refused.",
  },
});

export const undo = buildCommand<UndoFlags, [string?], Context>({
  loader: async () => (await import("./registry-undo.run.ts")).run,
  parameters: {
    flags: {
      ...FOLDER,
      dryRun: { kind: "boolean", withNegated: false, brief: "List what can be undone, newest first, and change nothing", optional: true },
    },
    positional: {
      kind: "tuple",
      parameters: [
        {
          parse: parseText,
          brief: "Which operation, or which tag (default: the newest operation)",
          placeholder: "NUMBER|REPOSITORY:TAG",
          optional: true,
        },
      ],
    },
  },
  docs: {
    brief: "Bring back what was deleted, or dropped by retention",
    fullDescription:
      "An operation comes back as a whole: all tags of one retention run, or an image with its tags. A tag that was moved goes back to what it stood for before.\nExits with 1 when something of it could not come back, and says why.",
  },
});

export const retain = buildCommand<RetainFlags, [string?], Context>({
  loader: async () => (await import("./registry-retain.run.ts")).run,
  parameters: {
    flags: {
      ...FOLDER,
      ...DRY_RUN,
      yes: { kind: "boolean", withNegated: false, brief: "Carry out also what is refused as a surprise", optional: true },
    },
    positional: {
      kind: "tuple",
      parameters: [{ parse: parseText, brief: "Only this repository (default: all)", placeholder: "REPOSITORY", optional: true }],
    },
  },
  docs: {
    brief: "Drop tags as the rules of registry.yaml say, into the trash",
    fullDescription:
      "--dry-run says of each tag why it stays or goes. A repository of which more than half the tags, or all, would go is left as it is until --yes; that exits with 1.\nA tag of which no rule speaks stays; so do deployed digests, and signatures go with their image.",
  },
});

export const gc = buildCommand<GcFlags, [], Context>({
  loader: async () => (await import("./registry-gc.run.ts")).run,
  parameters: {
    flags: {
      ...FOLDER,
      ...DRY_RUN,
      emptyTrash: { kind: "boolean", withNegated: false, brief: "Give up what was deleted: no undo brings it back", optional: true },
    },
  },
  docs: {
    brief: "Collect what no tag, index, image or deployment needs",
    fullDescription:
      "Safe while the registry serves. What was pushed, asked for or deleted lately stays (gc.grace and trash.keepFor of registry.yaml); files of blobs go gc.delay after they were condemned.",
  },
});

export const reload = buildCommand<ReloadFlags, [], Context>({
  loader: async () => (await import("./registry-reload.run.ts")).run,
  parameters: { flags: { ...FOLDER, ...DRY_RUN } },
  docs: {
    brief: "Have a serving registry read its registry.yaml again",
    fullDescription:
      "All of the file is in effect afterwards, or nothing of it when it has a mistake or a mirror's port is taken. Requests under way are finished as they began. SIGHUP does the same.\nWhat stands on the command line of seaworthy registry serve (--data, --listen, --metrics, certificates, limits, --tags, --signed-by) needs a restart.",
  },
});

export const scrub = buildCommand<ScrubFlags, [], Context>({
  loader: async () => (await import("./registry-scrub.run.ts")).run,
  parameters: {
    flags: {
      ...FOLDER,
      rate: {
        kind: "parsed",
        parse: parseText,
        brief: "Bytes a second, e.g. 50mb (default: scrub.bytesPerSecond, 8 MiB)",
        optional: true,
        placeholder: "SIZE",
      },
      unlessWithin: {
        kind: "parsed",
        parse: parseText,
        brief: "Pass over what was verified within this time, e.g. 7d",
        optional: true,
        placeholder: "DURATION",
      },
    },
  },
  docs: {
    brief: "Read every blob again and put aside what is damaged",
    fullDescription:
      "What is damaged is moved to quarantine/ and from then on absent, so that a push brings it back whole. Exits with 1 when something was.",
  },
});
