import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createAllowance, MAX_PACKAGES } from "../allowance.ts";

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
      // A view, a virtual table or a column that is computed has no end of rows and bytes: only what is stored counts.
      const isStored = database
        .prepare(
          "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'Packages' AND rootpage > 0 AND sql NOT LIKE 'create virtual%'",
        )
        .get();
      const column = database.prepare("SELECT hidden FROM pragma_table_xinfo('Packages') WHERE name = 'blob'").get();
      if (isStored === undefined || column?.["hidden"] !== 0) return undefined;
      const blobs: Buffer[] = [];
      const bytes = createAllowance(2 * content.length);
      // Pages that lead to each other in a circle give the same rows again.
      for (const { blob } of database.prepare("SELECT blob FROM Packages").iterate()) {
        if (blobs.length > MAX_PACKAGES || !bytes.take(blob instanceof Uint8Array ? blob.byteLength : 0)) break;
        if (blob instanceof Uint8Array) blobs.push(Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength));
      }
      return blobs;
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
