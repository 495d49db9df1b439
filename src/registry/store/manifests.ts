import { type Digest, isDigest, parseDigest } from "../../core/index.ts";
import { type Descriptor, type Index, isNonDistributable, type Manifest, parseManifest } from "../../image/index.ts";
import { Refusal } from "../refusal.ts";
import { bytesOf, type Database, numberOf, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";
import { repositoryId, type RepositoryKind, requireRepositoryId } from "./repositories.ts";
import { newOperation, removeTagsOf, setTag, type TagRules } from "./tags.ts";

export interface StoredManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface Manifests {
  /** By tag or digest; undefined when there is none. */
  get(repository: string, reference: string): StoredManifest | undefined;
  /** Stores the exact bytes and points the tags there: all in one transaction, or nothing. A mirror's manifest may come before its parts. @throws MANIFEST_BLOB_UNKNOWN, MANIFEST_INVALID, DENIED */
  put(repository: string, manifest: Manifest | Index, tags: readonly string[], kind?: RepositoryKind): void;
  /** The size that a manifest here gives a blob: what a mirror may expect of it. */
  sizeOfPart(repository: string, digest: Digest): number | undefined;
  /** Indexes that list this manifest. */
  parents(repository: string, digest: Digest): readonly Digest[];
  /** With all its tags, into the trash: absent from now on, and back by an undo until the trash is emptied. @throws MANIFEST_UNKNOWN */
  delete(repository: string, digest: Digest): void;
  /** Whether a manifest is there and its subject is another. */
  has(repository: string, digest: Digest, facts: { readonly butNotReferringTo: Digest }): boolean;
  /** What names `subject`, ordered by digest, as descriptors with artifact type and annotations (distribution-spec, "Listing Referrers"). */
  referrers(repository: string, subject: Digest, part: ReferrersPart): readonly Descriptor[];
}

export interface ReferrersPart {
  /** Only these; "" means those without one. */
  readonly artifactType: string | undefined;
  /** The digest before the first; "" from the beginning. */
  readonly after: string;
  readonly count: number;
}

const BY_TAG =
  "SELECT m.digest, m.media_type, m.bytes FROM repository r JOIN tag t ON t.repository_id = r.id JOIN manifest m ON m.repository_id = r.id AND m.digest = t.digest WHERE r.name = ? AND t.name = ? AND t.deleted_at IS NULL";
const BY_DIGEST =
  "SELECT m.digest, m.media_type, m.bytes FROM repository r JOIN manifest m ON m.repository_id = r.id WHERE r.name = ? AND m.digest = ? AND m.deleted_at IS NULL";

/** Every blob and child must be there already, with the size its descriptor claims: a tag never stands for half an image. */
export const requireParts = (database: Database, repository: string, id: number, manifest: Manifest | Index): void => {
  if (manifest.kind === "index") {
    const missing = manifest.manifests.find(
      (child) =>
        database.one("SELECT 1 AS found FROM manifest WHERE repository_id = ? AND digest = ? AND deleted_at IS NULL", id, child.digest) ===
        undefined,
    );
    if (missing !== undefined)
      throw new Refusal(
        400,
        "MANIFEST_BLOB_UNKNOWN",
        `the index names the manifest ${missing.digest}, which ${repository} does not have; push it first`,
      );
    return;
  }
  for (const part of [manifest.config, ...manifest.layers]) {
    const row = database.one(
      "SELECT b.size FROM repository_blob l JOIN blob b ON b.digest = l.digest WHERE l.repository_id = ? AND l.digest = ? AND b.state = 'present'",
      id,
      part.digest,
    );
    if (row === undefined) {
      if (isNonDistributable(part.mediaType)) continue;
      throw new Refusal(
        400,
        "MANIFEST_BLOB_UNKNOWN",
        `the manifest names the blob ${part.digest}, which ${repository} does not have; push it first`,
      );
    }
    if (numberOf(row, "size") !== part.size)
      throw new Refusal(
        400,
        "MANIFEST_INVALID",
        `the manifest gives the blob ${part.digest} ${part.size} bytes; it has ${numberOf(row, "size")}`,
      );
  }
};

const edgesOf = (manifest: Manifest | Index): readonly (readonly [child: Digest, kind: string])[] => [
  ...(manifest.kind === "index"
    ? manifest.manifests.map((child) => [child.digest, "manifest"] as const)
    : [[manifest.config.digest, "config"] as const, ...manifest.layers.map((layer) => [layer.digest, "layer"] as const)]),
  ...(manifest.subject === undefined ? [] : [[manifest.subject.digest, "subject"] as const]),
];

const MOVING: TagRules = { isImmutable: () => false };

export const createManifests = ({ database, clock, rules, reached, needed }: Inside): Manifests => ({
  get: (repository, reference) => {
    const row = database.one(isDigest(reference) ? BY_DIGEST : BY_TAG, repository, reference);
    return row === undefined
      ? undefined
      : { digest: parseDigest(textOf(row, "digest")), mediaType: textOf(row, "media_type"), bytes: bytesOf(row, "bytes") };
  },
  put: (repository, manifest, tags, kind = "local") => {
    database.transaction(() => {
      const id = repositoryId(database, repository, kind);
      if (kind === "local") requireParts(database, repository, id, manifest);
      const now = clock.now();
      // Image manifests without an artifact type, or an empty one, are known by their configuration's type; indexes have none.
      const artifactType = manifest.artifactType || (manifest.kind === "manifest" ? manifest.config.mediaType : null);
      database.run(
        "INSERT INTO manifest (repository_id, digest, media_type, artifact_type, annotations, bytes, stored_at, seen_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT (repository_id, digest) DO UPDATE SET bytes = excluded.bytes, seen_at = excluded.seen_at, deleted_at = NULL, operation = NULL",
        id,
        manifest.digest,
        manifest.mediaType,
        artifactType,
        JSON.stringify(manifest.annotations),
        manifest.bytes,
        now,
      );
      for (const [child, edge] of edgesOf(manifest))
        database.run(
          "INSERT INTO manifest_edge (repository_id, parent, child, kind) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
          id,
          manifest.digest,
          child,
          edge,
        );
      // Upstream says what its tags stand for; ours are the ones that never move.
      for (const tag of tags)
        setTag(database, { repository, id }, { tag, digest: manifest.digest }, kind === "mirror" ? MOVING : rules, now);
      reached("manifest.writing");
    });
    for (const digest of [manifest.digest, ...(manifest.kind === "index" ? manifest.manifests.map((child) => child.digest) : [])])
      needed.tell(digest);
    reached("manifest.stored");
  },
  parents: (repository, digest) =>
    database
      .all(
        "SELECT e.parent FROM repository r JOIN manifest_edge e ON e.repository_id = r.id AND e.child = ? AND e.kind = 'manifest' JOIN manifest m ON m.repository_id = r.id AND m.digest = e.parent WHERE r.name = ? AND m.deleted_at IS NULL ORDER BY e.parent",
        digest,
        repository,
      )
      .map((row) => parseDigest(textOf(row, "parent"))),
  sizeOfPart: (repository, digest) => {
    const row = database.one(
      "SELECT m.digest, m.media_type, m.bytes FROM repository r JOIN manifest_edge e ON e.repository_id = r.id AND e.child = ? AND e.kind IN ('config', 'layer') JOIN manifest m ON m.repository_id = r.id AND m.digest = e.parent WHERE r.name = ? AND m.deleted_at IS NULL LIMIT 1",
      digest,
      repository,
    );
    if (row === undefined) return undefined;
    const parent = parseManifest(bytesOf(row, "bytes"), {
      mediaType: textOf(row, "media_type"),
      digest: parseDigest(textOf(row, "digest")),
    });
    return parent.kind === "index" ? undefined : [parent.config, ...parent.layers].find((part) => part.digest === digest)?.size;
  },
  delete: (repository, digest) => {
    database.transaction(() => {
      const id = requireRepositoryId(database, repository);
      const now = clock.now();
      const operation = newOperation(database, "delete", now);
      const trashed = database.run(
        "UPDATE manifest SET deleted_at = ?, operation = ? WHERE repository_id = ? AND digest = ? AND deleted_at IS NULL",
        now,
        operation,
        id,
        digest,
      );
      if (trashed === 0) throw new Refusal(404, "MANIFEST_UNKNOWN", `${repository} has no manifest ${digest}`);
      removeTagsOf(database, id, digest, operation, now);
      reached("manifest.deleting");
    });
    reached("manifest.deleted");
  },
  has: (repository, digest, { butNotReferringTo }) =>
    database.one(
      "SELECT 1 AS found FROM repository r JOIN manifest m ON m.repository_id = r.id AND m.digest = ? AND m.deleted_at IS NULL WHERE r.name = ? AND NOT EXISTS (SELECT 1 FROM manifest_edge e WHERE e.repository_id = r.id AND e.parent = m.digest AND e.child = ? AND e.kind = 'subject')",
      digest,
      repository,
      butNotReferringTo,
    ) !== undefined,
  referrers: (repository, subject, { artifactType, after, count }) =>
    database
      .all(
        "SELECT m.digest, m.media_type, m.artifact_type, m.annotations, length(m.bytes) AS size FROM repository r JOIN manifest_edge e ON e.repository_id = r.id AND e.child = ?1 AND e.kind = 'subject' AND e.parent > ?2 JOIN manifest m ON m.repository_id = r.id AND m.digest = e.parent WHERE r.name = ?3 AND m.deleted_at IS NULL AND (?4 IS NULL OR coalesce(m.artifact_type, '') = ?4) ORDER BY e.parent LIMIT ?5",
        subject,
        after,
        repository,
        artifactType ?? null,
        count,
      )
      .map((row) => ({
        mediaType: textOf(row, "media_type"),
        digest: parseDigest(textOf(row, "digest")),
        size: numberOf(row, "size"),
        ...(row["artifact_type"] === null ? {} : { artifactType: textOf(row, "artifact_type") }),
        annotations: JSON.parse(textOf(row, "annotations")) as Record<string, string>,
      })),
});
