import { resolve } from "node:path";
import { readTextFile } from "../../core/index.ts";
import { buildDatabase, readCatalogue, recordsOf } from "../../scan/index.ts";
import { advisoryFolder } from "../advisory-folder.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";
import { progressFor } from "../progress.ts";

const MAX_CATALOGUE_BYTES = 64 * 1024 * 1024;

export interface Flags extends OutputFlags {
  readonly db?: string;
  readonly exploited?: string;
}

export const run = reporting<Flags, string[]>(async (context, flags, ...paths): Promise<Outcome> => {
  const folder = advisoryFolder(context, flags.db);
  const progress = progressFor(context, flags);
  let read = 0;
  const records = async function* () {
    for (const path of paths)
      for await (const record of recordsOf(resolve(context.cwd, path))) {
        context.signal.throwIfAborted();
        read += 1;
        if (read % 5000 === 1) progress.begin("read advisories", `${read - 1} records`);
        yield record;
      }
  };
  const { manifest, leftOut, unreadable } = await buildDatabase(
    records(),
    folder,
    flags.exploited === undefined
      ? {}
      : { exploited: readCatalogue(readTextFile(resolve(context.cwd, flags.exploited), MAX_CATALOGUE_BYTES), flags.exploited) },
  );
  progress.end("read advisories", `${read} records`);
  const shards = Object.keys(manifest.shards);
  return {
    exit: 0,
    human: [
      `${read - leftOut - unreadable.length} of ${read} records for ${shards.length} ecosystems and releases, in ${folder}`,
      ...(manifest.exploited === undefined
        ? []
        : [`${manifest.exploited.count} CVEs known to be exploited, as of ${manifest.exploited.date?.slice(0, 10) ?? "an unknown day"}`]),
      ...unreadable.map((one) => `left out, as no OSV record: ${one}`),
    ].join("\n"),
    json: {
      schema: "seaworthy/db-build@1",
      folder,
      records: read,
      leftOut,
      unreadable,
      shards: manifest.shards,
      exploited: manifest.exploited,
    },
  };
});
