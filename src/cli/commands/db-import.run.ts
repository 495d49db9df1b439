import { resolve } from "node:path";
import { agesOf, importDatabase } from "../../scan/index.ts";
import { agePolicy, ageWords, scanSettings } from "../advisory-age.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";

export interface Flags extends OutputFlags {
  readonly db?: string;
}

export const run = reporting<Flags, [string]>(async (context, flags, file): Promise<Outcome> => {
  const folder = advisoryFolder(context, flags.db);
  const progress = progressFor(context, flags);
  progress.begin("import", file);
  const manifest = await importDatabase(resolve(context.cwd, file), folder, { signal: context.signal });
  progress.end("import", file);
  const sources = agesOf(manifest, { now: Date.now(), maxAgeMs: agePolicy(scanSettings(context), {}).maxAgeMs });
  return {
    exit: 0,
    human: `${Object.keys(manifest.shards).length} ecosystems and releases in ${folder}\nadvisories: ${ageWords(sources)}`,
    json: { schema: "seaworthy/db-import@1", folder, builtAt: new Date(manifest.builtAt).toISOString(), shards: manifest.shards, sources },
  };
});
