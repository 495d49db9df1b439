import { closeSync, copyFileSync, fsyncSync, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Advisory, Affected } from "../advisories/advisory.ts";
import { sha256Of } from "./digest.ts";
import type { Shard, SideFile } from "./manifest.ts";
import { SEVERITIES_SCHEMA } from "./severities.ts";
import { SHARD_SCHEMA } from "./shard.ts";

/** A shard that is being made in a scratch file. */
export interface ShardWriting {
  /** Of two records of one name the newer one counts. */
  put(advisory: Advisory, affected: readonly Affected[]): void;
  /** What an advisory said before is forgotten, unless it is newer than `modified`. */
  forget(id: string, modified?: string): void;
  /** Undefined when nothing is left in it. */
  finish(folder: string, name: string): Promise<Shard | undefined>;
  close(): void;
}

export const UNSAFE = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;";

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .slice(0, 100);

/** On the disk before anything names it. */
export const synced = (path: string): void => {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Into its place under a name that holds its digest, and safely on the disk before anything names it. */
export const settle = async (
  path: string,
  folder: string,
  name: string,
  ending: "sqlite" | "json" = "sqlite",
): Promise<Pick<Shard, "file" | "sha256" | "sizeBytes">> => {
  const sha256 = await sha256Of(path);
  const file = `${slugOf(name) || "other"}-${sha256.slice(0, 12)}.${ending}`;
  const sizeBytes = statSync(path).size;
  synced(path);
  renameSync(path, join(folder, file));
  return { file, sha256, sizeBytes };
};

/** Nobody reads it before it is whole, and it is made anew when that fails: nothing need be safe. With `from` it begins as a copy. */
export const writeShard = (path: string, from?: string): ShardWriting => {
  if (from !== undefined) copyFileSync(from, path);
  const database = new DatabaseSync(path);
  database.exec(`${UNSAFE} BEGIN; ${from === undefined ? SHARD_SCHEMA : ""} CREATE INDEX by_advisory ON affected (advisory);`);
  const known = database.prepare("SELECT n, json_extract(body, '$.modified') AS modified FROM advisory WHERE id = ?");
  const insert = database.prepare("INSERT INTO advisory (id, body) VALUES (?, ?)");
  const update = database.prepare("UPDATE advisory SET body = ? WHERE n = ?");
  const remove = database.prepare("DELETE FROM advisory WHERE n = ?");
  const forgetAffected = database.prepare("DELETE FROM affected WHERE advisory = ?");
  const insertAffected = database.prepare("INSERT INTO affected (name, advisory, part, body) VALUES (?, ?, ?, ?)");
  /** Undefined: there is none, or a newer one. */
  const before = (id: string, modified = "") => {
    const row = known.get(id);
    if (row === undefined) return { n: undefined, isNewer: false };
    return { n: Number(row["n"]), isNewer: String(row["modified"] ?? "") > modified };
  };
  return {
    put: (advisory, affected) => {
      const { n: old, isNewer } = before(advisory.id, advisory.modified);
      if (isNewer) return;
      const body = JSON.stringify(advisory);
      let n = old;
      if (n === undefined) n = Number(insert.run(advisory.id, body).lastInsertRowid);
      else {
        update.run(body, n);
        forgetAffected.run(n);
      }
      for (const [part, { ecosystem: _ecosystem, name, ...stored }] of affected.entries())
        insertAffected.run(name, n, part, JSON.stringify(stored));
    },
    forget: (id, modified) => {
      const { n, isNewer } = before(id, modified ?? "9999");
      if (n === undefined || isNewer) return;
      forgetAffected.run(n);
      remove.run(n);
    },
    finish: async (folder, name) => {
      const count = (sql: string): number => Number(database.prepare(sql).get()?.["count"] ?? 0);
      const advisories = count("SELECT count(*) AS count FROM advisory");
      const packages = count("SELECT count(DISTINCT name) AS count FROM affected");
      const newest = database.prepare("SELECT max(json_extract(body, '$.modified')) AS newest FROM advisory").get()?.["newest"];
      database.exec("DROP INDEX by_advisory; COMMIT; VACUUM;");
      database.close();
      if (advisories === 0) return undefined;
      const placed = await settle(path, folder, name);
      return { ...placed, advisories, packages, ...(typeof newest === "string" ? { newest } : {}) };
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};

export interface SeveritiesWriting {
  put(family: string, advisory: Advisory): void;
  forget(family: string, id: string): void;
  forgetAll(family: string): void;
  finish(folder: string): Promise<SideFile | undefined>;
  close(): void;
}

/** As `writeShard`. */
export const writeSeverities = (path: string, from?: string): SeveritiesWriting => {
  if (from !== undefined) copyFileSync(from, path);
  const database = new DatabaseSync(path);
  database.exec(`${UNSAFE} BEGIN; ${from === undefined ? SEVERITIES_SCHEMA : ""} CREATE INDEX by_source ON severity (family, source);`);
  const insert = database.prepare("INSERT OR REPLACE INTO severity (cve, source, family, body) VALUES (?, ?, ?, ?)");
  const remove = database.prepare("DELETE FROM severity WHERE family = ? AND source = ?");
  const removeAll = database.prepare("DELETE FROM severity WHERE family = ?");
  return {
    put: (family, { id, cves, severities = [] }) => {
      const vectors = severities.filter(({ score }) => score !== undefined);
      if (cves.length === 1 && vectors.length > 0) insert.run(cves[0] ?? "", id, family, JSON.stringify(vectors));
    },
    forget: (family, id) => void remove.run(family, id),
    forgetAll: (family) => void removeAll.run(family),
    finish: async (folder) => {
      const count = Number(database.prepare("SELECT count(*) AS count FROM severity").get()?.["count"] ?? 0);
      database.exec("DROP INDEX by_source; COMMIT; VACUUM;");
      database.close();
      return count === 0 ? undefined : { ...(await settle(path, folder, "severities")), count };
    },
    close: () => {
      if (database.isOpen) database.close();
    },
  };
};
