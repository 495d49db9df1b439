import { backup, DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { SeaworthyError } from "../../core/index.ts";
import { VERSIONS } from "./schema.ts";

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
  /** Writes all of it, as it is at one moment, into a new file, while others go on. */
  copyTo(path: string): Promise<void>;
  close(): void;
}

/** Brings a folder of any earlier version to this one, a version a transaction. `user_version` counts them. */
const migrate = (sqlite: DatabaseSync, path: string): void => {
  const found = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (found > VERSIONS.length)
    throw new SeaworthyError(
      "STATE_NEEDS_PERSON",
      `${path} was written by a newer version of this program: its layout is ${found}, this one knows ${VERSIONS.length}`,
      { hint: "Run that version again, or a newer one; nothing was changed." },
    );
  for (const [at, sql] of VERSIONS.entries()) {
    if (at < found) continue;
    try {
      sqlite.exec(`BEGIN IMMEDIATE; ${sql} PRAGMA user_version = ${at + 1}; COMMIT;`);
    } catch (error) {
      if (sqlite.isTransaction) sqlite.exec("ROLLBACK");
      throw error;
    }
  }
};

/** Opens or makes the registry's database: write-ahead log, fsync on each commit. */
export const openDatabase = (path: string): Database => {
  const sqlite = new DatabaseSync(path, { timeout: 5000 });
  sqlite.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;",
  );
  // What a dry run of a collection would take.
  sqlite.exec(
    "CREATE TEMP TABLE going (repository_id INTEGER, digest TEXT, PRIMARY KEY (repository_id, digest)) WITHOUT ROWID; CREATE TEMP TABLE unlinking (digest TEXT, repository_id INTEGER, PRIMARY KEY (digest, repository_id)) WITHOUT ROWID;",
  );
  try {
    migrate(sqlite, path);
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return overSqlite(sqlite);
};

/** Statements are prepared once and kept. */
export const overSqlite = (sqlite: DatabaseSync): Database => {
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
    copyTo: async (path) => {
      await backup(sqlite, path, { rate: 1000 });
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
