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
  readonly name: string;
  readonly linkName: string;
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
/** @param start where the block begins in `bytes` */
export const isZero = (bytes: Buffer, start = 0): boolean => {
  for (let at = start; at < start + BLOCK; at += 1) if (bytes[at] !== 0) return false;
  return true;
};

/** To the first NUL, or all of the field. */
const text = (bytes: Buffer, start: number, length: number): string => {
  let end = start;
  while (end < start + length && bytes[end] !== 0) end += 1;
  return end === start ? "" : bytes.toString("utf8", start, end);
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

/** @param signed as some old writers add bytes up */
const sumOf = (bytes: Buffer, from: number, to: number, signed: boolean): number => {
  let sum = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    sum += signed && byte > 0x7f ? byte - 0x100 : byte;
  }
  return sum;
};

const checksum = (bytes: Buffer, start: number, signed: boolean): number => {
  const field = start + CHECKSUM.start;
  const behind = field + CHECKSUM.length;
  // The field itself counts as spaces.
  return sumOf(bytes, start, field, signed) + CHECKSUM.length * 0x20 + sumOf(bytes, behind, start + BLOCK, signed);
};

export const writeChecksum = (block: Buffer): void => {
  block.write(`${checksum(block, 0, false).toString(8).padStart(6, "0")}\0 `, CHECKSUM.start, "latin1");
};

/** Eleven octal digits and a NUL, as every writer fills size and time. */
export const writeOctal = (block: Buffer, start: number, length: number, value: number): void => {
  block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, start, "latin1");
};

const isAt = (bytes: Buffer, start: number, word: Buffer): boolean => {
  for (let at = 0; at < word.length; at += 1) if (bytes[start + at] !== word[at]) return false;
  return true;
};

const [GNU, USTAR, STAR] = ["ustar  \0", "ustar\0", "tar\0"].map((magic) => Buffer.from(magic)) as [Buffer, Buffer, Buffer];

const formatOf = (bytes: Buffer, start: number): TarBlock["format"] => {
  if (isAt(bytes, start + 257, GNU)) return "gnu";
  if (!isAt(bytes, start + 257, USTAR)) return "v7";
  return isAt(bytes, start + 508, STAR) ? "star" : "ustar";
};

const HEADER_ONLY = new Set(["1", "2", "3", "4", "5", "6"]);

/**
 * @param start where the block begins in `bytes`
 * @throws INPUT_INVALID: wrong checksum, bad number, negative or unsafe size
 */
export const decodeBlock = (bytes: Buffer, start = 0): TarBlock => {
  const sum = readNumber(bytes, start + CHECKSUM.start, CHECKSUM.length);
  if (sum !== checksum(bytes, start, false) && sum !== checksum(bytes, start, true)) throw notATar("a header's checksum is wrong");
  const format = formatOf(bytes, start);
  const flag = String.fromCharCode(bytes[start + 156] ?? 0);
  const hasPrefix = bytes[start + 345] !== 0 && format !== "gnu" && format !== "v7";
  const prefix = hasPrefix ? `${text(bytes, start + 345, format === "ustar" ? 155 : 131)}/` : "";
  const name = text(bytes, start, 100);
  const type = flag === "\0" ? (format === "v7" && name.endsWith("/") ? "5" : "0") : flag;
  const sizeBytes = readNumber(bytes, start + 124, 12);
  if (sizeBytes < 0) throw notATar("a size is negative");
  const hasBody = !HEADER_ONLY.has(type);
  return {
    format,
    name: prefix + name,
    linkName: text(bytes, start + 157, 100),
    type,
    mode: readNumber(bytes, start + 100, 8),
    uid: readNumber(bytes, start + 108, 8),
    gid: readNumber(bytes, start + 116, 8),
    sizeBytes: hasBody ? sizeBytes : 0,
    hasBody,
    mtime: readNumber(bytes, start + 136, 12),
    extended: type === "S" && format === "gnu" && bytes[start + 482] !== 0,
  };
};
