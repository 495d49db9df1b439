import { type Database, numberOf, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";
import { requireRepositoryId } from "./repositories.ts";

export interface RepositoryOverview {
  readonly repository: string;
  readonly kind: "local" | "mirror";
  readonly tags: number;
  readonly manifests: number;
  /** Of its blobs. Those that several repositories share count in each. */
  readonly sizeBytes: number;
  /** Milliseconds since the epoch; 0 when there is no tag. */
  readonly movedAt: number;
}

export interface TagOverview {
  readonly tag: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly immutable: boolean;
  readonly movedAt: number;
  readonly pulls: number;
  /** By tag or digest; 0 when never. */
  readonly pulledAt: number;
}

export interface Overview {
  repositories(): readonly RepositoryOverview[];
  /** @throws NAME_UNKNOWN */
  tags(repository: string): readonly TagOverview[];
}

const REPOSITORIES =
  "SELECT r.name, r.kind, (SELECT count(*) FROM tag t WHERE t.repository_id = r.id AND t.deleted_at IS NULL) AS tags, (SELECT max(t.moved_at) FROM tag t WHERE t.repository_id = r.id AND t.deleted_at IS NULL) AS moved_at, (SELECT count(*) FROM manifest m WHERE m.repository_id = r.id AND m.deleted_at IS NULL) AS manifests, (SELECT coalesce(sum(b.size), 0) FROM repository_blob l JOIN blob b ON b.digest = l.digest WHERE l.repository_id = r.id) AS size FROM repository r ORDER BY r.name";
const TAGS =
  "SELECT t.name, t.digest, t.moved_at, m.media_type, coalesce(p.pulls, 0) AS pulls, max(coalesce(p.pulled_at, 0), coalesce(q.pulled_at, 0)) AS pulled_at FROM tag t JOIN manifest m ON m.repository_id = t.repository_id AND m.digest = t.digest LEFT JOIN pull p ON p.repository_id = t.repository_id AND p.reference = t.name LEFT JOIN pull q ON q.repository_id = t.repository_id AND q.reference = t.digest WHERE t.repository_id = ? AND t.deleted_at IS NULL ORDER BY t.name";

const repositories = (database: Database): readonly RepositoryOverview[] =>
  database.all(REPOSITORIES).map((row) => ({
    repository: textOf(row, "name"),
    kind: row["kind"] === "mirror" ? "mirror" : "local",
    tags: numberOf(row, "tags"),
    manifests: numberOf(row, "manifests"),
    sizeBytes: numberOf(row, "size"),
    movedAt: numberOf(row, "moved_at"),
  }));

export const createOverview = ({ database, rules }: Inside): Overview => ({
  repositories: () => repositories(database),
  tags: (repository) =>
    database.all(TAGS, requireRepositoryId(database, repository)).map((row) => ({
      tag: textOf(row, "name"),
      digest: textOf(row, "digest"),
      mediaType: textOf(row, "media_type"),
      immutable: rules.isImmutable(repository, textOf(row, "name")),
      movedAt: numberOf(row, "moved_at"),
      pulls: numberOf(row, "pulls"),
      pulledAt: numberOf(row, "pulled_at"),
    })),
});
