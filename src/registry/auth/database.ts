import { chownSync, closeSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileError, SeaworthyError, wordsOf } from "../../core/index.ts";
import { type Database, overSqlite } from "../store/database.ts";

const SCHEMA_VERSION = 1;

const SCHEMA = `
CREATE TABLE account (
  -- Never used again: a token of a removed account must not become that of the next one.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL CHECK (kind IN ('anonymous', 'user', 'robot', 'ci')),
  secret TEXT,
  -- Goes up when what was given out before must no longer count.
  version INTEGER NOT NULL DEFAULT 1,
  expires_at INTEGER,
  quota_bytes INTEGER,
  rule TEXT,
  made_at INTEGER NOT NULL
);
CREATE TABLE account_grant (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  pattern TEXT NOT NULL,
  actions TEXT NOT NULL,
  PRIMARY KEY (account_id, pattern)
) WITHOUT ROWID;
CREATE TABLE token_key (
  kid TEXT PRIMARY KEY,
  private_key TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  -- Null while it signs.
  verifies_until INTEGER
) WITHOUT ROWID;
CREATE TABLE pushed_blob (
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  repository TEXT NOT NULL,
  digest TEXT NOT NULL,
  size INTEGER NOT NULL,
  PRIMARY KEY (account_id, repository, digest)
) WITHOUT ROWID;
`;

export const IN_MEMORY = ":memory:";

/** The file belongs to whoever owns the folder: made by root, the registry's own user must still read it. */
const makeFile = (path: string): void => {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    throw error;
  }
  const { uid, gid } = statSync(dirname(path));
  if (process.getuid?.() === 0 && uid !== 0) chownSync(path, uid, gid);
};

const prepare = (sqlite: DatabaseSync, path: string): void => {
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;");
  // Two processes may meet a file without tables at once.
  sqlite.exec("BEGIN IMMEDIATE");
  const found = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (found === 0) sqlite.exec(`${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`);
  sqlite.exec("COMMIT");
  if (found !== 0 && found !== SCHEMA_VERSION)
    throw new SeaworthyError("STATE_NEEDS_PERSON", `${path} has the layout version ${found}; this program knows ${SCHEMA_VERSION}`, {
      hint: "It was written by another version of Seaworthy; use that one.",
    });
};

/**
 * Opens `accounts.sqlite`, which several processes may have open at once; mode 0600, for it holds the signing key.
 * @throws PERMISSION_DENIED, DISK_FULL, STATE_NEEDS_PERSON
 */
export const openAccountsDatabase = (path: string): Database => {
  try {
    if (path !== IN_MEMORY) makeFile(path);
    const sqlite = new DatabaseSync(path, { timeout: 5000 });
    try {
      prepare(sqlite, path);
    } catch (error) {
      sqlite.close();
      throw error;
    }
    return overSqlite(sqlite);
  } catch (error) {
    if (/not a database|malformed/.test(wordsOf(error)))
      throw new SeaworthyError("STATE_NEEDS_PERSON", `${path} cannot be read as the registry's accounts: ${wordsOf(error)}`, {
        cause: error,
        hint: "Restore the file from a backup of the registry's data folder.",
      });
    throw fileError(error, `open the registry's accounts ${path}`);
  }
};
