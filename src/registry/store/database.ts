import { DatabaseSync, type SQLOutputValue } from "node:sqlite";

/** Version of the layout below, kept in `user_version`. */
const SCHEMA_VERSION = 1;

const SCHEMA = `
CREATE TABLE repository (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE blob (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, stored_at INTEGER NOT NULL, last_seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE repository_blob (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  digest TEXT NOT NULL REFERENCES blob (digest),
  PRIMARY KEY (repository_id, digest)
) WITHOUT ROWID;
CREATE TABLE manifest (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  digest TEXT NOT NULL,
  media_type TEXT NOT NULL,
  artifact_type TEXT,
  annotations TEXT NOT NULL,
  bytes BLOB NOT NULL,
  stored_at INTEGER NOT NULL,
  UNIQUE (repository_id, digest)
);
CREATE TABLE manifest_edge (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  parent TEXT NOT NULL,
  child TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('config', 'layer', 'manifest', 'subject')),
  PRIMARY KEY (repository_id, parent, child, kind)
) WITHOUT ROWID;
CREATE INDEX manifest_edge_child ON manifest_edge (repository_id, child, kind);
CREATE TABLE tag (
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  moved_at INTEGER NOT NULL,
  -- A deleted tag keeps its row: an immutable one may only come back as what it was.
  deleted_at INTEGER,
  PRIMARY KEY (repository_id, name)
) WITHOUT ROWID;
CREATE INDEX tag_digest ON tag (repository_id, digest);
CREATE TABLE tag_history (
  id INTEGER PRIMARY KEY,
  repository_id INTEGER NOT NULL REFERENCES repository (id),
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  event TEXT NOT NULL CHECK (event IN ('set', 'delete')),
  at INTEGER NOT NULL
);
`;

export type Value = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** SQLite with durable commits. Everything is synchronous: one transaction is one step for every request. */
export interface Database {
  one(sql: string, ...values: readonly Value[]): Row | undefined;
  all(sql: string, ...values: readonly Value[]): readonly Row[];
  /** Rows changed. */
  run(sql: string, ...values: readonly Value[]): number;
  /** All of `work` or nothing. Commits are on the disk when this returns. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** Opens or makes the registry's database: write-ahead log, fsync on each commit. */
export const openDatabase = (path: string): Database => {
  const sqlite = new DatabaseSync(path, { timeout: 5000 });
  sqlite.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -32768;",
  );
  const found = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (found === 0) sqlite.exec(`BEGIN IMMEDIATE; ${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`);
  else if (found !== SCHEMA_VERSION) {
    sqlite.close();
    throw new Error(`${path} has the layout version ${found}; this program knows ${SCHEMA_VERSION}`);
  }
  const prepared = new Map<string, ReturnType<DatabaseSync["prepare"]>>();
  const statement = (sql: string): ReturnType<DatabaseSync["prepare"]> => {
    const known = prepared.get(sql) ?? sqlite.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  return {
    one: (sql, ...values) => statement(sql).get(...values),
    all: (sql, ...values) => statement(sql).all(...values),
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
    transaction: (work) => {
      sqlite.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        sqlite.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk may have ended the transaction already.
        if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => sqlite.close(),
  };
};

export const textOf = (row: Row, column: string): string => String(row[column] ?? "");
export const numberOf = (row: Row, column: string): number => Number(row[column] ?? 0);
export const bytesOf = (row: Row, column: string): Uint8Array => {
  const value = row[column];
  return value instanceof Uint8Array ? value : new Uint8Array();
};
