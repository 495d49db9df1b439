import { type Digest, parseDigest } from "../../core/index.ts";
import { parseManifest } from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import { bytesOf, type Database, numberOf, type Row, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";
import { requireParts } from "./manifests.ts";
import { requireRepositoryId } from "./repositories.ts";
import { newOperation, setTag } from "./tags.ts";

/** One command that took something away, and can be undone as a whole until the trash is emptied. */
export interface TrashedOperation {
  readonly operation: number;
  readonly kind: "delete" | "retain";
  readonly at: number;
  /** `repository:tag`, at most 20. */
  readonly tags: readonly string[];
  readonly tagCount: number;
  readonly manifestCount: number;
}

export interface Undone {
  /** `repository:tag` with what it stands for again. */
  readonly restored: readonly { readonly name: string; readonly digest: string }[];
  /** What stayed away, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
}

export interface Trash {
  /** Newest first, without those that were undone. */
  list(limit: number): readonly TrashedOperation[];
  /** The newest that can be undone when no number is given. @throws MANIFEST_UNKNOWN when there is none */
  undo(operation?: number): Undone;
  /** A deleted tag comes back; one that moved goes back to what it stood for before. @throws MANIFEST_UNKNOWN, DENIED */
  undoTag(repository: string, tag: string): Undone;
}

const SHOWN = 20;

/** Makes a manifest live again if everything it needs is still here. @throws MANIFEST_BLOB_UNKNOWN */
const restoreManifest = (database: Database, repository: string, id: number, digest: string, now: number): void => {
  const row = database.one("SELECT bytes, media_type, deleted_at FROM manifest WHERE repository_id = ? AND digest = ?", id, digest);
  if (row === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `its manifest ${digest} was collected`);
  if (row["deleted_at"] === null) return;
  const manifest = parseManifest(bytesOf(row, "bytes"), { mediaType: textOf(row, "media_type"), digest: parseDigest(digest) });
  // Children that went with the same command come back first.
  if (manifest.kind === "index") for (const child of manifest.manifests) restoreManifest(database, repository, id, child.digest, now);
  requireParts(database, repository, id, manifest);
  database.run(
    "UPDATE manifest SET deleted_at = NULL, operation = NULL, seen_at = ? WHERE repository_id = ? AND digest = ?",
    now,
    id,
    digest,
  );
};

export const createTrash = ({ database, clock, rules, reached, needed }: Inside): Trash => {
  const back = (row: Row, operation: number, now: number): void => {
    const [repository, tag, digest] = [textOf(row, "repository"), textOf(row, "name"), textOf(row, "digest")];
    const id = numberOf(row, "repository_id");
    const current = database.one("SELECT digest, deleted_at FROM tag WHERE repository_id = ? AND name = ?", id, tag);
    if (current !== undefined && current["deleted_at"] === null && textOf(current, "digest") !== digest)
      throw new Refusal(409, "DENIED", `it was moved to ${textOf(current, "digest")} since`);
    restoreManifest(database, repository, id, digest, now);
    setTag(database, { repository, id }, { tag, digest: parseDigest(digest), operation }, rules, now);
  };
  /** Each name by itself: what cannot come back does not keep the others away. */
  const each = (rows: readonly { readonly name: string; readonly digest: string; readonly work: () => void }[]): Undone => {
    const restored: { name: string; digest: string }[] = [];
    const left: { name: string; why: string }[] = [];
    for (const { name, digest, work } of rows) {
      try {
        work();
        restored.push({ name, digest });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        left.push({ name, why: error.message });
      }
    }
    return { restored, left };
  };
  const whole = (work: (operation: number, now: number) => Undone): Undone => {
    const undone = database.transaction(() => {
      const now = clock.now();
      const result = work(newOperation(database, "undo", now), now);
      reached("undo.writing");
      return result;
    });
    for (const { digest } of undone.restored) needed.tell(digest);
    reached("undo.done");
    return undone;
  };
  return {
    list: (limit) =>
      database
        .all("SELECT id, kind, at FROM operation WHERE kind <> 'undo' AND undone_at IS NULL ORDER BY id DESC LIMIT ?", limit)
        .map((row) => {
          const operation = numberOf(row, "id");
          const names = database
            .all(
              "SELECT r.name || ':' || h.name AS name FROM tag_history h JOIN repository r ON r.id = h.repository_id WHERE h.operation = ? ORDER BY h.id LIMIT ?",
              operation,
              SHOWN,
            )
            .map((one) => textOf(one, "name"));
          const count = (sql: string): number => numberOf(database.one(sql, operation) ?? {}, "count");
          return {
            operation,
            kind: row["kind"] === "retain" ? ("retain" as const) : ("delete" as const),
            at: numberOf(row, "at"),
            tags: names,
            tagCount: count("SELECT count(*) AS count FROM tag_history WHERE operation = ?"),
            manifestCount: count("SELECT count(*) AS count FROM manifest WHERE operation = ? AND deleted_at IS NOT NULL"),
          };
        }),
    undo: (asked) =>
      whole((operation, now) => {
        const found = database.one(
          "SELECT id FROM operation WHERE kind <> 'undo' AND undone_at IS NULL AND (?1 IS NULL OR id = ?1) ORDER BY id DESC LIMIT 1",
          asked ?? null,
        );
        if (found === undefined)
          throw new Refusal(
            404,
            "MANIFEST_UNKNOWN",
            asked === undefined ? "there is nothing to undo" : `there is no operation ${asked} that could be undone`,
          );
        const id = numberOf(found, "id");
        const manifests = database.all(
          "SELECT m.repository_id, m.digest, r.name AS repository FROM manifest m JOIN repository r ON r.id = m.repository_id WHERE m.operation = ? AND m.deleted_at IS NOT NULL",
          id,
        );
        const tags = database.all(
          "SELECT h.repository_id, h.name, h.digest, r.name AS repository FROM tag_history h JOIN repository r ON r.id = h.repository_id WHERE h.operation = ? AND h.event IN ('delete', 'retain') ORDER BY h.id",
          id,
        );
        const result = each([
          ...manifests.map((row) => ({
            name: `${textOf(row, "repository")}@${textOf(row, "digest")}`,
            digest: textOf(row, "digest"),
            work: () => restoreManifest(database, textOf(row, "repository"), numberOf(row, "repository_id"), textOf(row, "digest"), now),
          })),
          ...tags.map((row) => ({
            name: `${textOf(row, "repository")}:${textOf(row, "name")}`,
            digest: textOf(row, "digest"),
            work: () => back(row, operation, now),
          })),
        ]);
        database.run("UPDATE operation SET undone_at = ? WHERE id = ?", now, id);
        return result;
      }),
    undoTag: (repository, tag) =>
      whole((operation, now) => {
        const id = requireRepositoryId(database, repository);
        const current = database.one("SELECT digest, deleted_at FROM tag WHERE repository_id = ? AND name = ?", id, tag);
        if (current === undefined) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} never had a tag ${tag}`);
        const moved =
          current["deleted_at"] === null
            ? database.one(
                "SELECT previous FROM tag_history WHERE repository_id = ? AND name = ? AND digest = ? AND previous IS NOT NULL ORDER BY id DESC LIMIT 1",
                id,
                tag,
                textOf(current, "digest"),
              )
            : undefined;
        if (current["deleted_at"] === null && moved === undefined)
          throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository}:${tag} was neither deleted nor moved; there is nothing to undo`);
        const digest: Digest = parseDigest(moved === undefined ? textOf(current, "digest") : textOf(moved, "previous"));
        restoreManifest(database, repository, id, digest, now);
        setTag(database, { repository, id }, { tag, digest, operation }, rules, now);
        return { restored: [{ name: `${repository}:${tag}`, digest }], left: [] };
      }),
  };
};
