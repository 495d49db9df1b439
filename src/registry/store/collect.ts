import { type Digest, parseDigest } from "../../core/index.ts";
import type { Policy } from "../policy/policy.ts";
import { numberOf, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";
import type { Limits } from "./marking.ts";
import { removeOrphans } from "./orphans.ts";
import { inTurns, type Steps } from "./steps.ts";
import { PAGE, type Swept, sweepRepository } from "./sweep.ts";

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

/** Blobs that no repository has any more are absent from now on. In a dry run: how many would be. */
function* condemn({ database }: Inside, graceSince: number, now: number, dryRun: boolean): Steps<number> {
  const links = `SELECT 1 FROM repository_blob l WHERE l.digest = blob.digest${dryRun ? " AND NOT EXISTS (SELECT 1 FROM temp.unlinking u WHERE u.digest = l.digest AND u.repository_id = l.repository_id)" : ""}`;
  const unwanted = `digest > ?1 AND digest <= ?2 AND state <> 'condemned' AND last_seen < ?3 AND NOT EXISTS (${links})`;
  let condemned = 0;
  for (let last = ""; ;) {
    const until = textOf(
      database.one("SELECT max(digest) AS last FROM (SELECT digest FROM blob WHERE digest > ? ORDER BY digest LIMIT ?)", last, PAGE) ?? {},
      "last",
    );
    if (until === "") return condemned;
    condemned += dryRun
      ? numberOf(database.one(`SELECT count(*) AS count FROM blob WHERE ${unwanted}`, last, until, graceSince) ?? {}, "count")
      : database.run(`UPDATE blob SET state = 'condemned', state_at = ?4 WHERE ${unwanted}`, last, until, graceSince, now);
    last = until;
    yield;
  }
}

/** History and operations that nobody can go back to. */
function* forget({ database }: Inside, historyBefore: number, trashSince: number): Steps<void> {
  // Numbered as they came.
  const kept = database.one("SELECT min(id) AS id FROM (SELECT id FROM tag_history WHERE at >= ? ORDER BY id LIMIT 1)", historyBefore);
  const end = kept?.["id"] === null || kept === undefined ? Number.MAX_SAFE_INTEGER : numberOf(kept, "id");
  while (database.run("DELETE FROM tag_history WHERE id IN (SELECT id FROM tag_history WHERE id < ? ORDER BY id LIMIT ?)", end, PAGE) > 0)
    yield;
  const old =
    "SELECT id FROM operation WHERE at < ? AND NOT EXISTS (SELECT 1 FROM manifest m WHERE m.operation = operation.id AND m.deleted_at IS NOT NULL) LIMIT ?";
  while (database.run(`DELETE FROM operation WHERE id IN (${old})`, trashSince, PAGE) > 0) yield;
}

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

const BATCH_MS = 3;
/** Of tags that moved and went. */
const HISTORY_MS = 90 * 86_400_000;

/**
 * Collects what nothing needs, while pushes and pulls go on. In steps of a few milliseconds that each leave a whole registry behind: manifests and links of a
 * repository, then blobs without any link are condemned, then, a delay later, their files go. Anything that fails ends the run with nothing taken that was not
 * already nobody's. One at a time.
 */
export const collect = async (inside: Inside, policy: Policy, options: CollectOptions): Promise<CollectReport> => {
  const { database, clock, reached, needed } = inside;
  const { dryRun, signal } = options;
  const { gc, trash } = policy.settings;
  const now = clock.now();
  const limits: Limits = {
    graceSince: now - gc.grace,
    trashSince: options.emptyTrash === true ? now : now - trash.keepFor,
    live: options.liveDigests,
  };
  const swept: Swept[] = [];
  const watch = needed.watch();
  const facts = { limits, historySince: now - HISTORY_MS, dryRun, batchMs: BATCH_MS, watch };
  let condemned = 0;
  try {
    for (const row of database.all("SELECT id, name FROM repository ORDER BY name")) {
      signal?.throwIfAborted();
      swept.push(await inTurns(sweepRepository(inside, numberOf(row, "id"), textOf(row, "name"), facts), signal));
      if (!dryRun) reached("collect.links");
    }
    condemned = await inTurns(condemn(inside, limits.graceSince, now, dryRun), signal);
    if (!dryRun) reached("collect.condemned");
  } finally {
    watch.end();
    database.run("DELETE FROM temp.going");
    database.run("DELETE FROM temp.unlinking");
  }
  if (!dryRun) await inTurns(forget(inside, Math.min(limits.trashSince, now - HISTORY_MS), limits.trashSince), signal);
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
