import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Clock, fileError, systemClock, wordsOf, writeFileAtomic } from "../../core/index.ts";
import type { Advisory, Affected } from "../advisories/advisory.ts";
import { type OsvRecord, readOsv } from "../advisories/read-osv.ts";
import type { Exploited } from "./exploited.ts";
import { DATABASE_SCHEMA, type Manifest, MANIFEST_FILE, type Shard } from "./manifest.ts";
import { SHARD_SCHEMA } from "./shard.ts";

/** One record as somebody published it, and where, for messages. */
export interface Source {
  readonly text: string;
  readonly where: string;
}

export interface Built {
  readonly manifest: Manifest;
  readonly records: number;
  /** Withdrawn, or about nothing that can be matched. */
  readonly leftOut: number;
  /** What was no OSV record, and why: the first hundred. */
  readonly unreadable: readonly string[];
}

interface Writing {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly put: (advisory: Advisory, affected: readonly Affected[]) => void;
}

const MAX_TOLD = 100;

const begin = (path: string): Writing => {
  const database = new DatabaseSync(path);
  // Nobody reads it before it is whole, and it is made anew when that fails.
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN; ${SHARD_SCHEMA}`);
  const known = database.prepare("SELECT n, body FROM advisory WHERE id = ?");
  const insert = database.prepare("INSERT INTO advisory (id, body) VALUES (?, ?)");
  const update = database.prepare("UPDATE advisory SET body = ? WHERE n = ?");
  const forget = database.prepare("DELETE FROM affected WHERE advisory = ?");
  const insertAffected = database.prepare("INSERT INTO affected (name, advisory, part, body) VALUES (?, ?, ?, ?)");
  const put = (advisory: Advisory, affected: readonly Affected[]): void => {
    const body = JSON.stringify(advisory);
    const before = known.get(advisory.id);
    let n = Number(before?.["n"] ?? 0);
    if (before === undefined) n = Number(insert.run(advisory.id, body).lastInsertRowid);
    else {
      // Of two records of one name the newer one counts.
      const { modified = "" } = JSON.parse(String(before["body"])) as Advisory;
      if ((advisory.modified ?? "") < modified) return;
      update.run(body, n);
      forget.run(n);
    }
    for (const [part, { name, intervals, versions, severity }] of affected.entries())
      insertAffected.run(name, n, part, JSON.stringify({ intervals, versions, ...(severity === undefined ? {} : { severity }) }));
  };
  return { path, database, put };
};

const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
};

const finish = async ({ path, database }: Writing, ecosystem: string, folder: string): Promise<Shard> => {
  const count = (sql: string): number => Number(database.prepare(sql).get()?.["count"] ?? 0);
  const advisories = count("SELECT count(*) AS count FROM advisory");
  const packages = count("SELECT count(DISTINCT name) AS count FROM affected");
  const newest = database.prepare("SELECT max(json_extract(body, '$.modified')) AS newest FROM advisory").get()?.["newest"];
  database.exec("COMMIT; VACUUM;");
  database.close();
  const sha256 = await sha256Of(path);
  const slug = ecosystem
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const file = `${slug}-${sha256.slice(0, 12)}.sqlite`;
  const sizeBytes = statSync(path).size;
  renameSync(path, join(folder, file));
  return { file, sha256, sizeBytes, advisories, packages, ...(typeof newest === "string" ? { newest } : {}) };
};

const keepExploited = ({ date, cves }: Exploited, folder: string): NonNullable<Manifest["exploited"]> => {
  const text = JSON.stringify(cves);
  const file = `exploited-${createHash("sha256").update(text).digest("hex").slice(0, 12)}.json`;
  writeFileAtomic(join(folder, file), text);
  return { file, count: cves.length, date };
};

const parsed = (source: Source): OsvRecord | undefined => readOsv(JSON.parse(source.text));

/**
 * Makes the database of a folder from OSV records, a file for each ecosystem and each release of a distribution. What the folder had before stays in place until
 * all of the new one is there; then it goes.
 * @throws DISK_FULL, PERMISSION_DENIED
 */
export const buildDatabase = async (
  sources: AsyncIterable<Source> | Iterable<Source>,
  folder: string,
  { exploited, clock = systemClock }: { readonly exploited?: Exploited; readonly clock?: Pick<Clock, "now"> } = {},
): Promise<Built> => {
  let scratch: string | undefined;
  const writing = new Map<string, Writing>();
  try {
    mkdirSync(folder, { recursive: true });
    scratch = mkdtempSync(join(folder, ".building-"));
    const writingOf = (ecosystem: string): Writing => {
      const known = writing.get(ecosystem) ?? begin(join(scratch ?? folder, `${writing.size}.sqlite`));
      writing.set(ecosystem, known);
      return known;
    };
    const unreadable: string[] = [];
    let [records, leftOut] = [0, 0];
    for await (const source of sources) {
      records += 1;
      let record: OsvRecord | undefined;
      try {
        record = parsed(source);
      } catch (error) {
        if (unreadable.length < MAX_TOLD) unreadable.push(`${source.where}: ${wordsOf(error)}`);
        continue;
      }
      if (record === undefined) leftOut += 1;
      else
        for (const [ecosystem, affected] of Map.groupBy(record.affected, (one) => one.ecosystem))
          writingOf(ecosystem).put(record.advisory, affected);
    }
    const shards: Record<string, Shard> = {};
    for (const [ecosystem, one] of [...writing].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      shards[ecosystem] = await finish(one, ecosystem, folder);
    const listed = exploited === undefined ? undefined : keepExploited(exploited, folder);
    const manifest: Manifest = {
      schema: DATABASE_SCHEMA,
      builtAt: clock.now(),
      shards,
      ...(listed === undefined ? {} : { exploited: listed }),
    };
    writeFileAtomic(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
    const current = new Set([...Object.values(shards).map(({ file }) => file), listed?.file]);
    for (const name of readdirSync(folder))
      if (/\.sqlite$|^exploited-/.test(name) && !current.has(name)) rmSync(join(folder, name), { force: true });
    return { manifest, records, leftOut, unreadable };
  } catch (error) {
    throw fileError(error, `build the advisories in ${folder}`);
  } finally {
    for (const { database } of writing.values()) if (database.isOpen) database.close();
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
};
