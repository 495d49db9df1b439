import { resolve } from "node:path";
import { formatByteSize } from "../../core/index.ts";
import { exportDatabase } from "../../scan/index.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";

export interface Flags extends OutputFlags {
  readonly db?: string;
}

export const run = reporting<Flags, [string]>(async (context, flags, file): Promise<Outcome> => {
  const folder = advisoryFolder(context, flags.db);
  const progress = progressFor(context, flags);
  progress.begin("export", folder);
  const { manifest, sha256, sizeBytes } = await exportDatabase(folder, resolve(context.cwd, file), context.signal);
  progress.end("export", file);
  const count = Object.keys(manifest.shards).length;
  return {
    exit: 0,
    human: `${count} ecosystems and releases in ${file}, ${formatByteSize(sizeBytes)}\nsha256 ${sha256}`,
    json: {
      schema: "seaworthy/db-export@1",
      file,
      sha256,
      sizeBytes,
      builtAt: new Date(manifest.builtAt).toISOString(),
      shards: manifest.shards,
    },
  };
});
