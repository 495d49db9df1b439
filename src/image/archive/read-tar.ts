import { SeaworthyError } from "../../core/index.ts";
import { type ByteReader, createByteReader, isSeekable } from "./byte-reader.ts";
import { paxNumber, type PaxRecord, paxValue } from "./pax.ts";
import { oldSparse, paxSparse, type Sparse, withHoles } from "./sparse.ts";
import { MAX_PATH_BYTES, notATar, padded, type TarBlock } from "./tar-block.ts";
import { createPartReader, type TarPart } from "./tar-parts.ts";

export type TarType = "file" | "directory" | "symlink" | "hardlink" | "character" | "block" | "fifo" | "sparse" | "other";

export interface TarHeader {
  /** Relative, `/` between, no `.` or `..`, no slash at the ends; "" is the root itself. */
  readonly path: string;
  readonly type: TarType;
  /** Bytes of `body`: what is stored, without holes. */
  readonly sizeBytes: number;
  /** Of a sparse file: its length with its holes. */
  readonly logicalBytes?: number;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since the epoch, with their fraction. */
  readonly mtimeSeconds: number;
  /** Where a symbolic link points, as written (it may leave the archive: never follow it blindly); what a hard link names, as `path`. */
  readonly linkPath?: string;
  /** Extended attributes and whatever else came in pax records. */
  readonly pax: readonly PaxRecord[];
}

export interface TarEntry {
  readonly header: TarHeader;
  /** Where `body` begins in the archive. */
  readonly bodyOffset: number;
  /** Can be read once, before the next entry is asked for; what is left unread is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
  /** The file's content: `body`, with zeros for the holes of a sparse file. As `body` it can be read once, and it may be huge: stop reading it in time. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Any part of `body`, as often as wanted, where the archive is a file; as much of it as there is. */
  readonly part?: (offset: number, count: number) => Buffer;
}

export interface TarLimits {
  /** Default 1,000,000. */
  readonly maxEntries?: number;
  /** Sum of all bodies, and of what follows the end mark. Default 64 GiB. */
  readonly maxBytes?: number;
}

const TYPES: Readonly<Record<string, TarType>> = {
  "0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "character",
  "4": "block",
  "5": "directory",
  "6": "fifo",
  S: "sparse",
};

/** Something empty, `.` or `..` between slashes, or a NUL. */
const UNUSUAL = /(?:^|\/)\.{0,2}(?:\/|$)|\0/;

/** Brings a name to the one form it can have inside an archive. @throws INPUT_INVALID when it leaves the archive, is too long or holds a NUL */
export const tarPath = (name: string): string => {
  // Nearly all of them have that form, but for `./` in front or `/` behind.
  const plain = name.slice(name.startsWith("./") ? 2 : 0, name.endsWith("/") ? -1 : undefined);
  if (plain.length < MAX_PATH_BYTES / 3 && !UNUSUAL.test(plain)) return plain;
  if (Buffer.byteLength(name) > MAX_PATH_BYTES)
    throw notATar(`a name is longer than ${MAX_PATH_BYTES} bytes: ${JSON.stringify(name.slice(0, 60))}…`);
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (name.includes("\0") || parts.includes("..")) throw notATar(`the name ${JSON.stringify(name.slice(0, 200))} leaves the archive`);
  return parts.join("/");
};

const untilNul = (bytes: Buffer): string => {
  const end = bytes.indexOf(0);
  return (end < 0 ? bytes : bytes.subarray(0, end)).toString("utf8");
};

interface Extension {
  readonly pax: readonly PaxRecord[];
  readonly name?: string;
  readonly link?: string;
}

const NO_EXTENSION: Extension = { pax: [] };

const storedBytes = (block: TarBlock, pax: readonly PaxRecord[]): number =>
  block.hasBody ? (paxNumber(pax, "size") ?? block.sizeBytes) : 0;

/** Engines know these formats, so what they call the file is its name (Go archive/tar, "sparse"). */
const sparseOf = ({ block, bytes, more }: TarPart, pax: readonly PaxRecord[]): Sparse | undefined => {
  if (block.type === "S" && block.format === "gnu") return oldSparse(bytes, more, storedBytes(block, pax));
  return block.type === "0" || block.type === "7" ? paxSparse(pax, storedBytes(block, pax)) : undefined;
};

