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
  const link = paxValue(pax, "linkpath") ?? extension.link ?? block.linkName.toString("utf8");
  const isLink = type === "symlink" || type === "hardlink";
  if (isLink && (Buffer.byteLength(link) > MAX_PATH_BYTES || link.includes("\0"))) throw notATar("a link's target is too long");
  const mtime = Number(paxValue(pax, "mtime") ?? block.mtime);
  return {
    path: tarPath(sparse?.name ?? paxValue(pax, "path") ?? extension.name ?? block.name.toString("utf8")),
    type,
    sizeBytes: storedBytes(block, pax),
    ...(sparse === undefined ? {} : { logicalBytes: sparse.logicalBytes }),
    mode: block.mode & 0o7777,
    uid: paxNumber(pax, "uid") ?? block.uid,
    gid: paxNumber(pax, "gid") ?? block.gid,
    mtimeSeconds: Number.isFinite(mtime) ? mtime : 0,
    ...(isLink ? { linkPath: type === "hardlink" ? tarPath(link) : link } : {}),
    pax,
  };
};

/** The bytes of one entry: read by whoever asked for the entry, or skipped. */
const createBody = (
  reader: ByteReader,
  header: TarHeader,
): { readonly stream: AsyncIterable<Uint8Array>; readonly skip: () => Promise<void> } => {
  let left = header.sizeBytes;
  const cutOff = (): SeaworthyError => notATar(`it ends in the middle of ${JSON.stringify(header.path.slice(0, 200))}`);
  const next = async (): Promise<Buffer | undefined> => {
    if (left === 0) return undefined;
    const chunk = await reader.some(left);
    if (chunk.length === 0) throw cutOff();
    left -= chunk.length;
    return chunk;
  };
  // Of most bodies nobody wants anything.
  const stream: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: async function* () {
      for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk;
    },
  };
  return {
    stream,
    skip: async () => {
      if ((await reader.skip(left)) < left) throw cutOff();
      left = 0;
    },
  };
};

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
  const nextPart = createPartReader(reader);
  let extension: Extension = { pax: [] };
  let global: readonly PaxRecord[] = [];
  let total = 0;
  const count = (bytes: number): void => {
    total += bytes;
    if (total > maxBytes) throw new SeaworthyError("INPUT_TOO_LARGE", `the tar archive holds more than ${maxBytes} bytes`);
  };
  try {
    for (let entries = 1; ; entries += 1) {
      const part = await nextPart();
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
      extension = { pax: [] };
      count(header.sizeBytes);
      const body = createBody(reader, header);
      const content = sparse === undefined ? body.stream : withHoles(body.stream, sparse);
      const bodyOffset = reader.position();
      const entry = { header, bodyOffset, body: body.stream, content };
      if (file === undefined) yield entry;
      else yield { ...entry, part: (offset, length) => file.part(bodyOffset + offset, Math.min(length, header.sizeBytes - offset)) };
      // A link or a folder has nothing behind it: a million of them would be a million turns of the event loop for nothing.
      if (header.sizeBytes > 0) {
        await body.skip();
        await reader.take(padded(header.sizeBytes) - header.sizeBytes);
      }
    }
    for (let rest = await reader.some(maxBytes); rest.length > 0; rest = await reader.some(maxBytes)) count(rest.length);
  } finally {
    await reader.close();
  }
}
