import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ERRORS, fileError, hasCode, isSeaworthyError, SeaworthyError } from "../../core/index.ts";
import { fileChunks, fileIdentity, openFile } from "../archive/file-chunks.ts";
import type { StoredBlob } from "../archive/stored-blob.ts";
import { indexTarFile, type TarFile } from "../archive/tar-file.ts";
import { type Budget, createBudget } from "../filesystem/budget.ts";
import { unpacked, unpackedOrSeekable } from "../filesystem/unpacked.ts";
import type { InArchive } from "./archive-blobs.ts";
import { MAX_MANIFEST_BYTES } from "../values/manifest.ts";
import { collect } from "../verified.ts";
import { dockerArchiveSource } from "./docker-archive-source.ts";
import { isOciArchive, ociArchiveSource } from "./oci-archive-source.ts";
import type { ImageSource, LocalSource } from "./source.ts";

/** Writes a stream into a file of its own folder, which the caller removes. @throws DISK_FULL */
const spool = async (stream: AsyncIterable<Uint8Array>): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), "seaworthy-archive-"));
  const path = join(folder, "image.tar");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(Readable.from(stream, { objectMode: false, highWaterMark: 1024 * 1024 }), createWriteStream(path, { mode: 0o600 }));
    return { path, remove };
  } catch (error) {
    await remove();
    throw fileError(error, `keep the image archive in ${folder} (TMPDIR says where)`);
  }
};

const openTar = async (
  path: string,
  budget: Budget,
  mayBeFiles: boolean,
  identity?: () => Promise<string | undefined>,
): Promise<{ readonly tar: TarFile; readonly close: () => Promise<void> }> => {
  const { file, sizeBytes } = await openFile(path);
  try {
    const bytes = fileChunks(file, 0, sizeBytes);
    if ((await unpackedOrSeekable(bytes, `the image archive ${path}`, createBudget())).compression === "none")
      return { tar: await indexTarFile(file, sizeBytes, identity, mayBeFiles ? isOwn : undefined), close: () => file.close() };
    // Compressed as a whole: nothing in it can be found without unpacking what lies before.
    const packed = await fileIdentity(file);
    const plain = await spool((await unpacked(fileChunks(file, 0, sizeBytes), `the image archive ${path}`, budget)).stream);
    const isSame = packed !== undefined && (await fileIdentity(file)) === packed;
    await file.close();
    try {
      const inner = await openTar(plain.path, budget, mayBeFiles, async () => (isSame ? `${packed}:unpacked` : undefined));
      return {
        tar: inner.tar,
        close: async () => {
          await inner.close();
          await plain.remove();
        },
      };
    } catch (error) {
      await plain.remove();
      throw error;
    }
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
};

export interface ArchiveOptions {
  /** Of several images in it: a name, or a digest. */
  readonly name?: string;
  /** For messages; the path by default. */
  readonly where?: string;
  readonly signal?: AbortSignal;
}

/** A tar that holds no image, but files. */
export interface FileSystemArchive {
  readonly fileSystem: StoredBlob;
  readonly close: () => Promise<void>;
}

/** Names that archives of images have and file systems have not; but for the first, of which it depends on what they say. */
const OWN_NAMES = [
  /^(?:manifest|index)\.json$/,
  /^(?:oci-layout|repositories)$/,
  /^(?:[^/]+\/)?blobs\/sha256\/[0-9a-f]{64}$/,
  /^(?:[^/]+\/){1,2}layer\.tar$/,
  /^[0-9a-f]{64}\.(?:tar|json)$/,
];
const [LISTING] = OWN_NAMES;
const isOwn = (name: string): boolean => OWN_NAMES.some((own) => own.test(name));

/** Whether an engine may take it for the listing of images: what a scan took for a file beside others must not be loaded as an image. */
const isListing = (text: string): boolean => {
  if (/^\s*\[/.test(text)) return true;
  if (!/^\s*\{/.test(text)) return false;
  try {
    return Object.keys(JSON.parse(text) as object).some((key) => key.toLowerCase() === "manifests");
  } catch {
    // Engines stop reading behind the first value.
    return /manifests|\\u00/i.test(text);
  }
};

/** Of one whose listing was lost the rest is there. */
const isImageArchive = async (tar: TarFile): Promise<boolean> => {
  if (tar.names().some((name) => isOwn(name) && LISTING?.test(name) !== true)) return true;
  for (const name of ["manifest.json", "index.json"]) {
    const part = tar.find(name);
    if (part === undefined) continue;
    if (part.sizeBytes > MAX_MANIFEST_BYTES) return true;
    if (isListing(Buffer.from(await collect(tar.read(part), MAX_MANIFEST_BYTES, name)).toString("utf8"))) return true;
  }
  return false;
};

/** @throws what `open` throws, with the archive's name */
const opening = async <Opened>(
  path: string,
  { where = `the image archive ${path}`, signal, name }: ArchiveOptions,
  open: (archive: InArchive) => Promise<Opened>,
  mayBeFiles = false,
): Promise<Opened> => {
  let close: () => Promise<void> = async () => undefined;
  try {
    const opened = await openTar(path, createBudget(signal === undefined ? {} : { signal }), mayBeFiles);
    close = opened.close;
    return await open({ tar: opened.tar, where, close, ...(name === undefined ? {} : { name }) });
  } catch (error) {
    await close();
    if (!isSeaworthyError(error) || !hasCode(error, "INPUT_INVALID") || error.message.startsWith(where)) throw error;
    const isOwn = error.hint !== ERRORS.INPUT_INVALID.hint;
    throw new SeaworthyError("INPUT_INVALID", `${where}: ${error.message.replace("the image archive cannot be read: ", "")}`, {
      hint: isOwn ? error.hint : "It is cut off, damaged or no image archive: save the image again (docker save -o FILE REF).",
      cause: error,
    });
  }
};

const sourceIn = async (archive: InArchive): Promise<LocalSource> =>
  (await isOciArchive(archive.tar)) ? ociArchiveSource(archive) : dockerArchiveSource(archive);

/**
 * One image of a tar archive: what `docker save` writes, old or new, or an OCI archive, itself compressed or not. Blobs are read where they stand.
 * @throws INPUT_NOT_FOUND, INPUT_INVALID, INPUT_TOO_LARGE
 */
export const openArchive = (path: string, options: ArchiveOptions = {}): Promise<ImageSource> => opening(path, options, sourceIn);

/** The same for who only looks: an image that is not whole or not intact as it is, or the files of an archive that holds no image. */
export const openToLook = (path: string, options: ArchiveOptions = {}): Promise<LocalSource | FileSystemArchive> =>
  opening(
    path,
    options,
    async (archive) => {
      const { tar, close } = archive;
      return options.name !== undefined || (await isImageArchive(tar))
        ? await sourceIn({ ...archive, flaws: [] })
        : { fileSystem: tar.whole, close };
    },
    true,
  );

/** One image as it comes in a stream, which is kept in a file for that long. */
export const spooledArchive = async (stream: AsyncIterable<Uint8Array>, options: ArchiveOptions): Promise<ImageSource> => {
  const { path, remove } = await spool(stream);
  try {
    const source = await openArchive(path, options);
    return {
      ...source,
      close: async () => {
        await source.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
};
