import { SeaworthyError } from "../../core/index.ts";
import { type ByteReader, createByteReader } from "./byte-reader.ts";
import { paxNumber, type PaxRecord, parsePax, paxValue } from "./pax.ts";
import { BLOCK, decodeBlock, isZero, MAX_PATH_BYTES, MAX_PAX_BYTES, notATar, padded, type TarBlock } from "./tar-block.ts";

export type TarType = "file" | "directory" | "symlink" | "hardlink" | "character" | "block" | "fifo" | "sparse" | "other";

export interface TarHeader {
  /** Relative, `/` between, no `.` or `..`, no slash at the ends; "" is the root itself. */
  readonly path: string;
  readonly type: TarType;
  /** Bytes of `body`. */
  readonly sizeBytes: number;
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
  /** Can be read once, before the next entry is asked for; what is left unread is skipped. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface TarLimits {
  /** Default 1,000,000. */
  readonly maxEntries?: number;
  /** Sum of all bodies. Default 64 GiB. */
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

/** Brings a name to the one form it can have inside an archive. @throws INPUT_INVALID when it leaves the archive, is too long or holds a NUL */
export const tarPath = (name: string): string => {
  if (Buffer.byteLength(name) > MAX_PATH_BYTES)
    throw notATar(`a name is longer than ${MAX_PATH_BYTES} bytes: ${JSON.stringify(name.slice(0, 60))}…`);
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (name.includes("\0") || parts.includes("..")) throw notATar(`the name ${JSON.stringify(name.slice(0, 200))} leaves the archive`);
  return parts.join("/");
};

const bodyOf = async (reader: ByteReader, sizeBytes: number, max: number, what: string): Promise<Buffer> => {
  if (sizeBytes > max) throw notATar(`${what} has ${sizeBytes} bytes; at most ${max} are read`);
  const bytes = await reader.take(padded(sizeBytes));
  if (bytes.length < sizeBytes) throw notATar("it ends in the middle of a header");
  return bytes.subarray(0, sizeBytes);
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

const headerOf = (block: TarBlock, extension: Extension): TarHeader => {
  const { pax } = extension;
  const type = TYPES[block.type] ?? "other";
  const link = paxValue(pax, "linkpath") ?? extension.link ?? block.linkName.toString("utf8");
  const isLink = type === "symlink" || type === "hardlink";
  if (isLink && (Buffer.byteLength(link) > MAX_PATH_BYTES || link.includes("\0"))) throw notATar("a link's target is too long");
  const mtime = Number(paxValue(pax, "mtime") ?? block.mtime);
  return {
    path: tarPath(paxValue(pax, "path") ?? extension.name ?? block.name.toString("utf8")),
    type,
    sizeBytes: type === "file" || type === "sparse" || type === "other" ? (paxNumber(pax, "size") ?? block.sizeBytes) : 0,
    mode: block.mode & 0o7777,
    uid: paxNumber(pax, "uid") ?? block.uid,
    gid: paxNumber(pax, "gid") ?? block.gid,
    mtimeSeconds: Number.isFinite(mtime) ? mtime : 0,
    ...(isLink ? { linkPath: type === "hardlink" ? tarPath(link) : link } : {}),
    pax,
  };
};

/** GNU's old sparse format: more of the map in blocks that the size does not count. */
export const readSparseMap = async (reader: ByteReader): Promise<readonly Buffer[]> => {
  const blocks: Buffer[] = [];
  do {
    const block = await reader.take(BLOCK);
    if (block.length < BLOCK || blocks.length > 20_000) throw notATar("a sparse file's map is cut off or has no end");
    blocks.push(block);
  } while (blocks.at(-1)?.[504] !== 0);
  return blocks;
};

/** The bytes of one entry: read by whoever asked for the entry, or skipped. */
const createBody = (
  reader: ByteReader,
  header: TarHeader,
): { readonly stream: AsyncIterable<Uint8Array>; readonly skip: () => Promise<void> } => {
  let left = header.sizeBytes;
  const next = async (): Promise<Buffer | undefined> => {
    if (left === 0) return undefined;
    const chunk = await reader.some(left);
    if (chunk.length === 0) throw notATar(`it ends in the middle of ${JSON.stringify(header.path.slice(0, 200))}`);
    left -= chunk.length;
    return chunk;
  };
  const read = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield chunk;
  };
  return {
    stream: read(),
    skip: async () => {
      while ((await next()) !== undefined);
    },
  };
};

/**
 * Reads a tar archive as it comes: ustar, pax, GNU long names, sparse files as stored. Nothing is held but one chunk.
 * @throws INPUT_INVALID on damage, and on names that would leave the archive; INPUT_TOO_LARGE over a limit
 */
export async function* readTar(source: AsyncIterable<Uint8Array>, limits: TarLimits = {}): AsyncGenerator<TarEntry, void, undefined> {
  const maxEntries = limits.maxEntries ?? 1_000_000;
  const maxBytes = limits.maxBytes ?? 64 * 1024 ** 3;
  const reader = createByteReader(source);
  let extension: Extension = { pax: [] };
  let global: readonly PaxRecord[] = [];
  let entries = 0;
  let total = 0;
  try {
    for (;;) {
      const raw = await reader.take(BLOCK);
      if (raw.length === 0) return;
      if (raw.length < BLOCK) throw notATar("it ends in the middle of a header");
      if (isZero(raw)) {
        if (!isZero(await reader.take(BLOCK))) throw notATar("something follows its end mark");
        return;
      }
      entries += 1;
      if (entries > maxEntries) throw new SeaworthyError("INPUT_TOO_LARGE", `the tar archive has more than ${maxEntries} entries`);
      const block = decodeBlock(raw);
      switch (block.type) {
        case "x":
          extension = { ...extension, pax: parsePax(await bodyOf(reader, block.sizeBytes, MAX_PAX_BYTES, "an extended header")) };
          continue;
        case "g":
          global = [...global, ...parsePax(await bodyOf(reader, block.sizeBytes, MAX_PAX_BYTES, "a global header"))];
          // These say where a single file is and how long; for all of them they only serve to make two readers disagree.
          if (global.length > 10_000 || global.some(({ key }) => key === "path" || key === "linkpath" || key === "size"))
            throw notATar("a global header sets path or size");
          continue;
        case "L":
          extension = { ...extension, name: untilNul(await bodyOf(reader, block.sizeBytes, MAX_PATH_BYTES + 1, "a long name")) };
          continue;
        case "K":
          extension = { ...extension, link: untilNul(await bodyOf(reader, block.sizeBytes, MAX_PATH_BYTES + 1, "a long link name")) };
          continue;
        default:
      }
      const header = headerOf(block, global.length === 0 ? extension : { ...extension, pax: [...global, ...extension.pax] });
      extension = { pax: [] };
      if (block.extended) await readSparseMap(reader);
      total += header.sizeBytes;
      if (total > maxBytes) throw new SeaworthyError("INPUT_TOO_LARGE", `the tar archive holds more than ${maxBytes} bytes`);
      const body = createBody(reader, header);
      yield { header, body: body.stream };
      await body.skip();
      await reader.take(padded(header.sizeBytes) - header.sizeBytes);
    }
  } finally {
    await reader.close();
  }
}
