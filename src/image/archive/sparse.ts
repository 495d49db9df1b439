import { type ByteReader, createByteReader } from "./byte-reader.ts";
import { type PaxRecord, paxNumber, paxValue } from "./pax.ts";
import { BLOCK, notATar, readNumber } from "./tar-block.ts";

/** Where the stored bytes of a file with holes belong. */
interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** A file with holes, in any of GNU tar's formats (GNU tar manual, "Storing Sparse Files"). */
export interface Sparse {
  /** What the file is called; the header's own name is made up. */
  readonly name?: string;
  /** With its holes. */
  readonly logicalBytes: number;
  /** Undefined where the map stands before the stored bytes (format 1.0). */
  readonly extents?: readonly Extent[];
}

const MAX_EXTENTS = 100_000;
const ZEROS = Buffer.alloc(64 * 1024);

const checked = (extents: readonly Extent[], logicalBytes: number, storedBytes?: number): readonly Extent[] => {
  if (extents.length > MAX_EXTENTS) throw notATar(`a sparse file has more than ${MAX_EXTENTS} pieces`);
  let end = 0;
  let stored = 0;
  for (const { offset, length } of extents) {
    if (offset < end || offset + length > logicalBytes) throw notATar("the pieces of a sparse file overlap or lie behind its end");
    end = offset + length;
    stored += length;
  }
  if (storedBytes !== undefined && stored !== storedBytes)
    throw notATar("the pieces of a sparse file are not as long as what is stored of it");
  return extents;
};

const pairs = (numbers: readonly number[]): readonly Extent[] => {
  if (numbers.length % 2 !== 0 || numbers.some((number) => !Number.isSafeInteger(number) || number < 0))
    throw notATar("a sparse file's map is damaged");
  return Array.from({ length: numbers.length / 2 }, (_, at) => ({ offset: numbers[2 * at] ?? 0, length: numbers[2 * at + 1] ?? 0 }));
};

/** The formats of pax: 0.0, 0.1 and 1.0. Undefined for a file without holes. @throws INPUT_INVALID */
export const paxSparse = (records: readonly PaxRecord[], sizeBytes: number): Sparse | undefined => {
  if (records.length === 0) return undefined;
  const major = paxValue(records, "GNU.sparse.major");
  const map = paxValue(records, "GNU.sparse.map");
  const name = paxValue(records, "GNU.sparse.name");
  const named = name === undefined ? {} : { name };
  const logicalBytes = paxNumber(records, "GNU.sparse.realsize") ?? paxNumber(records, "GNU.sparse.size");
  if (logicalBytes === undefined) return undefined;
  if (major === "1" && paxValue(records, "GNU.sparse.minor") === "0") return { ...named, logicalBytes };
  if (map !== undefined) return { ...named, logicalBytes, extents: checked(pairs(map.split(",").map(Number)), logicalBytes, sizeBytes) };
  const each = records.filter(({ key }) => key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes");
  return {
    ...named,
    logicalBytes,
    extents: checked(pairs(each.map(({ value }) => Number(value.toString("latin1")))), logicalBytes, sizeBytes),
  };
};

const fieldsIn = (bytes: Buffer, start: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => start + 24 * at)
    .filter((at) => bytes[at] !== 0)
    .flatMap((at) => [readNumber(bytes, at, 12), readNumber(bytes, at + 12, 12)]);

/** The older format, with its map in the header block and further ones behind it. @throws INPUT_INVALID */
export const oldSparse = (block: Buffer, more: Buffer, sizeBytes: number): Sparse => {
  const logicalBytes = readNumber(block, 483, 12);
  const numbers = [...fieldsIn(block, 386, 4)];
  for (let at = 0; at < more.length; at += BLOCK) numbers.push(...fieldsIn(more.subarray(at, at + BLOCK), 0, 21));
  return { logicalBytes, extents: checked(pairs(numbers), logicalBytes, sizeBytes) };
};

/** One decimal number and its newline. */
const lineOf = async (reader: ByteReader): Promise<number> => {
  let digits = "";
  for (;;) {
    const byte = (await reader.take(1)).toString("latin1");
    if (byte === "\n" && digits !== "") return Number(digits);
    if (!/^\d$/.test(byte) || digits.length > 15) throw notATar("a sparse file's map is damaged");
    digits += byte;
  }
};

/** Format 1.0: how many pieces, then each one's offset and length, to the end of a block. */
const readMap = async (reader: ByteReader, logicalBytes: number): Promise<readonly Extent[]> => {
  const count = await lineOf(reader);
  if (count > MAX_EXTENTS) throw notATar(`a sparse file has more than ${MAX_EXTENTS} pieces`);
  const numbers: number[] = [];
  for (let at = 0; at < 2 * count; at += 1) numbers.push(await lineOf(reader));
  await reader.take((BLOCK - (reader.position() % BLOCK)) % BLOCK);
  return checked(pairs(numbers), logicalBytes);
};

function* zeros(count: number): Generator<Uint8Array, void, undefined> {
  for (let left = count; left > 0; left -= ZEROS.length) yield left < ZEROS.length ? ZEROS.subarray(0, left) : ZEROS;
}

/** The file as a container reads it, holes as zeros. Ends early for nobody who stops reading. @throws INPUT_INVALID */
export async function* withHoles(
  body: AsyncIterable<Uint8Array>,
  { extents, logicalBytes }: Sparse,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = createByteReader(body);
  let at = 0;
  for (const { offset, length } of extents ?? (await readMap(reader, logicalBytes))) {
    yield* zeros(offset - at);
    for (let left = length; left > 0;) {
      const chunk = await reader.some(left);
      if (chunk.length === 0) throw notATar("a sparse file ends before its last piece");
      left -= chunk.length;
      yield chunk;
    }
    at = offset + length;
  }
  yield* zeros(logicalBytes - at);
}
