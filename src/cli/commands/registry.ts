import { buildCommand, buildRouteMap, numberParser } from "@stricli/core";
import type { Context } from "../context.ts";
import { JSON_FLAG, parseText } from "../flags.ts";
import { importCommand } from "./registry-import.ts";
import { gc, ls, reload, retain, rm, scrub, tags, undo } from "./registry-upkeep.ts";
import { users } from "./registry-users.ts";
import type { Flags } from "./registry-serve.run.ts";

const optional = (brief: string, placeholder: string) =>
  ({ kind: "parsed", parse: parseText, brief, optional: true, placeholder }) as const;
const several = (brief: string, placeholder: string) => ({ ...optional(brief, placeholder), variadic: true }) as const;

const serve = buildCommand<Flags, [], Context>({
  loader: async () => (await import("./registry-serve.run.ts")).run,
  parameters: {
    flags: {
      ...JSON_FLAG,
      data: { kind: "parsed", parse: parseText, brief: "Folder for blobs and the database", placeholder: "DIR" },
      listen: { kind: "parsed", parse: parseText, brief: "Address and port", placeholder: "HOST:PORT", default: "127.0.0.1:5417" },
      tlsCert: optional("Serve HTTPS with this certificate and its chain; a renewed one is taken into use by itself", "FILE"),
      tlsKey: optional("The certificate's key", "FILE"),
      publicUrl: optional("How clients reach it when that is not what they ask for, e.g. https://registry.example", "URL"),
      trustProxy: several("Address or network of a proxy whose X-Forwarded-* headers count", "CIDR"),
      metrics: optional("Serve /metrics, /healthz and /readyz here too, without accounts", "HOST:PORT"),
      log: {
        kind: "enum",
        values: ["text", "json"],
        brief: "json: events and every request on stderr, one document a line",
        optional: true,
      },
      maxBlob: optional("Largest blob, e.g. 10gb", "SIZE"),
      repositoryQuota: optional("Bytes that a repository may hold, e.g. 50gb", "SIZE"),
      uploads: {
        kind: "parsed",
        parse: numberParser,
        brief: "Uploads that an account has open at once (default: 200)",
        optional: true,
        placeholder: "N",
      },
      rate: {
        kind: "parsed",
        parse: numberParser,
        brief: "Requests a second of an account, or of an address without one (default: any)",
        optional: true,
        placeholder: "N",
      },
      tags: several("Take only these tags: v*, main, pr-*", "GLOB"),
      signedBy: several("Give images only when this public key signed them", "FILE"),
      scannedBy: several("Give images only when this public key attested a scan of them", "FILE"),
      scannedWithin: optional("How old such a scan may be (default: 7d)", "DURATION"),
      open: { kind: "boolean", withNegated: false, brief: "Anyone who reaches it may push, pull and delete", optional: true },
    },
  },
  docs: {
    brief: "Run an OCI registry until interrupted",
    fullDescription:
      "Version tags (1.2.3, sha-<commit>) never move: pushing other bytes under one is refused. Without --open it is served by the accounts of registry users.",
  },
});

export const registry = buildRouteMap({
  routes: { serve, users, import: importCommand, ls, tags, rm, undo, retain, gc, scrub, reload },
  docs: { brief: "The embedded OCI registry" },
});
