import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { algorithmOf, type Digest, fileError, hexOf, parseDigest, SeaworthyError } from "../../core/index.ts";
import { verified } from "../verified.ts";
import { fileSink } from "./file-sink.ts";

const READ_BYTES = 1024 * 1024;

export interface Content {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

export const blobPath = (folder: string, digest: Digest): string => join(folder, "blobs", algorithmOf(digest), hexOf(digest));

/** Bytes in the layout, undefined when it has no such blob. */
export const blobSize = async (folder: string, digest: Digest): Promise<number | undefined> => {
  try {
    return (await stat(blobPath(folder, digest))).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(error, `look at ${blobPath(folder, digest)}`);
  }
};

/** Streams a blob, its digest checked at the end. @throws IMAGE_NOT_FOUND, REGISTRY_REFUSED when the bytes are others */
export async function* openBlob(folder: string, digest: Digest): AsyncGenerator<Uint8Array, void, undefined> {
  if ((await blobSize(folder, digest)) === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `the image layout ${folder} has no blob ${digest}`, { hint: "Build the image again." });
  yield* verified(createReadStream(blobPath(folder, digest), { highWaterMark: READ_BYTES }), { digest }, `image layout ${folder}`);
}

/**
 * Writes a blob so that it is there whole or not at all. `isChecked`: the content is known to end only when it has the expected digest (`verified`), and is not
 * hashed a second time. @throws INPUT_INVALID when it does not have the expected digest; DISK_FULL
 */
export const writeBlob = async (
  folder: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  expected?: Digest,
  isChecked = false,
): Promise<Content> => {
  const hash = isChecked && expected !== undefined ? undefined : createHash(expected === undefined ? "sha256" : algorithmOf(expected));
  const blobs = join(folder, "blobs", expected === undefined ? "sha256" : algorithmOf(expected));
  const temporary = join(blobs, `.${randomUUID()}.tmp`);
  let size = 0;
  try {
    await mkdir(blobs, { recursive: true });
    const file = await open(temporary, "wx", 0o644);
    try {
      const sink = fileSink(file);
      for await (const chunk of content instanceof Uint8Array ? [content] : content) {
        hash?.update(chunk);
        size += chunk.length;
        await sink.write(chunk);
      }
      await sink.end();
      await file.datasync();
    } finally {
      await file.close();
    }
    const found = hash?.digest("hex");
    const digest = found === undefined ? expected : parseDigest(`${expected === undefined ? "sha256" : algorithmOf(expected)}:${found}`);
    if (digest === undefined || (expected !== undefined && digest !== expected))
      throw new SeaworthyError("INPUT_INVALID", `the bytes given for blob ${expected} have the digest ${digest}`);
    await rename(temporary, blobPath(folder, digest));
    return { digest, size };
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileError(error, `write a blob into ${blobs}`);
  }
};

/** A small blob as a whole, checked. @throws IMAGE_NOT_FOUND, INPUT_TOO_LARGE, REGISTRY_REFUSED */
export const readBlob = async (folder: string, digest: Digest, maxBytes: number): Promise<Uint8Array> => {
  const size = await blobSize(folder, digest);
  if (size !== undefined && size > maxBytes)
    throw new SeaworthyError("INPUT_TOO_LARGE", `blob ${digest} has ${size} bytes; at most ${maxBytes} are read`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of openBlob(folder, digest)) chunks.push(chunk);
  return Buffer.concat(chunks);
};

/** A file as a whole, up to a bound. @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE */
export const readFileBounded = async (path: string, maxBytes: number): Promise<Uint8Array> => {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw new SeaworthyError("INPUT_TOO_LARGE", `${path} has ${size} bytes; at most ${maxBytes} are read`);
    return await readFile(path);
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
};
