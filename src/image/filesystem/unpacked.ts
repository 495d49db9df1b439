import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { type Digest, parseDigest, SeaworthyError } from "../../core/index.ts";
import { isSeekable } from "../archive/byte-reader.ts";
import type { Budget } from "./budget.ts";
import { zstdFrames } from "./zstd-frames.ts";

export type Compression = "none" | "gzip" | "zstd";

const CHUNK_BYTES = 512 * 1024;
/** Layers shrink to a third, zeros to a thousandth. A bomb is all zeros. */
const MAX_RATIO = 200;
const RATIO_COUNTS_FROM_BYTES = 256 * 1024 * 1024;

/** How bytes are compressed, by the first four of them. */
export const compressionOf = (head: Uint8Array): Compression => {
  const magic = Buffer.from(head.subarray(0, 4)).toString("hex");
  return magic.startsWith("1f8b") ? "gzip" : magic === "28b52ffd" ? "zstd" : "none";
};

/** What other programs compress with, by its first bytes, and what unpacks it. */
const OTHERS = [
  ["fd377a585a00", "xz", "xz -dc"],
  ["425a68", "bzip2", "bzip2 -dc"],
  ["04224d18", "lz4", "lz4 -dc"],
  ["504b0304", "zip", "unzip -p"],
] as const;
const MAGIC_BYTES = 6;

/** @throws INPUT_INVALID for what is compressed in a way that is not read here */
const readable = (head: Uint8Array, what: string): Compression => {
  const magic = Buffer.from(head.subarray(0, MAGIC_BYTES)).toString("hex");
  const other = OTHERS.find(([begin]) => magic.startsWith(begin));
  if (other === undefined) return compressionOf(head);
  throw new SeaworthyError("INPUT_INVALID", `${what} cannot be read: it is compressed with ${other[1]}; gzip and zstd are read`, {
    hint: `Unpack it first (${other[2]} FILE > image.tar), or compress it with gzip or zstd.`,
  });
};

/** The first bytes of a stream, at least `count` where it has so many, and a stream that still begins with them. */
export const peek = async (
  source: AsyncIterable<Uint8Array>,
  count: number,
): Promise<{ readonly head: Buffer; readonly whole: AsyncIterable<Uint8Array> }> => {
  const chunks = source[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  while (bytes < count && !ended) {
    const next = await chunks.next();
    if (next.done === true) ended = true;
    else {
      held.push(next.value);
      bytes += next.value.length;
    }
  }
  const head = Buffer.concat(held);
  const whole = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      if (head.length > 0) yield head;
      while (!ended) {
        const next = await chunks.next();
        if (next.done === true) ended = true;
        else yield next.value;
      }
    } finally {
      await chunks.return?.();
    }
  };
  return { head, whole: whole() };
};

/** A stream of which digest and length are known once it was read to its end. */
export interface Metered {
  readonly stream: AsyncIterable<Uint8Array>;
  digest(): Digest;
  sizeBytes(): number;
}

export const metered = (source: AsyncIterable<Uint8Array>): Metered => {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const pass = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  return { stream: pass(), digest: () => parseDigest(`sha256:${hash.copy().digest("hex")}`), sizeBytes: () => sizeBytes };
};

/** The same without a digest. */
export const counted = (source: AsyncIterable<Uint8Array>): Pick<Metered, "stream" | "sizeBytes"> => {
  if (isSeekable(source)) return { stream: source, sizeBytes: () => source.sizeBytes };
  let sizeBytes = 0;
  const pass = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  return { stream: pass(), sizeBytes: () => sizeBytes };
};

const damaged = (what: string, compression: Compression, why: string): SeaworthyError =>
  new SeaworthyError("INPUT_INVALID", `${what} cannot be read: its ${compression} data are damaged: ${why}`);

/** Whoever feeds it must not be drowned out by its own bytes. @throws INPUT_INVALID when damaged, INPUT_TOO_LARGE for a bomb */
async function* inflated(
  source: AsyncIterable<Uint8Array>,
  compression: "gzip" | "zstd",
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let packed = 0;
  let unpacked = 0;
  const counting = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of source) {
      packed += chunk.length;
      yield chunk;
    }
  };
  // gzip's members are put together by zlib itself.
  for await (const part of compression === "gzip" ? [counting()] : zstdFrames(counting())) {
    const feed = Readable.from(part, { objectMode: false });
    const inflater = compression === "gzip" ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress({ chunkSize: CHUNK_BYTES });
    feed.once("error", (error) => inflater.destroy(error));
    try {
      for await (const chunk of feed.pipe(inflater) as AsyncIterable<Buffer>) {
        unpacked += chunk.length;
        if (unpacked > RATIO_COUNTS_FROM_BYTES && unpacked > MAX_RATIO * packed)
          throw new SeaworthyError("INPUT_TOO_LARGE", `${what} unpacks to more than ${MAX_RATIO} times its size: a bomb`, {
            hint: "It was not read further. Do not run this image before you know where it comes from.",
          });
        yield chunk;
      }
    } catch (error) {
      // zlib's codes begin with Z (Z_DATA_ERROR, ZSTD_error_...); whatever else happens here is the source's.
      if (!(error instanceof Error) || !("code" in error) || !String(error.code).startsWith("Z")) throw error;
      throw damaged(what, compression, error.message);
    } finally {
      inflater.destroy();
      feed.destroy();
    }
  }
}

/** The bytes behind gzip or zstd, told by the first four; others as they are. What comes out is counted. `what` is for messages. */
export const unpacked = async (
  source: AsyncIterable<Uint8Array>,
  what: string,
  budget: Budget,
): Promise<{ readonly compression: Compression; readonly stream: AsyncIterable<Uint8Array> }> => {
  const { head, whole } = await peek(source, MAGIC_BYTES);
  const compression = readable(head, what);
  const plain = compression === "none" ? whole : inflated(whole, compression, what);
  const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of plain) {
      budget.bytes(chunk.length);
      yield chunk;
    }
  };
  return { compression, stream: counted() };
};

/** The same, but an uncompressed file stays one: what nobody wants of it is then not read. Its bytes are counted at once. */
export const unpackedOrSeekable: typeof unpacked = async (source, what, budget) => {
  if (!isSeekable(source) || readable(await source.head(MAGIC_BYTES), what) !== "none") return unpacked(source, what, budget);
  budget.bytes(source.sizeBytes);
  return { compression: "none", stream: source };
};
