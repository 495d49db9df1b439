import { buildCommand } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import type { Flags } from "./registry-import.run.ts";

export const importCommand = buildCommand<Flags, [string], Context>({
  loader: async () => (await import("./registry-import.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      to: {
        kind: "parsed",
        parse: parseText,
        brief: "Registry that takes them, and what goes before each name there: HOST:PORT or HOST:PORT/PREFIX",
        placeholder: "REGISTRY",
        default: "127.0.0.1:5417",
      },
      repository: {
        kind: "parsed",
        parse: parseText,
        brief: "Only repositories like this: team/app, team/*, team/** (several times: any of them)",
        optional: true,
        variadic: true,
        placeholder: "GLOB",
      },
      tag: {
        kind: "parsed",
        parse: parseText,
        brief: "Only tags like this: 1.*, latest (several times: any of them)",
        optional: true,
        variadic: true,
        placeholder: "GLOB",
      },
      dryRun: { kind: "boolean", withNegated: false, brief: "Say what would be sent, and write nothing", optional: true },
    },
    positional: {
      kind: "tuple",
      parameters: [
        { parse: parseText, brief: "HOST[:PORT], HOST[:PORT]/REPOSITORY, or the path of a registry's data folder", placeholder: "FROM" },
      ],
    },
  },
  docs: {
    customUsage: [
      { input: "old-registry.acme.example:5000", brief: "everything that it lists" },
      { input: "ghcr.io/acme/web --tag '1.*'", brief: "one repository of a registry that has no list" },
      { input: "/var/lib/docker-registry --to 127.0.0.1:5417/old", brief: "what distribution's registry has on disk" },
    ],
    brief: "Take over images from another registry or from a registry's data folder",
    fullDescription: `Digests stay as they are; every platform comes, and so do signatures, SBOMs and whatever else hangs on an image, by subject or by cosign's tags. Credentials are docker's own, for both sides.
What is there already is not sent: after an interruption, run it again. A tag that stands for another image there and never moves is left out, and so is an image that is not whole or has other bytes than its digest says; each with its reason, and exit status 1. What no tag leads to is not taken.`,
  },
});
