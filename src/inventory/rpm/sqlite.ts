import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Headers in a SQLite database (rpm lib/backend/sqlite.c); undefined when it is none. SQLite reads files only, so it is one for a moment, of nobody else's. */
export const sqliteBlobs = (content: Buffer): readonly Buffer[] | undefined => {
  if (content.toString("latin1", 0, 16) !== "SQLite format 3\0") return undefined;
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-rpmdb-"));
  try {
    const path = join(folder, "rpmdb.sqlite");
    // In an image nobody writes to it: what its log held is in it, or lost.
    const settled = Buffer.from(content);
    settled[18] = 1;
    settled[19] = 1;
    writeFileSync(path, settled, { mode: 0o600 });
    const database = new DatabaseSync(path, { readOnly: true, allowExtension: false });
    try {
      // What a schema may define is never called by such a reader.
      database.exec("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON;");
      return database
        .prepare("SELECT blob FROM Packages")
        .all()
        .flatMap(({ blob }) => (blob instanceof Uint8Array ? [Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)] : []));
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
