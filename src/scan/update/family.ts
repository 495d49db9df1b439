import { setImmediate as turn } from "node:timers/promises";
import { type Clock, hasCode, wordsOf } from "../../core/index.ts";
import { eachOf } from "../../image/index.ts";
import { familyOf } from "../advisories/ecosystem.ts";
import { readOsv } from "../advisories/read-osv.ts";
import { beginEdition } from "../database/edition.ts";
import type { ChangedFolder } from "../database/folder.ts";
import type { Origin } from "../database/manifest.ts";
import { type Changes, momentOf, readChanges } from "./changes.ts";
import { download, dropDownload } from "./download.ts";
import { MirrorError } from "./mirror-error.ts";
import type { Mirrors } from "./mirrors.ts";
import type { Remote } from "./remote.ts";
import { ZipError, zippedTexts } from "./zip-file.ts";

/** Ubuntu's is the largest, at some hundred megabytes. */
const MAX_BULK_BYTES = 4 * 1024 * 1024 * 1024;
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** Beyond this the whole file is sooner there than its parts. */
const MAX_CHANGES = 500;
const AT_ONCE = 8;
/** Records between two looks at whether somebody wants an end. */
const TURN = 500;

export interface FamilyContext {
  readonly changed: ChangedFolder;
  readonly remote: Remote;
  readonly mirrors: Mirrors;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** The whole file, whatever the list of changes says. */
  readonly full: boolean;
  readonly dryRun: boolean;
  readonly onBytes: (received: number, total: number | undefined) => void;
}

/** What became of one source. */
export interface SourceUpdate {
  readonly source: string;
  /** `current`: it has nothing new. `changed`: single records. `replaced`: all of it. `missing`: nobody has it. `failed`: it is as it was. */
  readonly state: "current" | "changed" | "replaced" | "missing" | "failed";
  /** That came; of a dry run: that would come, where it is known. */
  readonly records?: number;
  /** Why it failed, and other things to be said, a sentence each. */
  readonly notes?: readonly string[];
}

const folderOf = (family: string): string => encodeURIComponent(family);

const parsed = (text: string, where: string): ReturnType<typeof readOsv> => {
  try {
    return readOsv(JSON.parse(text));
  } catch (error) {
    throw new MirrorError("broken", `${where} is no OSV record: ${wordsOf(error).slice(0, 300)}`, { cause: error });
  }
};

/** Undefined: no list, or none that can be read; the whole file is then asked for. */
const changesOf = async (family: string, origin: Origin | undefined, { mirrors, remote }: FamilyContext): Promise<Changes | undefined> => {
  try {
    return await mirrors.from(`${folderOf(family)}/modified_id.csv`, (url) => readChanges(remote, url, origin?.newest, MAX_CHANGES));
  } catch (error) {
    if (hasCode(error, "ADVISORIES_UNREACHABLE")) return undefined;
    throw error;
  }
};

/** Undefined: one of the records is not to be had. */
const fetchRecords = async (
  family: string,
  ids: readonly string[],
  { mirrors, remote }: FamilyContext,
): Promise<readonly ReturnType<typeof readOsv>[] | undefined> => {
  const records = new Map<string, ReturnType<typeof readOsv>>();
  await eachOf(ids, AT_ONCE, async (id) => {
    const record = await mirrors.from(`${folderOf(family)}/${encodeURIComponent(id)}.json`, async (url) =>
      parsed((await remote.read(url, MAX_RECORD_BYTES)).toString("utf8"), `${url.host}${url.pathname}`),
    );
    if (record !== undefined) records.set(id, record);
  });
  const all = ids.flatMap((id) => records.get(id) ?? []);
  return all.length === ids.length ? all : undefined;
};

