import { SeaworthyError } from "../../core/index.ts";

export const BLOCK = 512;
/** PATH_MAX of Linux: no longer name can be made on disk. */
export const MAX_PATH_BYTES = 4096;
/** Extended attributes make pax headers long; 1 MiB is what Go's reader takes. */
export const MAX_PAX_BYTES = 1024 * 1024;

/** The fields of one 512-byte header block (POSIX pax, "ustar Interchange Format"; GNU tar, "Basic Tar Format"). */
export interface TarBlock {
  readonly format: "v7" | "ustar" | "gnu" | "star";
  /** As stored: 100 bytes, with ustar's prefix before it. */
  readonly name: Buffer;
  readonly linkName: Buffer;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes behind the header, where no pax record says otherwise. */
  readonly sizeBytes: number;
  /** Links, directories, devices and pipes have no bytes behind the header, whatever they or pax records claim (Go archive/tar, isHeaderOnly). */
  readonly hasBody: boolean;
  /** Seconds since the epoch. */
  readonly mtime: number;
  /** GNU's old sparse files continue their map in further blocks. */
  readonly extended: boolean;
}

export const notATar = (why: string): SeaworthyError => new SeaworthyError("INPUT_INVALID", `the tar archive cannot be read: ${why}`);

export const padded = (sizeBytes: number): number => Math.ceil(sizeBytes / BLOCK) * BLOCK;
export const isZero = (block: Buffer): boolean => block.every((byte) => byte === 0);

const cString = (block: Buffer, start: number, length: number): Buffer => {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
};

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0;

/** Octal digits, or GNU's base-256 with the top bit set (two's complement). */
export const readNumber = (block: Buffer, start: number, length: number): number => {
  const first = block[start] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = BigInt(first & 0x7f);
    for (let at = 1; at < length; at += 1) value = (value << 8n) | BigInt(block[start + at] ?? 0);
    const bits = BigInt(length * 8 - 1);
    const signed = (first & 0x40) === 0 ? value : value - (1n << bits);
    if (signed > BigInt(Number.MAX_SAFE_INTEGER) || signed < BigInt(Number.MIN_SAFE_INTEGER))
      throw notATar("a number is beyond all bounds");
    return Number(signed);
  }
  const end = start + length;
  let at = start;
  while (at < end && isBlank(block[at])) at += 1;
  let value = 0;
  for (; at < end && !isBlank(block[at]); at += 1) {
    const digit = (block[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7)
      throw notATar(`${JSON.stringify(block.subarray(start, end).toString("latin1").split("\0", 1)[0])} is not an octal number`);
    value = value * 8 + digit;
  }
  return value;
};

const CHECKSUM = { start: 148, length: 8 };

const checksum = (block: Buffer, signed: boolean): number => {
  // The field itself counts as spaces.
  let sum = CHECKSUM.length * 0x20;
  let over = 0;
  for (let at = 0; at < BLOCK; at += 1) {
    if (at === CHECKSUM.start) at += CHECKSUM.length;
    const byte = block[at] ?? 0;
    sum += byte;
    over += byte >> 7;
  }
  return signed ? sum - 256 * over : sum;
};

export const writeChecksum = (block: Buffer): void => {
  block.write(`${checksum(block, false).toString(8).padStart(6, "0")}\0 `, CHECKSUM.start, "latin1");
};

/** Eleven octal digits and a NUL, as every writer fills size and time. */
export const writeOctal = (block: Buffer, start: number, length: number, value: number): void => {
  block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start, "latin1");
};

const formatOf = (block: Buffer): TarBlock["format"] => {
  const magic = block.toString("latin1", 257, 265);
  if (magic === "ustar  \0") return "gnu";
  if (!magic.startsWith("ustar\0")) return "v7";
  return block.toString("latin1", 508, 512) === "tar\0" ? "star" : "ustar";
};

const NOTHING: Buffer = Buffer.alloc(0);
const HEADER_ONLY = new Set(["1", "2", "3", "4", "5", "6"]);

/** @throws INPUT_INVALID: wrong checksum, bad number, negative or unsafe size */
export const decodeBlock = (block: Buffer): TarBlock => {
  const sum = readNumber(block, CHECKSUM.start, CHECKSUM.length);
  if (sum !== checksum(block, false) && sum !== checksum(block, true)) throw notATar("a header's checksum is wrong");
  const format = formatOf(block);
  const flag = String.fromCharCode(block[156] ?? 0);
  const prefix = block[345] === 0 || format === "gnu" || format === "v7" ? NOTHING : cString(block, 345, format === "ustar" ? 155 : 131);
  const name = cString(block, 0, 100);
  const type = flag === "\0" ? (format === "v7" && name.at(-1) === 0x2f ? "5" : "0") : flag;
  const sizeBytes = readNumber(block, 124, 12);
  if (sizeBytes < 0) throw notATar("a size is negative");
  return {
    format,
    name: prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name]),
    linkName: block[157] === 0 ? NOTHING : cString(block, 157, 100),
    type,
    mode: readNumber(block, 100, 8),
    uid: readNumber(block, 108, 8),
    gid: readNumber(block, 116, 8),
    sizeBytes: HEADER_ONLY.has(type) ? 0 : sizeBytes,
    hasBody: !HEADER_ONLY.has(type),
    mtime: readNumber(block, 136, 12),
    extended: type === "S" && format === "gnu" && block[482] !== 0,
  };
};
