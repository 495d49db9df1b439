import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress, createZstdDecompress } from "node:zlib";
import { type Clock, fileError, isSeaworthyError, SeaworthyError, systemClock, wordsOf } from "../../core/index.ts";
import { type NewTarEntry, readTar, writeTar } from "../../image/index.ts";
import { sha256Of } from "../database/digest.ts";
import { changeFolder } from "../database/folder.ts";
import { filesOf, type Manifest, MANIFEST_FILE, parseManifest, readManifest } from "../database/manifest.ts";
import { synced } from "../database/writing.ts";
import { filesMissing, takeOver } from "./take-over.ts";
import type { NamedFile } from "./verify-file.ts";

const PACKED = ".zst";
const LEVEL = 9;
const MAX_MANIFEST_BYTES = 16 * 1024 * 1024;
const MAX_ENTRIES = 10_000;
const MAX_PACKED_BYTES = 16 * 1024 ** 3;
const MAX_FILE_BYTES = 8 * 1024 ** 3;

export interface Exported {
  readonly manifest: Manifest;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A list as it travels: what belongs to one folder only is left out. */
const travelling = ({ retired: _retired, ...manifest }: Manifest): string => `${JSON.stringify(manifest, undefined, 2)}\n`;

/**
 * Writes a folder's advisories as one file: a tar archive of the list and of each file in zstd. The same advisories give the same bytes.
 * @throws ADVISORIES_MISSING when there are none, DISK_FULL, PERMISSION_DENIED
 */
export const exportDatabase = async (folder: string, to: string, signal?: AbortSignal): Promise<Exported> => {
  const manifest = readManifest(folder);
  if (manifest === undefined)
    throw new SeaworthyError("ADVISORIES_MISSING", `there are no advisories in ${folder}`, {
      hint: "Fetch them first: seaworthy db update.",
    });
  const partial = join(dirname(to), `.${randomUUID()}.part`);
  let scratch: string | undefined;
  try {
    scratch = await mkdtemp(join(dirname(to), ".exporting-"));
    const within = scratch;
    const entries = async function* (): AsyncGenerator<NewTarEntry, void, undefined> {
      yield { path: MANIFEST_FILE, body: Buffer.from(travelling(manifest)) };
      for (const { file, sha256 } of filesOf(manifest).toSorted((a, b) => (a.file < b.file ? -1 : 1))) {
        signal?.throwIfAborted();
        const [path, packed] = [join(folder, file), join(within, file)];
        if ((await sha256Of(path)) !== sha256)
          throw new SeaworthyError("INPUT_INVALID", `${path} is not what the list of advisories says`, {
            hint: "Fetch or build the database anew.",
          });
        const zstd = createZstdCompress({
          params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_checksumFlag]: 1 },
          pledgedSrcSize: statSync(path).size,
        });
        await pipeline(createReadStream(path), zstd, createWriteStream(packed));
        yield { path: `${file}${PACKED}`, body: { sizeBytes: statSync(packed).size, stream: createReadStream(packed) } };
        rmSync(packed, { force: true });
      }
    };
    const hash = createHash("sha256");
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(Readable.from(writeTar(entries())), counted, createWriteStream(partial, { flags: "wx" }));
    synced(partial);
    renameSync(partial, to);
    return { manifest, sha256: hash.digest("hex"), sizeBytes: statSync(to).size };
  } catch (error) {
    throw fileError(error, `export the advisories to ${to}`);
  } finally {
    rmSync(partial, { force: true });
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
};

const collected = async (body: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
};

/** Unpacks no more than the list says, whatever comes. */
const unpack = async (body: AsyncIterable<Uint8Array>, { sizeBytes }: NamedFile, path: string): Promise<void> => {
  let written = 0;
  const bounded = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      written += chunk.length;
      done(written > sizeBytes ? new Error(`it unpacks to more than the ${sizeBytes} bytes that the list says`) : null, chunk);
    },
  });
  await pipeline(Readable.from(body, { objectMode: false }), createZstdDecompress(), bounded, createWriteStream(path, { flags: "wx" }));
};

/**
 * Takes a file of `exportDatabase` in, in place of what a folder has. Every file is held to its digest and to the form of a database before anything is changed;
 * names are those of the list, so none leads out of the folder.
 * @throws INPUT_INVALID, INPUT_TOO_LARGE, INPUT_NOT_FOUND, DISK_FULL, LOCKED
 */
export const importDatabase = async (
  archive: string,
  folder: string,
  { clock = systemClock, signal }: { readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<Manifest> => {
  const refuse = (why: string, cause?: unknown): SeaworthyError =>
    new SeaworthyError("INPUT_INVALID", `${archive} is no file of seaworthy db export: ${why}`, {
      hint: "Nothing was changed. Export it anew.",
      ...(cause === undefined ? {} : { cause }),
    });
  try {
    if (!existsSync(archive)) throw new SeaworthyError("INPUT_NOT_FOUND", `not found: ${archive}`);
    using changed = await changeFolder(folder, clock, signal);
    let manifest: Manifest | undefined;
    let wanted = new Map<string, NamedFile>();
    const missing = new Set<string>();
    const fetched = new Map<NamedFile, string>();
    try {
      for await (const { header, body } of readTar(createReadStream(archive, { highWaterMark: 1024 * 1024 }), {
        maxEntries: MAX_ENTRIES,
        maxBytes: MAX_PACKED_BYTES,
      })) {
        signal?.throwIfAborted();
        const name = JSON.stringify(header.path.slice(0, 200));
        if (header.type !== "file") throw refuse(`${name} is no plain file`);
        if (manifest === undefined) {
          if (header.path !== MANIFEST_FILE || header.sizeBytes > MAX_MANIFEST_BYTES)
            throw refuse(`it begins with ${name}, not with its list`);
          manifest = parseManifest(await collected(body), `${archive}:${MANIFEST_FILE}`);
          const files = filesOf(manifest);
          if (files.some(({ sizeBytes }) => sizeBytes > MAX_FILE_BYTES)) throw refuse("it names a file that is larger than any can be");
          wanted = new Map(files.map((one) => [`${one.file}${PACKED}`, one]));
          for (const { file } of filesMissing(changed, manifest)) missing.add(file);
          continue;
        }
        const named = wanted.get(header.path);
        if (named === undefined) throw refuse(`${name} is not on its list, or there twice`);
        wanted.delete(header.path);
        if (!missing.has(named.file)) continue;
        const path = join(changed.scratch, named.file);
        await unpack(body, named, path);
        fetched.set(named, path);
      }
    } catch (error) {
      const coded = fileError(error, `import ${archive}`);
      if (isSeaworthyError(coded) || !(error instanceof Error) || error.name === "AbortError") throw coded;
      throw refuse(wordsOf(error), error);
    }
    if (manifest === undefined) throw refuse("it is empty");
    const [lacking] = [...wanted.values()];
    if (lacking !== undefined) throw refuse(`${lacking.file} is on its list and not in it`);
    return await takeOver(changed, manifest, fetched, { where: archive, now: clock.now() });
  } catch (error) {
    throw fileError(error, `import ${archive} into ${folder}`);
  }
};
