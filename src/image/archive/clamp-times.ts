import { SeaworthyError } from "../../core/index.ts";
import { type ByteReader, createByteReader } from "./byte-reader.ts";
import { formatPax, parsePax, paxNumber, type PaxRecord } from "./pax.ts";
import { readSparseMap } from "./read-tar.ts";
import {
  BLOCK,
  decodeBlock,
  isZero,
  MAX_PAX_BYTES,
  notATar,
  padded,
  readNumber,
  type TarBlock,
  writeChecksum,
  writeOctal,
} from "./tar-block.ts";

const SIZE = { start: 124, length: 12 };
const MTIME = 136;
const TIME_LENGTH = 12;
/** Where atime and ctime are, in the formats that keep them in the header itself. */
const OTHER_TIMES: Readonly<Record<TarBlock["format"], readonly number[]>> = { v7: [], ustar: [], gnu: [345, 357], star: [476, 488] };
const PAX_TIMES = new Set(["mtime", "atime", "ctime", "LIBARCHIVE.creationtime"]);

const clampBlock = (block: Buffer, decoded: TarBlock, epochSeconds: number): Buffer => {
  const late = [MTIME, ...OTHER_TIMES[decoded.format]].filter((start) => readNumber(block, start, TIME_LENGTH) > epochSeconds);
  if (late.length === 0) return block;
  const changed = Buffer.from(block);
  for (const start of late) writeOctal(changed, start, TIME_LENGTH, epochSeconds);
  writeChecksum(changed);
  return changed;
};

const clampRecord = (record: PaxRecord, epochSeconds: number): PaxRecord =>
  PAX_TIMES.has(record.key) && Number(record.value.toString("latin1")) > epochSeconds
    ? { key: record.key, value: Buffer.from(String(epochSeconds)) }
    : record;

/** A pax header with its times clamped: header block and body, padded. The same bytes when there is nothing to clamp. */
const clampPax = (
  block: Buffer,
  body: Buffer,
  sizeBytes: number,
  records: readonly PaxRecord[],
  epochSeconds: number,
): readonly Buffer[] => {
  const clamped = records.map((record) => clampRecord(record, epochSeconds));
  if (clamped.every((record, at) => record === records[at])) return [block, body];
  const bytes = formatPax(clamped);
  if (bytes.length === sizeBytes) return [block, Buffer.concat([bytes, body.subarray(sizeBytes)])];
  const changed = Buffer.from(block);
  writeOctal(changed, SIZE.start, SIZE.length, bytes.length);
  writeChecksum(changed);
  return [changed, Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)])];
};

async function* pass(reader: ByteReader, count: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let left = count; left > 0;) {
    const chunk = await reader.some(left);
    if (chunk.length === 0) throw notATar("it ends in the middle of an entry");
    left -= chunk.length;
    yield chunk;
  }
}

async function* rest(reader: ByteReader): AsyncGenerator<Uint8Array, void, undefined> {
  for (let chunk = await reader.some(1024 * 1024); chunk.length > 0; chunk = await reader.some(1024 * 1024)) yield chunk;
}

/**
 * Streams a layer's tar with every time later than `epochSeconds` set to it (reproducible-builds.org, SOURCE_DATE_EPOCH): mtime in headers and pax records,
 * atime and ctime of pax, GNU and star. All other bytes stay as they are, end mark and padding too.
 * @throws INPUT_INVALID when it is no tar, or the epoch is not a whole number of seconds since 1970
 */
export async function* clampTarTimes(source: AsyncIterable<Uint8Array>, epochSeconds: number): AsyncGenerator<Uint8Array, void, undefined> {
  if (!Number.isSafeInteger(epochSeconds) || epochSeconds < 0 || epochSeconds >= 8 ** 11)
    throw new SeaworthyError("INPUT_INVALID", `${epochSeconds} is not a time to clamp to: expected whole seconds since 1970`);
  const reader = createByteReader(source);
  let sizeFromPax: number | undefined;
  try {
    for (;;) {
      const block = await reader.take(BLOCK);
      if (block.length === 0) return;
      if (block.length < BLOCK) throw notATar("it ends in the middle of a header");
      if (isZero(block)) {
        yield block;
        yield* rest(reader);
        return;
      }
      const decoded = decodeBlock(block);
      const clamped = clampBlock(block, decoded, epochSeconds);
      if (decoded.type === "x" || decoded.type === "g") {
        if (decoded.sizeBytes > MAX_PAX_BYTES)
          throw notATar(`an extended header has ${decoded.sizeBytes} bytes; at most ${MAX_PAX_BYTES} are read`);
        const body = await reader.take(padded(decoded.sizeBytes));
        if (body.length < decoded.sizeBytes) throw notATar("it ends in the middle of a header");
        const records = parsePax(body.subarray(0, decoded.sizeBytes));
        if (decoded.type === "x") sizeFromPax = paxNumber(records, "size");
        else if (records.some(({ key }) => key === "size")) throw notATar("a global header sets path or size");
        yield* clampPax(clamped, body, decoded.sizeBytes, records, epochSeconds);
        continue;
      }
      yield clamped;
      if (decoded.extended) yield* await readSparseMap(reader);
      const isMeta = decoded.type === "L" || decoded.type === "K";
      const hasBody = !["1", "2", "3", "4", "5", "6"].includes(decoded.type);
      yield* pass(reader, padded(hasBody ? ((isMeta ? undefined : sizeFromPax) ?? decoded.sizeBytes) : 0));
      if (!isMeta) sizeFromPax = undefined;
    }
  } finally {
    await reader.close();
  }
}
