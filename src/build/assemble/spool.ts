import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join, posix } from "node:path";
import * as v from "valibot";
import { type Digest, fileError, parseDigest, SeaworthyError } from "../../core/index.ts";
import { parseJsonObject } from "../../image/index.ts";
import { paddingOf, readHeader, isEnd } from "./tar-header.ts";
import { type ByteReader, readBytes, takeBlock } from "./tar-reader.ts";

/** A layer as the engine saved it, in a file of ours. */
export interface SpooledLayer {
  readonly path: string;
  /** Of the bytes in the file: the diff_id where they are not compressed. */
  readonly digest: Digest;
  readonly sizeBytes: number;
}

export interface SpooledImage {
  /** The engine's configuration, exactly. */
  readonly config: Buffer;
  /** Base first. */
  readonly layers: readonly SpooledLayer[];
}

const MOST_ENTRIES = 20_000;
const MOST_CONFIG_BYTES = 4 * 1024 * 1024;
const MANIFEST = v.pipe(
  v.array(v.object({ Config: v.string(), Layers: v.nullish(v.array(v.string()), []) })),
  v.length(1, "it must hold one image"),
);

/** Files of the archive become numbered files of the folder: no name from the archive is ever a path. */
const spoolFile = async (pieces: AsyncIterable<Buffer>, path: string, sizeBytes: number): Promise<SpooledLayer> => {
  const hash = createHash("sha256");
  try {
    const file = await open(path, "wx", 0o600);
    try {
      for await (const piece of pieces) {
        hash.update(piece);
        for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, `write ${path}`);
  }
  return { path, sizeBytes, digest: parseDigest(`sha256:${hash.digest("hex")}`) };
};

const readSmall = async (file: SpooledLayer, what: string): Promise<Buffer> => {
  if (file.sizeBytes > MOST_CONFIG_BYTES)
    throw new SeaworthyError("INPUT_TOO_LARGE", `${what} has ${file.sizeBytes} bytes; at most ${MOST_CONFIG_BYTES} are read`);
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(file.path)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

interface Entries {
  readonly files: ReadonlyMap<string, SpooledLayer>;
  /** Name of a symbolic link to the name it points at. */
  readonly links: ReadonlyMap<string, string>;
}

const spoolEntries = async (reader: ByteReader, folder: string): Promise<Entries> => {
  const files = new Map<string, SpooledLayer>();
  const links = new Map<string, string>();
  for (let count = 0; ; count += 1) {
    const block = await takeBlock(reader);
    if (block === undefined || isEnd(block)) break;
    if (count >= MOST_ENTRIES) throw new SeaworthyError("INPUT_TOO_LARGE", `the engine's archive has over ${MOST_ENTRIES} entries`);
    const header = readHeader(block);
    const name = posix.normalize(header.name);
    if (header.type === "0") files.set(name, await spoolFile(reader.pieces(header.size), join(folder, String(count)), header.size));
    else {
      if (header.type === "2") links.set(name, posix.normalize(posix.join(posix.dirname(name), header.link)));
      for await (const _ of reader.pieces(header.size));
    }
    await reader.take(paddingOf(header.size));
  }
  // To the end, so that the engine's answer is over and its connection free.
  for await (const _ of reader.rest());
  return { files, links };
};

const readImage = async ({ files, links }: Entries): Promise<SpooledImage> => {
  const fileAt = (name: string): SpooledLayer => {
    const path = posix.normalize(name);
    const found = files.get(path) ?? files.get(links.get(path) ?? "");
    if (found === undefined) throw new SeaworthyError("INPUT_INVALID", `the engine's archive lacks ${name.slice(0, 200)}`);
    return found;
  };
  const text = await readSmall(fileAt("manifest.json"), "manifest.json");
  const wrapped = parseJsonObject(
    Buffer.concat([Buffer.from('{"images":'), text, Buffer.from("}")]),
    "the engine's manifest.json",
    MOST_CONFIG_BYTES,
  );
  const manifest = v.safeParse(MANIFEST, wrapped["images"]);
  if (!manifest.success)
    throw new SeaworthyError("INPUT_INVALID", `the engine's manifest.json is not one image: ${manifest.issues[0].message}`);
  const [image] = manifest.output;
  if (image === undefined) throw new SeaworthyError("INPUT_INVALID", "the engine's manifest.json holds no image");
  return { config: await readSmall(fileAt(image.Config), "the image's configuration"), layers: image.Layers.map(fileAt) };
};

/**
 * Takes a docker-archive (`docker save` of one image) apart into a folder. Layers that the engine saved once and linked are found through their links.
 * @throws INPUT_INVALID when it is no such archive; DISK_FULL
 */
export const spoolImage = async (archive: AsyncIterable<Uint8Array>, folder: string): Promise<SpooledImage> => {
  const reader = readBytes(archive);
  try {
    return await readImage(await spoolEntries(reader, folder));
  } finally {
    await reader.close();
  }
};
