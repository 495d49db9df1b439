import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32, inflateRawSync } from "node:zlib";
import { wordsOf } from "../../core/index.ts";

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const STORED = 0;
const DEFLATED = 8;
const NOT_HERE_16 = 0xffff;
const NOT_HERE_32 = 0xffffffff;

/** OSV's largest bulk file has some 300,000 records; the largest known record is a few megabytes. */
const MAX_ENTRIES = 3_000_000;
const MAX_DIRECTORY_BYTES = 1024 * 1024 * 1024;
const MAX_ENTRY_BYTES = 16 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024 * 1024;
/** Deflate packs at most 1032 to 1 (zlib.net/zlib_tech.html); JSON some 20 to 1. */
const MAX_RATIO = 200;
/** Below this a good ratio is nothing to be afraid of. */
const SMALL_BYTES = 1024 * 1024;

export interface ZippedText {
  readonly name: string;
  readonly text: string;
}

/** What is wrong with an archive. */
export class ZipError extends Error {
  override readonly name = "ZipError";
}

const read = (handle: number, at: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(handle, bytes, done, length - done, at + done);
    if (count === 0) throw new ZipError("it is cut off");
    done += count;
  }
  return bytes;
};

interface Directory {
  readonly at: number;
  readonly sizeBytes: number;
  readonly entries: number;
}

/** Large numbers stand in the extensions of APPNOTE.TXT 4.3.14; a safe integer is enough for any file. */
const wide = (bytes: Buffer, at: number): number => {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError("it names a place that no file has");
  return Number(value);
};

const directoryOf = (handle: number, fileBytes: number): Directory => {
  const tail = read(handle, Math.max(0, fileBytes - 65_557), Math.min(fileBytes, 65_557));
  const base = fileBytes - tail.length;
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END || at + 22 + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const entries = tail.readUInt16LE(at + 10);
    const [sizeBytes, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)];
    if (entries !== NOT_HERE_16 && sizeBytes !== NOT_HERE_32 && offset !== NOT_HERE_32) return { at: offset, sizeBytes, entries };
    if (base + at < 20) throw new ZipError("its directory is nowhere");
    const locator = read(handle, base + at - 20, 20);
    // 65,535 entries may be just that many.
    if (locator.readUInt32LE(0) !== END_64_LOCATOR) return { at: offset, sizeBytes, entries };
    const place = wide(locator, 8);
    if (place + 56 > fileBytes) throw new ZipError("its directory is nowhere");
    const end = read(handle, place, 56);
    if (end.readUInt32LE(0) !== END_64) throw new ZipError("its directory is nowhere");
    return { at: wide(end, 48), sizeBytes: wide(end, 40), entries: wide(end, 32) };
  }
  throw new ZipError("it is no ZIP archive, or cut off");
};

/** Sizes and place of an entry, from the extension where they are too large for its fields (4.5.3). */
const widened = (extra: Buffer, fields: { readonly unpacked: number; readonly packed: number; readonly offset: number }): typeof fields => {
  let { unpacked, packed, offset } = fields;
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let next = 0;
    const take = (value: number): number => {
      if (value !== NOT_HERE_32) return value;
      if (next + 8 > field.length) throw new ZipError("an entry's sizes are missing");
      next += 8;
      return wide(field, next - 8);
    };
    unpacked = take(unpacked);
    packed = take(packed);
    offset = take(offset);
    return { unpacked, packed, offset };
  }
  return { unpacked, packed, offset };
};

/** Reads ahead: records lie one behind the other and are small. */
const windowed = (handle: number, fileBytes: number) => {
  const SIZE = 4 * 1024 * 1024;
  let from = 0;
  let bytes: Buffer = Buffer.alloc(0);
  return (at: number, length: number): Buffer => {
    if (at < 0 || at + length > fileBytes) throw new ZipError("an entry lies outside of it");
    if (at < from || at + length > from + bytes.length) {
      bytes = read(handle, at, Math.min(Math.max(SIZE, length), fileBytes - at));
      from = at;
    }
    return bytes.subarray(at - from, at - from + length);
  };
};

/**
 * Texts of the files in a ZIP archive (APPNOTE.TXT 6.3.10, with ZIP64) in the directory's order, each checked by its sum. Names are as they were written: nobody
 * may take them for paths. Bounded in number, in what one holds and in all.
 * @throws ZipError
 */
export function* zippedTexts(path: string, wanted: (name: string) => boolean): Generator<ZippedText, void, undefined> {
  const handle = openSync(path, "r");
  try {
    const fileBytes = fstatSync(handle).size;
    const directory = directoryOf(handle, fileBytes);
    if (directory.entries > MAX_ENTRIES || directory.sizeBytes > MAX_DIRECTORY_BYTES || directory.at + directory.sizeBytes > fileBytes)
      throw new ZipError("its directory is larger than can be");
    const central = read(handle, directory.at, directory.sizeBytes);
    const part = windowed(handle, fileBytes);
    let [at, total] = [0, 0];
    for (let n = 0; n < directory.entries; n += 1) {
      if (at + 46 > central.length || central.readUInt32LE(at) !== CENTRAL) throw new ZipError("its directory is damaged");
      const [flags, method, sum] = [central.readUInt16LE(at + 8), central.readUInt16LE(at + 10), central.readUInt32LE(at + 16)];
      const [nameLength, extraLength, comment] = [
        central.readUInt16LE(at + 28),
        central.readUInt16LE(at + 30),
        central.readUInt16LE(at + 32),
      ];
      const name = central.toString("utf8", at + 46, at + 46 + nameLength);
      const extra = central.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
      const sizes = {
        unpacked: central.readUInt32LE(at + 24),
        packed: central.readUInt32LE(at + 20),
        offset: central.readUInt32LE(at + 42),
      };
      at += 46 + nameLength + extraLength + comment;
      if (!wanted(name)) continue;
      const { unpacked, packed, offset } = widened(extra, sizes);
      const what = JSON.stringify(name.slice(0, 100));
      if (unpacked > MAX_ENTRY_BYTES) throw new ZipError(`${what} has ${unpacked} bytes; a record has at most ${MAX_ENTRY_BYTES}`);
      if (unpacked > SMALL_BYTES && unpacked > packed * MAX_RATIO)
        throw new ZipError(`${what} unpacks to ${unpacked} bytes from ${packed}`);
      if ((total += unpacked) > MAX_UNPACKED_BYTES) throw new ZipError(`it unpacks to more than ${MAX_UNPACKED_BYTES} bytes`);
      if ((flags & 1) !== 0) throw new ZipError(`${what} is encrypted`);
      const local = part(offset, 30);
      if (local.readUInt32LE(0) !== LOCAL) throw new ZipError(`${what} is not where the directory says`);
      const body = part(offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), packed);
      let content: Buffer;
      if (method === STORED) content = body;
      else if (method === DEFLATED) {
        try {
          content = inflateRawSync(body, { maxOutputLength: Math.max(1, unpacked) });
        } catch (error) {
          throw new ZipError(`${what} cannot be unpacked: ${wordsOf(error)}`);
        }
      } else throw new ZipError(`${what} is packed by method ${method}, which is not read`);
      if (content.length !== unpacked || crc32(content) !== sum) throw new ZipError(`${what} is damaged`);
      yield { name, text: content.toString("utf8") };
    }
  } finally {
    closeSync(handle);
  }
}
