import type { Stats } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, isDigest } from "../../core/index.ts";
import type { Inside } from "./inside.ts";

export interface Orphan {
  /** Below the data folder. */
  readonly name: string;
  readonly sizeBytes: number;
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};

const statOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

async function* blobNames(dataFolder: string): AsyncGenerator<Digest> {
  for (const algorithm of ["sha256", "sha512"])
    for (const two of await namesIn(join(dataFolder, "blobs", algorithm)))
      for (const hex of await namesIn(join(dataFolder, "blobs", algorithm, two))) {
        const digest = `${algorithm}:${hex}`;
        // What does not look like ours is left alone.
        if (isDigest(digest) && hex.startsWith(two)) yield digest;
      }
}

/**
 * Files without a record, left by a crash between the two: a push brings the record, and until the grace is over it may. Of what a scrub put aside
 * those that nobody looked at for long enough.
 */
export const removeOrphans = async (
  { database, dataFolder, exclusive, reached }: Inside,
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
  for await (const digest of blobNames(dataFolder)) {
    signal?.throwIfAborted();
    if (isKnown(digest)) continue;
    await exclusive(digest, async () => {
      const [algorithm = "", hex = ""] = digest.split(":");
      const name = join("blobs", algorithm, hex.slice(0, 2), hex);
      const found = await statOf(join(dataFolder, name));
      if (found === undefined || found.mtimeMs > olderThan || isKnown(digest)) return;
      reached("collect.orphan");
      if (!dryRun) await rm(join(dataFolder, name), { force: true });
      orphans.push({ name, sizeBytes: found.size });
    });
  }
  for (const name of await namesIn(join(dataFolder, "quarantine"))) {
    const path = join(dataFolder, "quarantine", name);
    const found = await statOf(path);
    if (found === undefined || found.ctimeMs > quarantinedBefore) continue;
    if (!dryRun) await rm(path, { force: true });
    orphans.push({ name: join("quarantine", name), sizeBytes: found.size });
  }
  return orphans;
};
