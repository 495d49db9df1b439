import type { FileHandle } from "node:fs/promises";
import { posix } from "node:path";
import { SeaworthyError } from "../../core/index.ts";
import { fileChunks, fileIdentity } from "./file-chunks.ts";
import type { StoredBlob } from "./stored-blob.ts";
import { readTar, tarPath } from "./read-tar.ts";

const MAX_ENTRIES = 50_000;
/** Of a file system, which is only walked over here: who reads it then takes no more either. */
const MAX_HEADERS = 2_000_000;
const MAX_HOPS = 10;

/** Where a file of an archive stands. */
export interface TarPart {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** A tar archive on disk, of which any file can be read at any time. */
export interface TarFile {
  /** Follows links inside of the archive, as older engines store a layer that an image has twice (`../<id>/layer.tar`). */
  find(name: string): TarPart | undefined;
  read(part: TarPart): AsyncIterable<Uint8Array>;
  /** Of its files, in order: the first 50,000. */
  names(): readonly string[];
  /** The archive itself, from its first byte. */
  readonly whole: StoredBlob;
  /** What stands for the bytes of a part as long as nobody writes to the archive. */
  identity(part: TarPart): Promise<string | undefined>;
}

/**
 * Reads all headers, and no bodies.
 * @param identity what stands for the archive's bytes, where not the file itself does: see `fileIdentity`
 * @param isOwn where it may be a file system: a name that only archives of images have, and these have no more than 50,000
 * @throws INPUT_INVALID on damage, INPUT_TOO_LARGE beyond 50,000 entries, of a file system 2,000,000
 */
export const indexTarFile = async (
  file: FileHandle,
  sizeBytes: number,
  identity: () => Promise<string | undefined> = () => fileIdentity(file),
  isOwn?: (name: string) => boolean,
): Promise<TarFile> => {
  let entries = 0;
  const parts = new Map<string, TarPart | { readonly to: string }>();
  const maxEntries = isOwn === undefined ? MAX_ENTRIES : MAX_HEADERS;
  for await (const { header, bodyOffset } of readTar(fileChunks(file, 0, sizeBytes), { maxEntries })) {
    const { type, path, linkPath } = header;
    if ((entries += 1) > MAX_ENTRIES) {
      if (isOwn?.(path) === true)
        throw new SeaworthyError("INPUT_TOO_LARGE", `the tar archive has more than ${MAX_ENTRIES} entries before ${JSON.stringify(path)}`);
      continue;
    }
    if (type === "file") parts.set(path, { offset: bodyOffset, sizeBytes: header.sizeBytes });
    else if (type === "hardlink" && linkPath !== undefined) parts.set(path, { to: linkPath });
    else if (type === "symlink" && linkPath !== undefined) parts.set(path, { to: posix.join(posix.dirname(path), linkPath) });
  }
  return {
    find: (name) => {
      let path = tarPath(name);
      for (let hops = 0; hops < MAX_HOPS; hops += 1) {
        const found = parts.get(path);
        if (found === undefined || "offset" in found) return found;
        path = tarPath(found.to);
      }
      throw new SeaworthyError(
        "INPUT_INVALID",
        `the tar archive cannot be read: ${JSON.stringify(name.slice(0, 200))} is a link without an end`,
      );
    },
    names: () => [...parts.keys()],
    whole: { sizeBytes, read: () => fileChunks(file, 0, sizeBytes), identity },
    read: ({ offset, sizeBytes: length }) => fileChunks(file, offset, offset + length),
    identity: async ({ offset, sizeBytes: length }) => {
      const whole = await identity();
      return whole === undefined ? undefined : `${whole}@${offset}+${length}`;
    },
  };
};
