import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { algorithmOf, type Digest, hexOf } from "../../core/index.ts";

/** `blobs/<algorithm>/<first two>/<hex>`, shared by all repositories. */
export const blobFile = (dataFolder: string, digest: Digest): string =>
  join(dataFolder, "blobs", algorithmOf(digest), hexOf(digest).slice(0, 2), hexOf(digest));

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

/** Makes the names in a folder as durable as the files they stand for. */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Opens a blob that is whole. Undefined when its file is not there or has another size: then it is as if it had never been pushed, and a push heals it. */
export const openBlobFile = async (path: string, size: number): Promise<FileHandle | undefined> => {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    if ((await handle.stat()).size === size) return handle;
    await handle.close();
    return undefined;
  } catch (error) {
    await handle?.close();
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/**
 * Moves a finished, synced upload to its place. Over an older copy too: the new bytes are known to be right, the old ones are not.
 * When this returns, name and bytes outlive a power cut.
 */
export const placeBlobFile = async (dataFolder: string, uploaded: string, digest: Digest): Promise<void> => {
  const target = blobFile(dataFolder, digest);
  const folder = dirname(target);
  const made = await mkdir(folder, { recursive: true });
  await rename(uploaded, target);
  await syncFolder(folder);
  if (made === undefined) return;
  // New folders are names too, up to the first one that was there.
  for (let parent = dirname(folder); parent.length >= dirname(made).length; parent = dirname(parent)) await syncFolder(parent);
};
