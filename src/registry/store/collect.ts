import { type Digest, parseDigest, SeaworthyError } from "../../core/index.ts";
import { followedBy } from "../policy/follower.ts";
import type { Policy } from "../policy/policy.ts";
import { type Database, numberOf, type Row, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";
import { type Holdings, type Limits, markHeld } from "./marking.ts";
import { removeOrphans } from "./orphans.ts";

export interface CollectReport {
  /** Manifests that nothing needed. */
  readonly manifests: readonly { readonly repository: string; readonly digest: string; readonly reason: string }[];
  /** Signature tags that went with their image. */
  readonly tags: readonly string[];
  readonly heldManifests: number;
  /** Blobs that a repository no longer has. */
  readonly unlinked: number;
  /** Blobs that no repository has, from now on absent; their files go after the delay. */
  readonly condemned: number;
  readonly removed: readonly { readonly digest: string; readonly sizeBytes: number }[];
  /** Files that nothing knows of: of a crash between a file and its record. */
  readonly orphans: readonly string[];
  readonly freedBytes: number;
}

export interface CollectOptions {
  readonly dryRun: boolean;
  /** What was deleted until now can no longer be had back. Default false. */
  readonly emptyTrash?: boolean;
  readonly liveDigests: ReadonlySet<Digest>;
  readonly signal?: AbortSignal | undefined;
}

const since = (row: Row, column: string): number | undefined => (row[column] === null ? undefined : numberOf(row, column));

const holdingsOf = (database: Database, id: number, graceSince: number): Holdings => ({
  manifests: database.all("SELECT digest, seen_at, deleted_at FROM manifest WHERE repository_id = ?", id).map((row) => ({
    digest: textOf(row, "digest"),
    seenAt: numberOf(row, "seen_at"),
    deletedAt: since(row, "deleted_at"),
  })),
  tags: database.all("SELECT name, digest, deleted_at FROM tag WHERE repository_id = ?", id).map((row) => ({
    tag: textOf(row, "name"),
    digest: textOf(row, "digest"),
    deletedAt: since(row, "deleted_at"),
  })),
  edges: database
    .all("SELECT parent, child, kind FROM manifest_edge WHERE repository_id = ? AND kind IN ('manifest', 'subject')", id)
    .map((row) => ({
      parent: textOf(row, "parent"),
      child: textOf(row, "child"),
      kind: row["kind"] === "subject" ? ("subject" as const) : ("manifest" as const),
    })),
  asked: new Set(
    database
      .all("SELECT reference FROM pull WHERE repository_id = ? AND seen_at > ? AND reference LIKE 'sha%:%'", id, graceSince)
      .map((row) => textOf(row, "reference")),
  ),
});

/** An image without its parts on record would let them be taken: then the records are wrong, and nothing is collected. */
const requireEdges = (database: Database, id: number, repository: string): void => {
  const bare = database.one(
    "SELECT digest FROM manifest m WHERE repository_id = ? AND media_type NOT LIKE '%index%' AND media_type NOT LIKE '%list%' AND NOT EXISTS (SELECT 1 FROM manifest_edge e WHERE e.repository_id = m.repository_id AND e.parent = m.digest AND e.kind = 'config') LIMIT 1",
    id,
  );
  if (bare !== undefined)
    throw new SeaworthyError(
      "STATE_NEEDS_PERSON",
      `the records of ${repository} are damaged: ${textOf(bare, "digest")} has no parts; nothing is collected`,
      {
        hint: "Push that image again, or restore registry.sqlite from a backup.",
      },
    );
};

interface Swept {
  readonly manifests: CollectReport["manifests"];
  readonly tags: readonly string[];
  readonly held: number;
  readonly unlinked: number;
}

/** One repository, inside a transaction: a push is wholly before or wholly after it. */
const sweepRepository = ({ database, rules }: Inside, id: number, repository: string, limits: Limits, now: number): Swept => {
  requireEdges(database, id, repository);
  const holdings = holdingsOf(database, id, limits.graceSince);
  const held = markHeld(holdings, limits);
  const dead = holdings.manifests.filter(({ digest }) => !held.has(digest));
  const known = new Set(dead.map(({ digest }) => digest));
  const followers = holdings.tags.filter(({ tag, deletedAt }) => deletedAt === undefined && known.has(followedBy(tag) ?? ""));
  for (const { tag } of followers) database.run("DELETE FROM tag WHERE repository_id = ? AND name = ?", id, tag);
  for (const { digest } of dead) {
    database.run("DELETE FROM manifest_edge WHERE repository_id = ? AND parent = ?", id, digest);
    database.run("DELETE FROM manifest WHERE repository_id = ? AND digest = ?", id, digest);
    database.run("DELETE FROM pull WHERE repository_id = ? AND reference = ?", id, digest);
  }
  const unlinked = database.run(
    "DELETE FROM repository_blob WHERE repository_id = ?1 AND seen_at < ?2 AND NOT EXISTS (SELECT 1 FROM manifest_edge e WHERE e.repository_id = ?1 AND e.child = repository_blob.digest AND e.kind IN ('config', 'layer'))",
    id,
    limits.graceSince,
  );
  // Only an immutable tag has to be remembered for ever.
  for (const { tag, digest, deletedAt } of holdings.tags)
    if (deletedAt !== undefined && deletedAt <= limits.trashSince && !held.has(digest) && !rules.isImmutable(repository, tag))
      database.run("DELETE FROM tag WHERE repository_id = ? AND name = ?", id, tag);
  // Counts of digests that nobody asked for in all that time.
  database.run(
    "DELETE FROM pull WHERE repository_id = ? AND seen_at < ? AND reference LIKE 'sha%:%' AND pulled_at < ?",
    id,
    now - HISTORY_MS,
    now - HISTORY_MS,
  );
  const reasonOf = (deletedAt: number | undefined): string =>
    deletedAt === undefined ? "no tag, no index, no deployment and no image needs it" : "deleted, and its time in the trash is over";
  return {
    manifests: dead.map(({ digest, deletedAt }) => ({ repository, digest, reason: reasonOf(deletedAt) })),
    tags: followers.map(({ tag }) => `${repository}:${tag}`),
    held: holdings.manifests.length - dead.length,
    unlinked,
  };
};

const condemn = (database: Database, graceSince: number, now: number): number =>
  database.run(
    "UPDATE blob SET state = 'condemned', state_at = ? WHERE state <> 'condemned' AND last_seen < ? AND NOT EXISTS (SELECT 1 FROM repository_blob l WHERE l.digest = blob.digest)",
    now,
    graceSince,
  );

const DUE = "state = 'condemned' AND state_at <= ? AND NOT EXISTS (SELECT 1 FROM repository_blob l WHERE l.digest = blob.digest)";

/** Files of blobs that were condemned long enough ago. Each alone with its digest, so that a push of it is wholly before or wholly after. */
const removeCondemned = async (
  { database, storage, exclusive, reached }: Inside,
  dueBefore: number,
  { dryRun, signal }: CollectOptions,
): Promise<CollectReport["removed"]> => {
  const removed: { digest: string; sizeBytes: number }[] = [];
  for (const row of database.all(`SELECT digest, size FROM blob WHERE ${DUE} ORDER BY digest`, dueBefore)) {
    signal?.throwIfAborted();
    const digest = parseDigest(textOf(row, "digest"));
    const entry = { digest, sizeBytes: numberOf(row, "size") };
    if (dryRun) {
      removed.push(entry);
      continue;
    }
    await exclusive(digest, async () => {
      if (database.one(`SELECT 1 AS due FROM blob WHERE digest = ? AND ${DUE}`, digest, dueBefore) === undefined) return;
      reached("collect.unlinking");
      await storage.remove(digest);
      reached("collect.unlinked");
      database.run("DELETE FROM blob WHERE digest = ?", digest);
      reached("collect.forgotten");
      removed.push(entry);
    });
  }
  return removed;
};

/** Of tags that moved and went. */
const HISTORY_MS = 90 * 86_400_000;

class Rehearsed extends Error {}

/** Does the work in one transaction and takes it back: what a dry run reports is what a run would do. */
const rehearse = <Result>(database: Database, work: () => Result): Result => {
  let result: { readonly value: Result } | undefined;
  try {
    database.transaction(() => {
      result = { value: work() };
      throw new Rehearsed();
    });
  } catch (error) {
    if (!(error instanceof Rehearsed) || result === undefined) throw error;
  }
  if (result === undefined) throw new Error("nothing was rehearsed");
  return result.value;
};

/**
 * Collects what nothing needs, while pushes and pulls go on. In steps that each leave a whole registry behind: manifests and links of a repository (one
 * transaction), then blobs without any link are condemned, then, a delay later, their files go. Anything that fails ends the run with nothing taken that
 * was not already nobody's.
 */
export const collect = async (inside: Inside, policy: Policy, options: CollectOptions): Promise<CollectReport> => {
  const { database, clock, reached } = inside;
  const { gc, trash } = policy.settings;
  const now = clock.now();
  const limits: Limits = {
    graceSince: now - gc.grace,
    trashSince: options.emptyTrash === true ? now : now - trash.keepFor,
    live: options.liveDigests,
  };
  const repositories = database.all("SELECT id, name FROM repository ORDER BY name");
  const sweep = (row: Row): Swept => sweepRepository(inside, numberOf(row, "id"), textOf(row, "name"), limits, now);
  const swept: Swept[] = [];
  let condemned = 0;
  if (options.dryRun)
    rehearse(database, () => {
      swept.push(...repositories.map(sweep));
      condemned = condemn(database, limits.graceSince, now);
    });
  else {
    for (const row of repositories) {
      options.signal?.throwIfAborted();
      const one = database.transaction(() => {
        const result = sweep(row);
        reached("collect.manifests");
        return result;
      });
      swept.push(one);
      reached("collect.links");
      // Others get their turn between two repositories.
      await new Promise((done) => setImmediate(done));
    }
    condemned = database.transaction(() => condemn(database, limits.graceSince, now));
    reached("collect.condemned");
    database.run("DELETE FROM tag_history WHERE at < ?", Math.min(limits.trashSince, now - HISTORY_MS));
    database.run(
      "DELETE FROM operation WHERE at < ? AND id NOT IN (SELECT operation FROM manifest WHERE operation IS NOT NULL)",
      limits.trashSince,
    );
  }
  const removed = await removeCondemned(inside, now - gc.delay, options);
  const orphans = await removeOrphans(inside, {
    olderThan: limits.graceSince,
    quarantinedBefore: now - policy.settings.scrub.keepQuarantined,
    ...options,
  });
  return {
    manifests: swept.flatMap(({ manifests }) => manifests),
    tags: swept.flatMap(({ tags }) => tags),
    heldManifests: swept.reduce((all, { held }) => all + held, 0),
    unlinked: swept.reduce((all, { unlinked }) => all + unlinked, 0),
    condemned,
    removed,
    orphans: orphans.map(({ name }) => name),
    freedBytes: [...removed, ...orphans].reduce((all, { sizeBytes }) => all + sizeBytes, 0),
  };
};
