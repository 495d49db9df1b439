import type { ByteReader } from "./byte-reader.ts";
import { parsePax, type PaxRecord } from "./pax.ts";
import { BLOCK, decodeBlock, isZero, MAX_PATH_BYTES, MAX_PAX_BYTES, notATar, padded, type TarBlock } from "./tar-block.ts";

/** A header block, with what belongs to the header behind it: an entry's own bytes are left in the reader. */
export interface TarPart {
  /** The header block as it is stored. */
  readonly bytes: Buffer;
  readonly block: TarBlock;
  /** Says something about the entry to come, or about all of them, and is none itself. */
  readonly isExtension: boolean;
  /** An extension's body, or the further blocks of GNU's sparse map; with its padding. */
  readonly more: Buffer;
  /** Of pax headers (`x` for one entry, `g` for all that follow). */
  readonly records: readonly PaxRecord[];
}

/** Where the archive ends: the end mark as it is stored, empty where the stream stops without one. */
export interface TarEnd {
  readonly endMark: Buffer;
}

const MAX_BODY_BYTES: Readonly<Record<string, number>> = {
  x: MAX_PAX_BYTES,
  g: MAX_PAX_BYTES,
  L: MAX_PATH_BYTES + 1,
  K: MAX_PATH_BYTES + 1,
};
const MAX_SPARSE_BLOCKS = 20_000;
const NOTHING: Buffer = Buffer.alloc(0);

const takeWhole = async (reader: ByteReader, count: number): Promise<Buffer> => {
  const bytes = await reader.take(count);
  if (bytes.length < count) throw notATar("it ends in the middle of a header");
  return bytes;
};

/** GNU's old sparse format: more of the map in blocks that the size does not count. */
const takeSparseMap = async (reader: ByteReader): Promise<Buffer> => {
  const blocks: Buffer[] = [];
  do {
    if (blocks.length === MAX_SPARSE_BLOCKS) throw notATar("a sparse file's map has no end");
    blocks.push(await takeWhole(reader, BLOCK));
  } while (blocks.at(-1)?.[504] !== 0);
  return Buffer.concat(blocks);
};

/** Reads the headers of a tar archive; before each call the reader must stand behind the last entry's bytes and padding. */
export interface PartReader {
  next(): Promise<TarPart | TarEnd>;
  /** The same without waiting, of what is at hand whole, as most headers are. Undefined where that cannot be told: `next` tells. */
  now(): TarPart | undefined;
}

/** Everything is bounded, and what two readers could understand differently is refused: a scan must see the files that an engine unpacks. */
export const createPartReader = (reader: ByteReader): PartReader => {
  let described = false;
  const entry = (bytes: Buffer, block: TarBlock, more: Buffer): TarPart => {
    described = false;
    return { bytes, block, isExtension: false, more, records: [] };
  };
  const extension = (bytes: Buffer, block: TarBlock, more: Buffer): TarPart => {
    const isPax = block.type === "x" || block.type === "g";
    const records = isPax ? parsePax(more.subarray(0, block.sizeBytes)) : [];
    if (block.type === "x") {
      if (described) throw notATar("an entry has two extended headers");
      described = true;
    }
    // These say where a single file is and how long; for all of them they only serve to make two readers disagree.
    if (block.type === "g" && records.some(({ key }) => key === "path" || key === "linkpath" || key === "size"))
      throw notATar("a global header sets path or size");
    return { bytes, block, isExtension: true, more, records };
  };
  return {
    now: () => {
      if (!reader.has(BLOCK)) return undefined;
      const { chunk, at } = reader;
      if (isZero(chunk, at)) return undefined;
      const block = decodeBlock(chunk, at);
      const bytes = chunk.subarray(at, at + BLOCK);
      const max = MAX_BODY_BYTES[block.type];
      if (max === undefined) {
        if (block.extended) return undefined;
        reader.pass(BLOCK);
        return entry(bytes, block, NOTHING);
      }
      const behind = BLOCK + padded(block.sizeBytes);
      if (block.sizeBytes > max || !reader.has(behind)) return undefined;
      reader.pass(behind);
      return extension(bytes, block, chunk.subarray(at + BLOCK, at + behind));
    },
    next: async () => {
      const bytes = await reader.take(BLOCK);
      if (bytes.length === 0) return { endMark: bytes };
      if (bytes.length < BLOCK) throw notATar("it ends in the middle of a header");
      if (isZero(bytes)) {
        const second = await reader.take(BLOCK);
        if (second.some((byte) => byte !== 0)) throw notATar("something follows its end mark");
        return { endMark: Buffer.concat([bytes, second]) };
      }
      const block = decodeBlock(bytes);
      const max = MAX_BODY_BYTES[block.type];
      if (max === undefined) return entry(bytes, block, block.extended ? await takeSparseMap(reader) : NOTHING);
      if (block.sizeBytes > max) throw notATar(`an extended header has ${block.sizeBytes} bytes; at most ${max} are read`);
      return extension(bytes, block, await takeWhole(reader, padded(block.sizeBytes)));
    },
  };
};