const headerOf = (block: TarBlock, extension: Extension, sparse: Sparse | undefined): TarHeader => {
  const { pax } = extension;
  const type = sparse === undefined ? (TYPES[block.type] ?? "other") : "sparse";
  const mtime = Number(paxValue(pax, "mtime") ?? block.mtime);
  const header: TarHeader = {
    path: tarPath(sparse?.name ?? paxValue(pax, "path") ?? extension.name ?? block.name),
    type,
    sizeBytes: storedBytes(block, pax),
    mode: block.mode & 0o7777,
    uid: paxNumber(pax, "uid") ?? block.uid,
    gid: paxNumber(pax, "gid") ?? block.gid,
    mtimeSeconds: Number.isFinite(mtime) ? mtime : 0,
    pax,
  };
  if (sparse !== undefined) return { ...header, logicalBytes: sparse.logicalBytes };
  if (type !== "symlink" && type !== "hardlink") return header;
  const link = paxValue(pax, "linkpath") ?? extension.link ?? block.linkName;
  if (Buffer.byteLength(link) > MAX_PATH_BYTES || link.includes("\0")) throw notATar("a link's target is too long");
  return { ...header, linkPath: type === "hardlink" ? tarPath(link) : link };
};

/** The bytes of one entry: read by whoever asked for the entry. */
class Body implements AsyncIterable<Uint8Array> {
  readonly #reader: ByteReader;
  readonly #path: string;
  /** Bytes that nobody has read. */
  left: number;

  constructor(reader: ByteReader, { path, sizeBytes }: TarHeader) {
    this.#reader = reader;
    this.#path = path;
    this.left = sizeBytes;
  }

  cutOff(): SeaworthyError {
    return notATar(`it ends in the middle of ${JSON.stringify(this.#path.slice(0, 200))}`);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    while (this.left > 0) {
      const chunk = await this.#reader.some(this.left);
      if (chunk.length === 0) throw this.cutOff();
      this.left -= chunk.length;
      yield chunk;
    }
  }
}

const MAX_GLOBAL_RECORDS = 10_000;

/** What is known of the entry to come, once an extension was read. */
const extend = (extension: Extension, { block, records, more }: TarPart): Extension => {
  const text = (): string => untilNul(more.subarray(0, block.sizeBytes));
  switch (block.type) {
    case "x":
      return { ...extension, pax: records };
    case "L":
      return { ...extension, name: text() };
    case "K":
      return { ...extension, link: text() };
    default:
      return extension;
  }
};

/**
 * Reads a tar archive as it comes: ustar, pax, GNU long names, sparse files as stored. Nothing is held but one chunk. The source is read to its end, so that a
 * connection behind it is free again.
 * @throws INPUT_INVALID on damage, and on names that would leave the archive; INPUT_TOO_LARGE over a limit
 */
export async function* readTar(source: AsyncIterable<Uint8Array>, limits: TarLimits = {}): AsyncGenerator<TarEntry, void, undefined> {
  const maxEntries = limits.maxEntries ?? 1_000_000;
  const maxBytes = limits.maxBytes ?? 64 * 1024 ** 3;
  const file = isSeekable(source) ? source : undefined;
  const reader = createByteReader(source);
  const parts = createPartReader(reader);
  let extension = NO_EXTENSION;
  let global: readonly PaxRecord[] = [];
  let total = 0;
  const count = (bytes: number): void => {
    total += bytes;
    if (total > maxBytes) throw new SeaworthyError("INPUT_TOO_LARGE", `the tar archive holds more than ${maxBytes} bytes`);
  };
  try {
    for (let entries = 1; ; entries += 1) {
      const part = parts.now() ?? (await parts.next());
      if ("endMark" in part) break;
      if (entries > maxEntries) throw new SeaworthyError("INPUT_TOO_LARGE", `the tar archive has more than ${maxEntries} entries`);
      if (part.isExtension) {
        if (part.block.type === "g") global = [...global, ...part.records];
        if (global.length > MAX_GLOBAL_RECORDS) throw notATar(`global headers have more than ${MAX_GLOBAL_RECORDS} records`);
        extension = extend(extension, part);
        continue;
      }
      const known = global.length === 0 ? extension : { ...extension, pax: [...global, ...extension.pax] };
      const sparse = sparseOf(part, known.pax);
      const header = headerOf(part.block, known, sparse);
      extension = NO_EXTENSION;
      count(header.sizeBytes);
      const body = new Body(reader, header);
      const content = sparse === undefined ? body : withHoles(body, sparse);
      const bodyOffset = reader.position();
      if (file === undefined) yield { header, bodyOffset, body, content };
      else {
        const part: TarEntry["part"] = (offset, length) => file.part(bodyOffset + offset, Math.min(length, header.sizeBytes - offset));
        yield { header, bodyOffset, body, content, part };
      }
      const behind = body.left + padded(header.sizeBytes) - header.sizeBytes;
      let passed = reader.pass(behind);
      // Most lies in the chunk that is at hand, or in a file.
      if (passed < behind) passed += await reader.skip(behind - passed);
      if (passed < body.left) throw body.cutOff();
    }
    for (let rest = await reader.some(maxBytes); rest.length > 0; rest = await reader.some(maxBytes)) count(rest.length);
  } finally {
    await reader.close();
  }
}
