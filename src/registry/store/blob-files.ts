import type { Stats } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { algorithmOf, type Digest, hexOf, isDigest } from "../../core/index.ts";
import type { BlobStorage, OpenBlob, StoredBlob } from "./blob-storage.ts";

const READ_BYTES = 1024 * 1024;
const QUARANTINE = "quarantine";

const blobName = (digest: Digest): string => join("blobs", algorithmOf(digest), hexOf(digest).slice(0, 2), hexOf(digest));

/** `blobs/<algorithm>/<first two>/<hex>`, shared by all repositories. */
export const blobFile = (dataFolder: string, digest: Digest): string => join(dataFolder, blobName(digest));

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

/** Opens a file that has this size. Undefined when it is not there or has another. */
export const openSizedFile = async (path: string, size: number): Promise<FileHandle | undefined> => {
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

async function* bytesOf(file: FileHandle, range: { readonly start?: number; readonly end?: number } = {}): AsyncGenerator<Uint8Array> {
  let missing = range.end === undefined ? 0 : range.end - (range.start ?? 0) + 1;
  for await (const chunk of file.createReadStream({ highWaterMark: READ_BYTES, autoClose: false, ...range })) {
    const bytes = chunk as Buffer;
    missing -= bytes.length;
    yield bytes;
  }
  if (missing > 0) throw new Error(`a blob's file ended ${missing} bytes early`);
}

const openBlob = (file: FileHandle, size: number): OpenBlob => ({
  size,
  file,
  read: (start, end) => bytesOf(file, { start, end }),
  close: () => file.close(),
});

/** Moves a finished, synced upload to its place. Over an older copy too: the new bytes are known to be right, the old ones are not. */
const place = async (dataFolder: string, uploaded: string, digest: Digest): Promise<void> => {
  const target = blobFile(dataFolder, digest);
  const folder = dirname(target);
  const made = await mkdir(folder, { recursive: true });
  await rename(uploaded, target);
  await syncFolder(folder);
  if (made === undefined) return;
  // New folders are names too, up to the first one that was there.
  for (let parent = dirname(folder); parent.length >= dirname(made).length; parent = dirname(parent)) await syncFolder(parent);
};

const moveAside = async (dataFolder: string, digest: Digest, now: number): Promise<string | undefined> => {
  const movedTo = join(QUARANTINE, `${algorithmOf(digest)}-${hexOf(digest)}.${now}`);
  const path = blobFile(dataFolder, digest);
  await mkdir(join(dataFolder, QUARANTINE), { recursive: true, mode: 0o700 });
  try {
    await rename(path, join(dataFolder, movedTo));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  await syncFolder(dirname(path));
  await syncFolder(join(dataFolder, QUARANTINE));
  return movedTo;
};

async function* closedAfter(file: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    yield* bytesOf(file);
  } finally {
    await file.close();
  }
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

async function* digestsIn(dataFolder: string): AsyncGenerator<Digest> {
  for (const algorithm of ["sha256", "sha512"])
    for (const two of await namesIn(join(dataFolder, "blobs", algorithm)))
      for (const hex of await namesIn(join(dataFolder, "blobs", algorithm, two))) {
        const digest = `${algorithm}:${hex}`;
        if (isDigest(digest) && hex.startsWith(two)) yield digest;
      }
}

const statOf = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined);

async function* quarantinedIn(dataFolder: string): AsyncGenerator<StoredBlob> {
  for (const entry of await namesIn(join(dataFolder, QUARANTINE))) {
    const name = join(QUARANTINE, entry);
    const found = await statOf(join(dataFolder, name));
    if (found !== undefined) yield { name, sizeBytes: found.size, since: found.ctimeMs };
  }
}

/** Blobs as files of the data folder: `blobs/` and `quarantine/`. */
export const createFileStorage = (dataFolder: string): BlobStorage => ({
  open: async (digest, size) => {
    const file = await openSizedFile(blobFile(dataFolder, digest), size);
    return file === undefined ? undefined : openBlob(file, size);
  },
  place: (uploaded, digest) => place(dataFolder, uploaded, digest),
  contents: async (digest) => {
    try {
      return closedAfter(await open(blobFile(dataFolder, digest), "r"));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  quarantine: (digest, now) => moveAside(dataFolder, digest, now),
  remove: (digest) => rm(blobFile(dataFolder, digest), { force: true }),
  stat: async (digest) => {
    const found = await statOf(blobFile(dataFolder, digest));
    return found === undefined ? undefined : { name: blobName(digest), sizeBytes: found.size, since: found.mtimeMs };
  },
  digests: () => digestsIn(dataFolder),
  quarantined: () => quarantinedIn(dataFolder),
  removeQuarantined: (name) => rm(join(dataFolder, name), { force: true }),
  // What is on its way is in uploads/ and fills/, which each start empties.
  sweep: async () => undefined,
  fault: async () => undefined,
  close: () => undefined,
});