/** Reads a bulk file into an edition and publishes it. @throws MirrorError for a file that cannot be used; nothing is changed then */
const ingest = async (
  path: string,
  where: string,
  family: string,
  origin: (newest: string | undefined) => Origin,
  { changed, clock, signal }: FamilyContext,
): Promise<{ readonly records: number; readonly notes: readonly string[] }> => {
  using edition = beginEdition(changed);
  const writing = edition.anew(family);
  const notes: string[] = [];
  let [records, unreadable] = [0, 0];
  try {
    for (const { name, text } of zippedTexts(path, (one) => one.endsWith(".json"))) {
      records += 1;
      if (records % TURN === 0) {
        await turn();
        signal?.throwIfAborted();
      }
      try {
        writing.take(parsed(text, name));
      } catch (error) {
        if (!(error instanceof MirrorError)) throw error;
        unreadable += 1;
        if (notes.length < 10) notes.push(error.message);
      }
    }
  } catch (error) {
    if (error instanceof ZipError) throw new MirrorError("broken", `${where}: ${error.message}`, { cause: error });
    throw error;
  }
  // A file of something else, or emptied by mistake, must not take the place of what is known.
  if (records === 0 || unreadable * 2 > records)
    throw new MirrorError("broken", `${where} holds ${records - unreadable} records of OSV among ${records} files: it is not taken`);
  edition.source(family, origin(writing.newest()));
  await edition.finish(clock.now());
  return { records: records - unreadable, notes };
};

const bulk = async (
  family: string,
  origin: Origin | undefined,
  newest: string | undefined,
  context: FamilyContext,
): Promise<SourceUpdate> => {
  const { changed, remote, mirrors, clock, onBytes, full } = context;
  const result = await mirrors.from(`${folderOf(family)}/all.zip`, async (url): Promise<SourceUpdate> => {
    const downloaded = await download(remote, url, changed.downloads, {
      maxBytes: MAX_BULK_BYTES,
      unless: full ? undefined : origin?.etag,
      sidecar: true,
      onBytes,
    });
    const now = clock.now();
    const seen = { from: url.href, fetchedAt: now, asOf: now };
    if (downloaded === undefined) {
      using edition = beginEdition(changed);
      edition.source(family, { ...origin, ...seen });
      await edition.finish(now);
      return { source: family, state: "current" };
    }
    const { path, etag } = downloaded;
    try {
      const origined = (latest: string | undefined): Origin => {
        const known = newest ?? (latest === undefined ? undefined : momentOf(latest));
        return { ...seen, ...(etag === undefined ? {} : { etag }), ...(known === undefined ? {} : { newest: known }) };
      };
      const { records, notes } = await ingest(path, `${url.host}${url.pathname}`, family, origined, context);
      return { source: family, state: "replaced", records, notes };
    } finally {
      dropDownload(downloaded);
    }
  });
  return result ?? { source: family, state: "missing" };
};

/** Brings one bulk file's advisories up to date: by the changed records alone where that is less, else by the whole file. @throws ADVISORIES_UNREACHABLE, DISK_FULL */
export const updateFamily = async (family: string, context: FamilyContext): Promise<SourceUpdate> => {
  const { changed, clock, full, dryRun } = context;
  const { before } = changed;
  const isHere = Object.keys(before?.shards ?? {}).some((ecosystem) => familyOf(ecosystem) === family);
  const origin = isHere || family === "GIT" ? before?.sources[family] : undefined;
  const changes = await changesOf(family, origin, context);
  const ids = full ? undefined : changes?.ids;
  if (dryRun)
    return ids === undefined
      ? { source: family, state: "replaced" }
      : { source: family, state: ids.length === 0 ? "current" : "changed", records: ids.length };
  if (ids !== undefined && origin !== undefined) {
    const records = await fetchRecords(family, ids, context);
    if (records !== undefined) {
      using edition = beginEdition(changed);
      if (records.length > 0) {
        const writing = edition.patch(family);
        for (const record of records) writing.take(record);
      }
      const now = clock.now();
      // The bulk file's own etag is of a state before this one.
      const { etag: _etag, ...known } = origin;
      const newest = changes?.newest ?? origin.newest;
      edition.source(family, { ...known, fetchedAt: now, asOf: now, ...(newest === undefined ? {} : { newest }) });
      await edition.finish(now);
      return { source: family, state: records.length === 0 ? "current" : "changed", records: records.length };
    }
  }
  return bulk(family, origin, changes?.newest, context);
};
