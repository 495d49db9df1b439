import { SeaworthyError } from "../../core/index.ts";
import { createByteReader } from "../archive/byte-reader.ts";

const MAGIC = 0xfd2fb528;
/** Frames of other programs' own, which readers pass over: zstd:chunked keeps its table of contents in one. */
const SKIPPABLE = 0x184d2a50;

const bad = (why: string): SeaworthyError => new SeaworthyError("INPUT_INVALID", `its zstd data are damaged: ${why}`);

/**
 * Takes zstd data apart into their frames, each of which must be read to its end before the next: Node's decompressor stops behind the first one.
 * https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md
 * @throws INPUT_INVALID
 */
export async function* zstdFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<AsyncIterable<Uint8Array>, void, undefined> {
  const reader = createByteReader(source);
  const exactly = async (count: number): Promise<Buffer> => {
    const bytes = await reader.take(count);
    if (bytes.length < count) throw bad("they end in the middle of a frame");
    return bytes;
  };
  const frame = async function* (magic: Buffer): AsyncGenerator<Uint8Array, void, undefined> {
    const first = await exactly(1);
    const flags = first[0] ?? 0;
    const isSingle = (flags & 0x20) !== 0;
    const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
    const contentSize = flags >> 6 === 0 ? (isSingle ? 1 : 0) : 1 << (flags >> 6);
    yield Buffer.concat([magic, first, await exactly((isSingle ? 0 : 1) + dictionary + contentSize)]);
    for (let isLast = false; !isLast;) {
      const header = await exactly(3);
      const field = header.readUIntLE(0, 3);
      isLast = (field & 1) === 1;
      const type = (field >> 1) & 3;
      if (type === 3) throw bad("a block is of no known kind");
      // A block of one byte repeated says how often, and holds it once.
      yield Buffer.concat([header, await exactly(type === 1 ? 1 : field >> 3)]);
    }
    if ((flags & 4) !== 0) yield await exactly(4);
  };
  try {
    for (;;) {
      const magic = await reader.take(4);
      if (magic.length === 0) return;
      const number = magic.length < 4 ? 0 : magic.readUInt32LE();
      if ((number & 0xfffffff0) >>> 0 === SKIPPABLE) {
        const length = (await exactly(4)).readUInt32LE();
        if ((await reader.skip(length)) < length) throw bad("they end in the middle of a frame");
      } else if (number === MAGIC) yield frame(magic);
      else throw bad("something that is no frame follows");
    }
  } finally {
    await reader.close();
  }
}
