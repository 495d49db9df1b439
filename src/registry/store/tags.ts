import type { Clock, Digest } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";
import { type Database, numberOf, textOf } from "./database.ts";
import type { Reached } from "./points.ts";
import { requireRepositoryId } from "./repositories.ts";

/** Which tags of which repositories stand for one digest for ever. */
export interface TagRules {
  isImmutable(repository: string, tag: string): boolean;
}

/** A repository inside a transaction. */
export interface RepositoryRow {
  readonly repository: string;
  readonly id: number;
}

type OperationKind = "delete" | "retain" | "undo";

/** A number for what one command does, so that it can be undone as a whole. Inside a transaction only. */
export const newOperation = (database: Database, kind: OperationKind, now: number): number =>
  numberOf(database.one("INSERT INTO operation (kind, at) VALUES (?, ?) RETURNING id", kind, now) ?? {}, "id");

interface TagEvent {
  readonly tag: string;
  readonly digest: string;
  readonly previous?: string | undefined;
  readonly event: "set" | OperationKind;
  readonly operation?: number;
}

const record = (database: Database, id: number, { tag, digest, previous, event, operation = 0 }: TagEvent, now: number): void => {
  database.run(
    "INSERT INTO tag_history (repository_id, name, digest, previous, event, at, operation) VALUES (?, ?, ?, ?, ?, ?, ?)",
    id,
    tag,
    digest,
    previous ?? null,
    event,
    now,
    operation,
  );
};

/** From now on, not from its push, counts the grace of what a tag no longer names: deployments may still pull it by digest (zot #4444). */
const leaseManifest = (database: Database, id: number, digest: string, now: number): void => {
  database.run("UPDATE manifest SET seen_at = ? WHERE repository_id = ? AND digest = ?", now, id, digest);
};

/**
 * Points a tag at a digest. The only way by which a tag gets or changes its digest, always inside the transaction that makes sure of the
 * manifest, so that of many first pushes exactly one wins.
 * @throws DENIED (409) when the tag is immutable and stands for another digest, deleted or not
 */
export const setTag = (
  database: Database,
  { repository, id }: RepositoryRow,
  { tag, digest, operation }: { readonly tag: string; readonly digest: Digest; readonly operation?: number },
  rules: TagRules,
  now: number,
): void => {
  const row = database.one("SELECT digest, deleted_at FROM tag WHERE repository_id = ? AND name = ?", id, tag);
  const before = row === undefined ? undefined : textOf(row, "digest");
  const isLive = row?.["deleted_at"] === null;
  if (before !== undefined && before !== digest && rules.isImmutable(repository, tag))
    throw new Refusal(
      409,
      "DENIED",
      `the tag ${tag} of ${repository} is immutable: it stands for ${before}${isLive ? "" : " (deleted)"} and never moves to ${digest}. Push this image under a new version; latest, 1, 1.2 and branch names may move.`,
    );
  if (before === digest && isLive) return;
  database.run(
    // An undo brings a tag back to its place among the others.
    "INSERT INTO tag (repository_id, name, digest, moved_at, deleted_at) VALUES (?1, ?2, ?3, ?4, NULL) ON CONFLICT (repository_id, name) DO UPDATE SET moved_at = CASE WHEN ?5 AND digest = excluded.digest THEN moved_at ELSE excluded.moved_at END, digest = excluded.digest, deleted_at = NULL",
    id,
    tag,
    digest,
    now,
    operation === undefined ? 0 : 1,
  );
  const previous = isLive ? before : undefined;
  if (previous !== undefined) leaseManifest(database, id, previous, now);
  record(
    database,
    id,
    { tag, digest, previous, event: operation === undefined ? "set" : "undo", ...(operation === undefined ? {} : { operation }) },
    now,
  );
};

/** Into the trash. Inside a transaction only. */
export const removeTag = (
  database: Database,
  id: number,
  {
    tag,
    digest,
    operation,
    event,
  }: { readonly tag: string; readonly digest: string; readonly operation: number; readonly event: OperationKind },
  now: number,
): void => {
  database.run("UPDATE tag SET deleted_at = ? WHERE repository_id = ? AND name = ?", now, id, tag);
  leaseManifest(database, id, digest, now);
  record(database, id, { tag, digest, event, operation }, now);
};

/** Inside the transaction that deletes a manifest: its tags go with it. */
export const removeTagsOf = (database: Database, id: number, digest: Digest, operation: number, now: number): void => {
  for (const row of database.all("SELECT name FROM tag WHERE repository_id = ? AND digest = ? AND deleted_at IS NULL", id, digest))
    removeTag(database, id, { tag: textOf(row, "name"), digest, operation, event: "delete" }, now);
};

export interface Tags {
  /** Names after `last`, in byte order. @throws NAME_UNKNOWN */
  list(repository: string, last: string, count: number): readonly string[];
  /** When it last got a digest, in milliseconds since the epoch. Undefined for a tag that is not there. */
  movedAt(repository: string, tag: string): number | undefined;
  /** Into the trash; the manifest stays and can still be pulled by digest. @throws MANIFEST_UNKNOWN */
  delete(repository: string, tag: string): void;
}

export const createTags = (database: Database, clock: Clock, reached: Reached): Tags => ({
  list: (repository, last, count) =>
    database
      .all(
        "SELECT name FROM tag WHERE repository_id = ? AND deleted_at IS NULL AND name > ? ORDER BY name LIMIT ?",
        requireRepositoryId(database, repository),
        last,
        count,
      )
      .map((row) => textOf(row, "name")),
  movedAt: (repository, tag) => {
    const row = database.one(
      "SELECT t.moved_at FROM repository r JOIN tag t ON t.repository_id = r.id WHERE r.name = ? AND t.name = ? AND t.deleted_at IS NULL",
      repository,
      tag,
    );
    return row === undefined ? undefined : numberOf(row, "moved_at");
  },
  delete: (repository, tag) => {
    database.transaction(() => {
      const id = requireRepositoryId(database, repository);
      const row = database.one("SELECT digest FROM tag WHERE repository_id = ? AND name = ? AND deleted_at IS NULL", id, tag);
      if (row === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no tag ${tag}`);
      const now = clock.now();
      const operation = newOperation(database, "delete", now);
      removeTag(database, id, { tag, digest: textOf(row, "digest"), operation, event: "delete" }, now);
      reached("tag.deleting");
    });
    reached("tag.deleted");
  },
});
