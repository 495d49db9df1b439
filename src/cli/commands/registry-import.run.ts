import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { formatByteSize, parseReference, SeaworthyError } from "../../core/index.ts";
import { createRegistryClient } from "../../image/index.ts";
import { fromDistributionFolder, fromRegistry, importImages, type ImportReport, type ImportSource } from "../../registry/index.ts";
import type { Context } from "../context.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";

export interface Flags extends OutputFlags {
  readonly to: string;
  readonly repository?: readonly string[];
  readonly tag?: readonly string[];
  readonly dryRun?: boolean;
}

/** `host[:port]` and what may stand behind it. A bare name is a host here, where an image's would be one of Docker Hub's. */
const parsePlace = (text: string): { readonly registry: string; readonly path?: string } => {
  const [host = "", ...rest] = text.split("/");
  const path = rest.join("/");
  // The grammar of references decides; the name behind stands for one where there is none.
  const { registry } = parseReference(`${host}/${path === "" ? "name" : path}`);
  if (registry !== host)
    throw new SeaworthyError("USAGE", `"${text}" names no registry: HOST:PORT, HOST.DOMAIN or localhost, before a / if any`);
  return path === "" ? { registry } : { registry, path };
};

const isPath = (text: string): boolean => /^(?:\.{0,2}\/|\.{1,2}$)/.test(text);

const openSource = (context: Context, text: string): ImportSource => {
  const path = resolve(context.cwd, text);
  if (isPath(text) || existsSync(path)) return fromDistributionFolder(path);
  const { registry, path: repository } = parsePlace(text);
  return fromRegistry(registry, repository, { signal: context.signal });
};

const human = ({ imported, leftOut }: ImportReport, from: string, to: string, isDry: boolean): string => {
  const sent = imported.reduce((sum, { blobs }) => sum + blobs.sent, 0);
  const sentBytes = imported.reduce((sum, { blobs }) => sum + blobs.sentBytes, 0);
  const present = imported.reduce((sum, { blobs }) => sum + blobs.present, 0);
  const attached = imported.reduce((sum, one) => sum + one.attached, 0);
  return [
    `${imported.length} ${imported.length === 1 ? "tag" : "tags"} of ${from} ${isDry ? "would be taken" : "taken"} to ${to}: ${sent} blobs sent (${formatByteSize(sentBytes)}), ${present} there already${attached === 0 ? "" : `, ${attached} hanging on images`}`,
    ...(leftOut.length === 0 ? [] : [`${leftOut.length} left out:`]),
    ...leftOut.map(({ repository, tag, why }) => `  ${repository}:${tag}: ${why}`),
  ].join("\n");
};

export const run = reporting<Flags, [string]>(async (context, flags, from): Promise<Outcome> => {
  const { registry, path: prefix } = parsePlace(flags.to);
  const source = openSource(context, from);
  const client = createRegistryClient({ signal: context.signal });
  try {
    await client.ping(registry);
    const report = await importImages(source, client, {
      registry,
      progress: progressFor(context, flags),
      dryRun: flags.dryRun === true,
      ...(prefix === undefined ? {} : { prefix }),
      ...(flags.repository === undefined ? {} : { repositories: flags.repository }),
      ...(flags.tag === undefined ? {} : { tags: flags.tag }),
    });
    return {
      exit: report.leftOut.length > 0 ? 1 : 0,
      human: human(report, source.where, flags.to, flags.dryRun === true),
      json: { schema: "seaworthy/registry-import@1", from: source.where, to: flags.to, dryRun: flags.dryRun === true, ...report },
    };
  } finally {
    source.close();
    client.close();
  }
});
