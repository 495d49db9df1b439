import { closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Advisory, Affected } from "../advisories/advisory.ts";
import { sha256Of } from "./digest.ts";
import type { Shard, SideFile } from "./manifest.ts";
import { pack } from "./packed.ts";
import { SEVERITIES_SCHEMA } from "./severities.ts";
import { SHARD_SCHEMA } from "./shard.ts";
import { broken } from "./table.ts";

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

/** What is being written has a row for each package of each advisory, so that one advisory is replaced or forgotten without a look at the others. */
const ROWS_SCHEMA = `
CREATE TABLE advisory (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, modified TEXT, body TEXT NOT NULL) STRICT;
CREATE TABLE affected (
  name TEXT NOT NULL,
  advisory INTEGER NOT NULL,
  part INTEGER NOT NULL,
  packed TEXT NOT NULL,
  PRIMARY KEY (name, advisory, part)
) WITHOUT ROWID, STRICT;
CREATE INDEX by_advisory ON affected (advisory);
`;

const UNPACKED = `
INSERT INTO advisory SELECT n, id, json_extract(body, '$.modified'), body FROM before.advisory ORDER BY n;
INSERT INTO affected SELECT name, json_extract(value, '$[0]'), key, value FROM before.package, json_each(package.affected);
`;

const PACKED = `
INSERT INTO advisory SELECT n, id, body FROM rows.advisory ORDER BY n;
INSERT INTO package SELECT name, '[' || group_concat(packed, ',' ORDER BY advisory, part) || ']' FROM rows.affected GROUP BY name ORDER BY name;
`;

/** Rows of a new file, or those that a shard was packed from. @throws INPUT_INVALID for a shard that is none */
const openRows = (path: string, from: string | undefined): DatabaseSync => {
  const database = new DatabaseSync(path);
  try {
    database.exec(`${UNSAFE} ${ROWS_SCHEMA}`);
    if (from !== undefined) {
      database.prepare("ATTACH ? AS before").run(from);
      try {
        database.exec(`BEGIN; ${UNPACKED} COMMIT; DETACH before;`);
      } catch (error) {
        throw broken(from, error);
      }
    }
    database.exec("BEGIN");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
};

/** Makes a shard of rows. @returns how many packages it tells of */
const packRows = (rows: string, shard: string): number => {
  using database = new DatabaseSync(shard);
  database.exec(`${UNSAFE} ${SHARD_SCHEMA}`);
  database.prepare("ATTACH ? AS rows").run(rows);
  database.exec(`BEGIN; ${PACKED} COMMIT;`);
  return Number(database.prepare("SELECT count(*) AS count FROM package").get()?.["count"]);
};

/** Nobody reads it before it is whole, and it is made anew when that fails: nothing need be safe. With `from` it begins with what that shard has. */
export const writeShard = (path: string, from?: string): ShardWriting => {
  const database = openRows(path, from);
  const known = database.prepare("SELECT n, modified FROM advisory WHERE id = ?");
  const insert = database.prepare("INSERT INTO advisory (id, modified, body) VALUES (?, ?, ?)");
  const update = database.prepare("UPDATE advisory SET modified = ?, body = ? WHERE n = ?");
  const remove = database.prepare("DELETE FROM advisory WHERE n = ?");
  const forgetAffected = database.prepare("DELETE FROM affected WHERE advisory = ?");
  const insertAffected = database.prepare("INSERT INTO affected (name, advisory, part, packed) VALUES (?, ?, ?, ?)");
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
      const [body, modified = null] = [JSON.stringify(advisory), advisory.modified];
      let n = old;
      if (n === undefined) n = Number(insert.run(advisory.id, modified, body).lastInsertRowid);
      else {
        update.run(modified, body, n);
        forgetAffected.run(n);
      }
      for (const [part, one] of affected.entries()) insertAffected.run(one.name, n, part, pack(n, one));
    },
    forget: (id, modified) => {
      const { n, isNewer } = before(id, modified ?? "9999");
      if (n === undefined || isNewer) return;
      forgetAffected.run(n);
      remove.run(n);
    },
    finish: async (folder, name) => {
      const told = database.prepare("SELECT count(*) AS advisories, max(modified) AS newest FROM advisory").get();
      database.exec("COMMIT");
      database.close();
      const [advisories, newest] = [Number(told?.["advisories"]), told?.["newest"]];
      const packages = advisories === 0 ? 0 : packRows(path, `${path}.packed`);
      rmSync(path);
      if (advisories === 0) return undefined;
      const placed = await settle(`${path}.packed`, folder, name);
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

/** As `writeShard`; with `from` it begins as a copy. */
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
