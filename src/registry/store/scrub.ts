import { createHash } from "node:crypto";
import { algorithmOf, type Clock, type Digest, hexOf, parseDigest } from "../../core/index.ts";
import { hasDigest } from "../../image/index.ts";
import type { BlobStorage } from "./blob-storage.ts";
import { bytesOf, type Database, numberOf, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";

export interface ScrubReport {
  readonly blobs: number;
  readonly readBytes: number;
  /** Manifests whose bytes were verified too; they live in the database. */
  readonly manifests: number;
  readonly damagedManifests: readonly string[];
  readonly quarantined: readonly QuarantinedBlob[];
  /** Blobs that were put aside before and whose file is whole again: a push brought it and died before it said so. */
  readonly healed: readonly string[];
}

export interface QuarantinedBlob {
  readonly digest: string;
  readonly why: string;
  /** Where its file was moved, below the data folder or in the bucket; absent when there was none. */
  readonly movedTo?: string;
  /** `repository:tag` of images that need it, at most 20. Pushing one of them again heals it. */
  readonly images: readonly string[];
}

export interface ScrubOptions {
  /** Blobs that were verified after this are passed over; milliseconds since the epoch. */
  readonly verifiedBefore: number;
  readonly bytesPerSecond: number;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((done: { readonly blobs: number; readonly readBytes: number }) => void) | undefined;
}

/** Reads no faster than was asked, over the whole of a run. */
const createBrake = (clock: Clock, bytesPerSecond: number, signal: AbortSignal | undefined) => {
  const began = clock.elapsed();
  let bytes = 0;
  return {
    bytes: () => bytes,
    passed: async (count: number): Promise<void> => {
      bytes += count;
      const aheadMs = (1000 * bytes) / bytesPerSecond - (clock.elapsed() - began);
      if (aheadMs > 20) await clock.sleep(aheadMs, signal);
      signal?.throwIfAborted();
    },
  };
};

type Brake = ReturnType<typeof createBrake>;

/** What is wrong with a blob's bytes; undefined when they are what its name says. */
const faultOf = async (storage: BlobStorage, digest: Digest, size: number, brake: Brake): Promise<string | undefined> => {
  const hash = createHash(algorithmOf(digest));
  let read = 0;
  try {
    const contents = await storage.contents(digest);
    if (contents === undefined) return "its file is gone";
    for await (const bytes of contents) {
      hash.update(bytes);
      read += bytes.length;
      await brake.passed(bytes.length);
    }
  } catch (error) {
    // The disk itself gives up on these bytes.
    if ((error as NodeJS.ErrnoException).code === "EIO") return "its file cannot be read";
    throw error;
  }
  if (read !== size) return `its file has ${read} bytes instead of ${size}`;
  return hash.digest("hex") === hexOf(digest) ? undefined : "its file has other bytes";
};

const IMAGES =
  "WITH RECURSIVE up(repository_id, digest) AS (SELECT repository_id, parent FROM manifest_edge WHERE child = ? AND kind IN ('config', 'layer') UNION SELECT e.repository_id, e.parent FROM up JOIN manifest_edge e ON e.repository_id = up.repository_id AND e.child = up.digest AND e.kind = 'manifest') SELECT r.name || ':' || t.name AS image FROM up JOIN tag t ON t.repository_id = up.repository_id AND t.digest = up.digest AND t.deleted_at IS NULL JOIN repository r ON r.id = t.repository_id ORDER BY image LIMIT 20";

const nextBlob = (
  database: Database,
  after: string,
  before: number,
): { readonly digest: Digest; readonly size: number; readonly verifiedAt: number } | undefined => {
  const row = database.one(
    "SELECT digest, size, verified_at FROM blob WHERE state = 'present' AND digest > ? AND verified_at < ? ORDER BY digest LIMIT 1",
    after,
    before,
  );
  return row === undefined
    ? undefined
    : { digest: parseDigest(textOf(row, "digest")), size: numberOf(row, "size"), verifiedAt: numberOf(row, "verified_at") };
};

const scrubManifests = async (database: Database, brake: Brake): Promise<Pick<ScrubReport, "manifests" | "damagedManifests">> => {
  const damaged: string[] = [];
  let count = 0;
  for (let after = 0; ;) {
    const row = database.one(
      "SELECT m.id, m.digest, m.bytes, r.name FROM manifest m JOIN repository r ON r.id = m.repository_id WHERE m.id > ? ORDER BY m.id LIMIT 1",
      after,
    );
    if (row === undefined) return { manifests: count, damagedManifests: damaged };
    after = numberOf(row, "id");
    count += 1;
    const bytes = bytesOf(row, "bytes");
    if (!hasDigest(bytes, parseDigest(textOf(row, "digest")))) damaged.push(`${textOf(row, "name")}@${textOf(row, "digest")}`);
    await brake.passed(bytes.length);
  }
};

/**
 * Reads what is stored again and compares it with its digests, slowly, while the registry serves. What is wrong is moved aside and from then on absent, so
 * that clients push it again; a push that came meanwhile is left alone.
 */
export const scrub = async (inside: Inside, options: ScrubOptions): Promise<ScrubReport> => {
  const { database, storage, clock, exclusive, reached } = inside;
  const brake = createBrake(clock, options.bytesPerSecond, options.signal);
  const quarantined: QuarantinedBlob[] = [];
  let blobs = 0;
  const quarantine = (digest: Digest, why: string, verifiedAt: number): Promise<void> =>
    exclusive(digest, async () => {
      const same = database.one(
        "SELECT 1 AS same FROM blob WHERE digest = ? AND state = 'present' AND verified_at = ?",
        digest,
        verifiedAt,
      );
      if (same === undefined) return;
      reached("scrub.moving");
      const movedTo = await storage.quarantine(digest, clock.now());
      reached("scrub.moved");
      database.run("UPDATE blob SET state = 'quarantined', state_at = ? WHERE digest = ?", clock.now(), digest);
      reached("scrub.recorded");
      const images = database.all(IMAGES, digest).map((row) => textOf(row, "image"));
      quarantined.push({ digest, why, ...(movedTo === undefined ? {} : { movedTo }), images });
    });
  const healed: string[] = [];
  for (const row of database.all("SELECT digest, size FROM blob WHERE state = 'quarantined'")) {
    const digest = parseDigest(textOf(row, "digest"));
    if ((await faultOf(storage, digest, numberOf(row, "size"), brake)) !== undefined) continue;
    const changed = database.run(
      "UPDATE blob SET state = 'present', state_at = ?1, verified_at = ?1 WHERE digest = ?2 AND state = 'quarantined'",
      clock.now(),
      digest,
    );
    if (changed > 0) healed.push(digest);
  }
  for (
    let at = nextBlob(database, "", options.verifiedBefore);
    at !== undefined;
    at = nextBlob(database, at.digest, options.verifiedBefore)
  ) {
    const { digest, size, verifiedAt } = at;
    const fault = await faultOf(storage, digest, size, brake);
    blobs += 1;
    if (fault === undefined)
      database.run("UPDATE blob SET verified_at = ? WHERE digest = ? AND verified_at = ?", clock.now(), digest, verifiedAt);
    else await quarantine(digest, fault, verifiedAt);
    options.progress?.({ blobs, readBytes: brake.bytes() });
  }
  return { blobs, readBytes: brake.bytes(), ...(await scrubManifests(database, brake)), quarantined, healed };
};
