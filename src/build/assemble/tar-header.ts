import { SeaworthyError } from "../../core/index.ts";

/** A tar archive is headers and bodies in blocks of 512 bytes (POSIX.1-2017 pax, "ustar Interchange Format"). */
export const BLOCK = 512;

const NAME = { at: 0, size: 100 };
const SIZE = { at: 124, size: 12 };
const MTIME = { at: 136, size: 12 };
const CHECKSUM = { at: 148, size: 8 };
const TYPE = 156;
const LINK = { at: 157, size: 100 };
const MAGIC = { at: 257, size: 5 };
const PREFIX = { at: 345, size: 155 };

type Field = { readonly at: number; readonly size: number };

/** Octal text, or GNU's base-256 where the first bit is set. */
const readNumber = (header: Buffer, { at, size }: Field): number => {
  const first = header[at] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = (first & 0x40) !== 0 ? BigInt(first) - 0x100n : BigInt(first & 0x7f);
    for (let each = 1; each < size; each += 1) value = value * 256n + BigInt(header[at + each] ?? 0);
    return Number(value);
  }
  const text =
    header
      .toString("latin1", at, at + size)
      .split("\0", 1)[0]
      ?.trim() ?? "";
  return text === "" ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
};

const readText = (header: Buffer, { at, size }: Field): string => header.toString("utf8", at, at + size).split("\0", 1)[0] ?? "";

const writeOctal = (header: Buffer, { at, size }: Field, value: number): void => {
  header.write(`${value.toString(8).padStart(size - 1, "0")}\0`, at, size, "latin1");
};

const checksumOf = (header: Buffer): number => {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at += 1) if (at < CHECKSUM.at || at >= CHECKSUM.at + CHECKSUM.size) sum += header[at] ?? 0;
  return sum;
};

export const isEnd = (header: Buffer): boolean => header.every((byte) => byte === 0);

export interface TarHeader {
  /** `0` file, `1` hard link, `2` symbolic link, `5` folder, `x` and `g` pax records, `L` and `K` GNU's long names. */
  readonly type: string;
  readonly name: string;
  readonly link: string;
  /** Bytes of the body, without padding. */
  readonly size: number;
  /** Seconds. */
  readonly mtime: number;
}

/** @throws INPUT_INVALID when the block is no header: a wrong checksum or an impossible size. */
export const readHeader = (block: Buffer): TarHeader => {
  const size = readNumber(block, SIZE);
  const type = String.fromCharCode(block[TYPE] ?? 0).replace("\0", "0");
  if (readNumber(block, CHECKSUM) !== checksumOf(block) || !Number.isSafeInteger(size) || size < 0)
    throw new SeaworthyError("INPUT_INVALID", "the tar archive is damaged: a block that should be a header is none");
  const prefix = readText(block, MAGIC) === "ustar" && type !== "L" && type !== "K" ? readText(block, PREFIX) : "";
  const name = readText(block, NAME);
  return {
    type,
    name: prefix === "" ? name : `${prefix}/${name}`,
    link: readText(block, LINK),
    size: /[1-6]/.test(type) ? 0 : size,
    mtime: readNumber(block, MTIME),
  };
};

/** Bytes from the end of a body to the next header. */
export const paddingOf = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

/** A copy of a header with another time, or another size. */
export const withFields = (block: Buffer, fields: { readonly mtime?: number; readonly size?: number }): Buffer => {
  const copy = Buffer.from(block);
  if (fields.mtime !== undefined) writeOctal(copy, MTIME, fields.mtime);
  if (fields.size !== undefined) writeOctal(copy, SIZE, fields.size);
  copy.write(`${checksumOf(copy).toString(8).padStart(6, "0")}\0 `, CHECKSUM.at, CHECKSUM.size, "latin1");
  return copy;
};
