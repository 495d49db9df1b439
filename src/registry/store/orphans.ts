import type { Digest } from "../../core/index.ts";
import type { Inside } from "./inside.ts";

export interface Orphan {
  /** Below the data folder, or a key of the bucket. */
  readonly name: string;
  readonly sizeBytes: number;
}

/**
 * Files without a record, left by a crash between the two: a push brings the record, and until the grace is over it may. Of what a scrub put aside
 * those that nobody looked at for long enough.
 */
export const removeOrphans = async (
  { database, storage, exclusive, reached }: Inside,
  {
    olderThan,
    quarantinedBefore,
    dryRun,
    signal,
  }: {
    readonly olderThan: number;
    readonly quarantinedBefore: number;
    readonly dryRun: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<readonly Orphan[]> => {
  const orphans: Orphan[] = [];
  const isKnown = (digest: Digest): boolean => database.one("SELECT 1 AS known FROM blob WHERE digest = ?", digest) !== undefined;
  for await (const digest of storage.digests()) {
    signal?.throwIfAborted();
    if (isKnown(digest)) continue;
    await exclusive(digest, async () => {
      const found = await storage.stat(digest);
      if (found === undefined || found.since > olderThan || isKnown(digest)) return;
      reached("collect.orphan");
      if (!dryRun) await storage.remove(digest);
      orphans.push({ name: found.name, sizeBytes: found.sizeBytes });
    });
  }
  for await (const { name, sizeBytes, since } of storage.quarantined()) {
    if (since > quarantinedBefore) continue;
    if (!dryRun) await storage.removeQuarantined(name);
    orphans.push({ name, sizeBytes });
  }
  if (!dryRun) await storage.sweep(olderThan);
  return orphans;
};
