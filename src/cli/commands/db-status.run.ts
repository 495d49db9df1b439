import { formatByteSize } from "../../core/index.ts";
import { readManifest } from "../../scan/index.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { ago, table } from "../render/table.ts";

export interface Flags extends OutputFlags {
  readonly db?: string;
}

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const folder = advisoryFolder(context, flags.db);
  const manifest = readManifest(folder);
  if (manifest === undefined)
    return {
      exit: 0,
      human: `there are no advisories in ${folder}: seaworthy db build FILE... makes them from OSV records`,
      json: { schema: "seaworthy/db-status@1", folder, shards: {} },
    };
  const rows = Object.entries(manifest.shards).map(([ecosystem, { advisories, packages, sizeBytes, newest = "" }]) => [
    ecosystem,
    String(advisories),
    String(packages),
    formatByteSize(sizeBytes),
    newest.slice(0, 10),
  ]);
  return {
    exit: 0,
    human: `${table([["ecosystem", "advisories", "packages", "size", "newest"], ...rows])}\n\nbuilt ${ago(manifest.builtAt, Date.now())}, in ${folder}`,
    json: { schema: "seaworthy/db-status@1", folder, builtAt: new Date(manifest.builtAt).toISOString(), shards: manifest.shards },
  };
});
