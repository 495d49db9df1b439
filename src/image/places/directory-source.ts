import { stat } from "node:fs/promises";
import { join } from "node:path";
import { algorithmOf, type Digest, digestOf, fileError, hexOf, SeaworthyError } from "../../core/index.ts";
import { storedFile, type StoredBlob } from "../archive/stored-blob.ts";
import { readFileBounded } from "../layout/blobs.ts";
import { hasDigest, MAX_MANIFEST_BYTES, parseManifest } from "../values/manifest.ts";
import { collect, verified } from "../verified.ts";
import type { LocalSource } from "./source.ts";

const fileAt = async (path: string): Promise<StoredBlob | undefined> => {
  try {
    const { size } = await stat(path);
    return storedFile(path, size);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(error, `look at ${path}`);
  }
};

/**
 * One image of a folder as `skopeo copy` writes it to `dir:`: manifest.json is the image's own manifest, or its index, and all else is named by its digest
 * (containers-transports(5), "dir").
 * @throws INPUT_NOT_FOUND, INPUT_INVALID
 */
export const directorySource = async (folder: string): Promise<LocalSource> => {
  const where = `the image folder ${folder}`;
  const first = await readFileBounded(join(folder, "manifest.json"), MAX_MANIFEST_BYTES);
  const root = digestOf(first);
  const stored = async (digest: Digest): Promise<StoredBlob | undefined> => {
    if (digest === root) return fileAt(join(folder, "manifest.json"));
    const name = algorithmOf(digest) === "sha256" ? hexOf(digest) : `${algorithmOf(digest)}-${hexOf(digest)}`;
    return (await fileAt(join(folder, name))) ?? fileAt(join(folder, `${name}.manifest.json`));
  };
  const absent = (digest: Digest): SeaworthyError => new SeaworthyError("IMAGE_NOT_FOUND", `${where} has no blob ${digest}`);
  return {
    where,
    root,
    tags: [],
    isMadeUp: false,
    manifest: async (digest) => {
      const found = await stored(digest);
      if (found === undefined) throw absent(digest);
      const bytes = await collect(found.read(), MAX_MANIFEST_BYTES, `the manifest ${digest} in ${where}`);
      if (!hasDigest(bytes, digest)) throw new SeaworthyError("INPUT_INVALID", `${where}: the manifest ${digest} holds other bytes`);
      return parseManifest(bytes, { digest });
    },
    blob: async function* (blob) {
      const found = await stored(blob.digest);
      if (found === undefined) throw absent(blob.digest);
      yield* verified(found.read(), blob, where);
    },
    stored,
    flaws: [],
    attached: async () => [],
    close: async () => undefined,
  };
};
