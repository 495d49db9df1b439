import { globSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { medium } from "./medium.fixture.ts";

/** What a folder holds that no live image needs: files without a record, records without a file, blobs and links that nobody uses. */
export const leftovers = async (folder: string): Promise<readonly string[]> => {
  const sqlite = new DatabaseSync(join(folder, "registry.sqlite"), { readOnly: true });
  const all = (sql: string): readonly string[] =>
    sqlite
      .prepare(sql)
      .all()
      .map((row) => String(row["it"]));
  try {
    const files = await medium().digests(folder);
    const blobs = all("SELECT digest AS it FROM blob WHERE state = 'present'");
    return [
      ...files.filter((file) => !blobs.includes(file)).map((file) => `a file without a record: ${file}`),
      ...blobs.filter((blob) => !files.includes(blob)).map((blob) => `a record without a file: ${blob}`),
      ...all("SELECT digest || ' is ' || state AS it FROM blob WHERE state = 'condemned'"),
      ...all("SELECT 'unlinked ' || digest AS it FROM blob b WHERE NOT EXISTS (SELECT 1 FROM repository_blob l WHERE l.digest = b.digest)"),
      ...all(
        "SELECT 'unused ' || l.digest AS it FROM repository_blob l WHERE NOT EXISTS (SELECT 1 FROM manifest_edge e WHERE e.repository_id = l.repository_id AND e.child = l.digest)",
      ),
      ...all("SELECT 'in the trash ' || digest AS it FROM manifest WHERE deleted_at IS NOT NULL"),
      ...all(
        "SELECT 'without a tag ' || digest AS it FROM manifest m WHERE NOT EXISTS (SELECT 1 FROM tag t WHERE t.repository_id = m.repository_id AND t.digest = m.digest AND t.deleted_at IS NULL) AND NOT EXISTS (SELECT 1 FROM manifest_edge e WHERE e.repository_id = m.repository_id AND e.child = m.digest)",
      ),
      ...globSync("uploads/*", { cwd: folder }),
      ...(await medium().quarantined(folder)),
    ];
  } finally {
    sqlite.close();
  }
};
