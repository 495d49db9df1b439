import { buildCommand, buildRouteMap } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import { importCommand } from "./registry-import.ts";
import { users } from "./registry-users.ts";
import type { Flags } from "./registry-serve.run.ts";

const serve = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./registry-serve.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      data: { kind: "parsed", parse: parseText, brief: "Folder for blobs and the database", placeholder: "DIR" },
      listen: { kind: "parsed", parse: parseText, brief: "Address and port", placeholder: "HOST:PORT", default: "127.0.0.1:5417" },
      open: { kind: "boolean", withNegated: false, brief: "Anyone who reaches it may push, pull and delete", optional: true },
    },
  },
  docs: {
    brief: "Run an OCI registry until interrupted",
    fullDescription:
      "Version tags (1.2.3, sha-<commit>) never move: pushing other bytes under one is refused. Without --open it is served by the accounts of registry users.",
  },
});

export const registry = buildRouteMap({ routes: { serve, users, import: importCommand }, docs: { brief: "The embedded OCI registry" } });
