import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { constants, crc32, deflateRaw } from "node:zlib";

/** Part of every cache key: other bytes from another encoder must not be taken for these. */
export const ENCODER = `seaworthy-gzip-1/zlib-${process.versions.zlib ?? "unknown"}/level-6`;

const LEVEL = 6;
const BLOCK_BYTES = 1024 * 1024;
/** How far back deflate may point: what a block needs to know of the one before it. */
const WINDOW_BYTES = 32 * 1024;
/** RFC 1952: magic, deflate, no flags, no time, no hint of the level, operating system unknown: nothing of this machine. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty last block with fixed codes (RFC 1951, 3.2.6). */
const LAST_BLOCK = Buffer.from([3, 0]);

const deflate = promisify<Buffer, { level: number; dictionary?: Buffer; finishFlush: number }, Buffer>(deflateRaw);

async function* blocksOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + BLOCK_BYTES - size);
      parts.push(part);
      size += part.length;
      at += part.length;
      if (size < BLOCK_BYTES) continue;
      yield Buffer.concat(parts);
      parts = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(parts);
}

/**
 * Gzip as pigz does it: blocks of 1 MiB deflated on all processors, each with the window of the one before, joined to one member.
 * The bytes depend on the input and the zlib of this Node only, never on the number of processors or on timing.
 */
export async function* parallelGzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  const most = availableParallelism() + 1;
  const running: Promise<Buffer>[] = [];
  let window: Buffer | undefined;
  let crc = 0;
  let size = 0;
  yield HEADER;
  for await (const block of blocksOf(source)) {
    crc = crc32(block, crc);
    size += block.length;
    const started = deflate(block, {
      level: LEVEL,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(window === undefined ? {} : { dictionary: window }),
    });
    // Awaited in order below; one that fails first must not count as unhandled.
    started.catch(() => undefined);
    running.push(started);
    window = block.subarray(-WINDOW_BYTES);
    const oldest = running.length >= most ? running.shift() : undefined;
    if (oldest !== undefined) yield await oldest;
  }
  for (const each of running) yield await each;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield Buffer.concat([LAST_BLOCK, trailer]);
}
