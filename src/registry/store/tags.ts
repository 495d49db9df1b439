import type { Clock, Digest } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";
import { isImmutableTag } from "../tag-policy.ts";
import { type Database, textOf } from "./database.ts";
import { requireRepositoryId } from "./repositories.ts";

/**
 * Points a tag at a digest; inside the transaction that stores the manifest, so that of many first pushes exactly one wins.
 * @throws DENIED (409) when the tag is immutable and stands for another digest, deleted or not
 */
export const setTag = (
  database: Database,
  at: { readonly repository: string; readonly id: number },
  tag: string,
  digest: Digest,
  now: number,
): void => {
  const row = database.one("SELECT digest, deleted_at FROM tag WHERE repository_id = ? AND name = ?", at.id, tag);
  const before = row === undefined ? undefined : textOf(row, "digest");
  if (before !== undefined && before !== digest && isImmutableTag(tag))
    throw new Refusal(
      409,
      "DENIED",
      `the tag ${tag} of ${at.repository} is immutable: it stands for ${before}${row?.["deleted_at"] === null ? "" : " (deleted)"} and never moves to ${digest}. Push this image under a new version; latest, 1, 1.2 and branch names may move.`,
    );
  if (before === digest && row?.["deleted_at"] === null) return;
  database.run(
    "INSERT INTO tag (repository_id, name, digest, moved_at, deleted_at) VALUES (?, ?, ?, ?, NULL) ON CONFLICT (repository_id, name) DO UPDATE SET digest = excluded.digest, moved_at = excluded.moved_at, deleted_at = NULL",
    at.id,
    tag,
    digest,
    now,
  );
  record(database, at.id, tag, digest, "set", now);
};

const record = (database: Database, id: number, tag: string, digest: string, event: "set" | "delete", now: number): void => {
  database.run("INSERT INTO tag_history (repository_id, name, digest, event, at) VALUES (?, ?, ?, ?, ?)", id, tag, digest, event, now);
};

const remove = (database: Database, id: number, tag: string, digest: string, now: number): void => {
  database.run("UPDATE tag SET deleted_at = ? WHERE repository_id = ? AND name = ?", now, id, tag);
  record(database, id, tag, digest, "delete", now);
};

/** Inside the transaction that deletes a manifest: its tags go with it. */
export const removeTagsOf = (database: Database, id: number, digest: Digest, now: number): void => {
  for (const row of database.all("SELECT name FROM tag WHERE repository_id = ? AND digest = ? AND deleted_at IS NULL", id, digest))
    remove(database, id, textOf(row, "name"), digest, now);
};

export interface Tags {
  /** Names after `last`, in byte order. @throws NAME_UNKNOWN */
  list(repository: string, last: string, count: number): readonly string[];
  /** The manifest stays and can still be pulled by digest. @throws MANIFEST_UNKNOWN */
  delete(repository: string, tag: string): void;
}

export const createTags = (database: Database, clock: Clock): Tags => ({
  list: (repository, last, count) =>
    database
      .all(
        "SELECT name FROM tag WHERE repository_id = ? AND deleted_at IS NULL AND name > ? ORDER BY name LIMIT ?",
        requireRepositoryId(database, repository),
        last,
        count,
      )
      .map((row) => textOf(row, "name")),
  delete: (repository, tag) => {
    database.transaction(() => {
      const id = requireRepositoryId(database, repository);
      const row = database.one("SELECT digest FROM tag WHERE repository_id = ? AND name = ? AND deleted_at IS NULL", id, tag);
      if (row === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no tag ${tag}`);
      remove(database, id, tag, textOf(row, "digest"), clock.now());
    });
  },
});
