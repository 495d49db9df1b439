import { createHash } from "node:crypto";
import { type Digest, hasCode, isSeaworthyError, SeaworthyError } from "../../core/index.ts";
import { readTar, type TarEntry, type TarHeader } from "../archive/read-tar.ts";
import type { Budget } from "./budget.ts";
import { type Cover, keyOf } from "./cover.ts";
import { counted, metered, unpacked, unpackedOrSeekable } from "./unpacked.ts";

/** What somebody looks for in layers. `Note` is what is remembered of a file: never more of its content than it takes. */
export interface Lookout<Note> {
  /** Bytes of the file's content that are needed, 0 where its header says enough; undefined when it is of no interest. */
  readonly wants: (header: TarHeader) => number | undefined;
  /** `content` is the file's beginning: at most as much as was wanted. `fingerprint`: where it was asked for. */
  readonly note: (header: TarHeader, content: Buffer, fingerprint?: string) => Note | undefined;
  /** Bytes of memory that a note takes, roughly: nothing where it is not said. */
  readonly weigh?: (note: Note, path: string) => number;
  /** Looks at all of a file as it passes, in place of `wants`; undefined: not at this one. */
  readonly follow?: (header: TarHeader) => Follower<Note> | undefined;
  /** Whether a fingerprint of the whole content is needed (BLAKE2b, base64): equal ones mean equal bytes. */
  readonly fingerprints?: (header: TarHeader) => boolean;
}

/** A file of a layer that was worth remembering. */
export interface SeenFile<Note> {
  readonly header: Omit<TarHeader, "pax">;
  readonly note: Note;
}

/** Sees the bytes of a file as they pass and keeps what it likes. */
export interface Follower<Note> {
  /** Asked before the first byte, where parts of the file can be had at will: whether anything may be found in it. */
  readonly isWorth?: (part: NonNullable<TarEntry["part"]>) => boolean;
  /** Chunks stay as they are, and may be kept for as long as the file is read. False when it has seen enough: what is left of the file is then not read. */
  readonly take: (chunk: Uint8Array) => boolean | void;
  readonly end: () => Note | undefined;
}

/** One layer, read once as a stream. What lies under it is not needed for that, so layers can be read in any order. */
export interface LayerContents<Note> {
  /** Of the uncompressed tar. */
  readonly diffId: Digest;
  /** Unpacked. */
  readonly sizeBytes: number;
  /** By path. */
  readonly seen: ReadonlyMap<string, SeenFile<Note>>;
  /** What its names do to the layers below. Made when it is asked for, where the layer was not read just now. */
  readonly cover: () => Cover;
  /** False where the budget did not allow to look into all that was wanted: another reading may see more. */
  readonly isWhole: boolean;
}

const MAX_DEPTH = 256;
/** Of one layer, with what belongs to entries: how many of those there may be is the budget's to say. */
const MAX_HEADERS = 10_000_000;
/** A file with holes is filled up for its fingerprint to this length; a longer one is known by what is stored of it. */
const MAX_FILLED_BYTES = 1024 ** 3;
const WHITEOUT = ".wh.";
/** Behind the prefix that all whiteouts have. */
const OPAQUE = ".wh..opq";

/** The rest can still be read. */
const headOf = async (body: AsyncIterable<Uint8Array>, wanted: number): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  const chunks = body[Symbol.asyncIterator]();
  for (let left = wanted; left > 0;) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value.subarray(0, left));
    left -= next.value.length;
  }
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? Buffer.from(only.buffer, only.byteOffset, only.length) : Buffer.concat(parts);
};

async function* tapped(body: AsyncIterable<Uint8Array>, tap: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    tap(chunk);
    yield chunk;
  }
}

const seenFile = <Note>(entry: TarEntry, note: Note, lookout: Lookout<Note>, budget: Budget): SeenFile<Note> => {
  const { pax: _, ...header } = entry.header;
  budget.note(header.path.length + (header.linkPath?.length ?? 0) + (lookout.weigh?.(note, header.path) ?? 0));
  return { header, note };
};

const follow = async <Note>(entry: TarEntry, follower: Follower<Note>): Promise<Note | undefined> => {
  for await (const chunk of entry.body) if (follower.take(chunk) === false) break;
  return follower.end();
};

const look = async <Note>(
  entry: TarEntry,
  wanted: number,
  lookout: Lookout<Note>,
  budget: Budget,
  onRefused: () => void,
): Promise<Note | undefined> => {
  const length = entry.header.logicalBytes ?? entry.header.sizeBytes;
  const bytes = Math.min(wanted, length);
  const fingerprint = lookout.fingerprints?.(entry.header) === true ? createHash("blake2b512") : undefined;
  const body =
    fingerprint === undefined
      ? entry.content
      : tapped(length > MAX_FILLED_BYTES ? entry.body : entry.content, (chunk) => fingerprint.update(chunk));
  const isAllowed = bytes === 0 || budget.content(bytes);
  if (!isAllowed) onRefused();
  const content = bytes > 0 && isAllowed ? await headOf(body, bytes) : Buffer.alloc(0);
  if (fingerprint !== undefined) for await (const _ of body);
  return lookout.note(entry.header, content, fingerprint?.digest("base64"));
};

/** Compressed layers and streams are read through; of an uncompressed one in a file only what the lookout wants, where nobody asks for its digest. */
const openLayer = async (
  source: AsyncIterable<Uint8Array>,
  what: string,
  budget: Budget,
  known: Digest | undefined,
): Promise<{ readonly stream: AsyncIterable<Uint8Array>; readonly digest: () => Digest; readonly sizeBytes: () => number }> => {
  if (known === undefined) return metered((await unpacked(source, what, budget)).stream);
  return { ...counted((await unpackedOrSeekable(source, what, budget)).stream), digest: () => known };
};

/** Whoever reads the tar does not know which layer it is. */
const ofLayer = (error: unknown, what: string): unknown =>
  isSeaworthyError(error) && hasCode(error, "INPUT_INVALID") && !error.message.startsWith(what)
    ? new SeaworthyError("INPUT_INVALID", `${what}: ${error.message}`, { hint: error.hint, cause: error })
    : error;

const readEntries = async <Note>(
  source: AsyncIterable<Uint8Array>,
  what: string,
  lookout: Lookout<Note>,
  budget: Budget,
  known: Digest | undefined,
): Promise<LayerContents<Note>> => {
  const tar = await openLayer(source, what, budget, known);
  const seen = new Map<string, SeenFile<Note>>();
  const files = new Set<string>();
  const folders = new Set<string>();
  const gone = new Set<string>();
  const emptied = new Set<string>();
  let isWhole = true;
  for await (const entry of readTar(tar.stream, { maxEntries: MAX_HEADERS })) {
    const { path, type, linkPath } = entry.header;
    budget.entry();
    if (path.length > MAX_DEPTH && path.split("/", MAX_DEPTH + 1).length > MAX_DEPTH)
      throw new SeaworthyError("INPUT_INVALID", `${what} has a name that is nested deeper than ${MAX_DEPTH} folders`);
    const nameAt = path.lastIndexOf("/") + 1;
    // https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
    if (path.startsWith(WHITEOUT, nameAt)) {
      const hidden = path.slice(nameAt + WHITEOUT.length);
      if (hidden === OPAQUE) emptied.add(keyOf(path.slice(0, Math.max(0, nameAt - 1))));
      else if (!hidden.startsWith(WHITEOUT)) gone.add(keyOf(path.slice(0, nameAt) + hidden));
      continue;
    }
    (type === "directory" ? folders : files).add(keyOf(path));
    // Of most entries nobody wants anything: those are not waited for.
    const follower = lookout.follow?.(entry.header);
    const wanted = follower === undefined ? lookout.wants(entry.header) : undefined;
    let note: Note | undefined;
    if (wanted !== undefined) note = await look(entry, wanted, lookout, budget, () => (isWhole = false));
    else if (follower !== undefined && (entry.part === undefined || follower.isWorth?.(entry.part) !== false))
      note = await follow(entry, follower);
    // The last entry of a name counts. A hard link is what it is linked to, whatever its own header says.
    const linked = type === "hardlink" && linkPath !== undefined ? seen.get(linkPath) : undefined;
    if (note !== undefined) seen.set(path, seenFile(entry, note, lookout, budget));
    else if (linked === undefined) seen.delete(path);
    else seen.set(path, { ...linked, header: { ...linked.header, path } });
  }
  return {
    diffId: tar.digest(),
    sizeBytes: tar.sizeBytes(),
    seen,
    cover: () => ({ files, folders, gone, emptied }),
    isWhole,
  };
};

/**
 * Reads a layer, plain or compressed, to its end. Links are never followed and nothing is written: what cannot be read so is refused.
 * @throws INPUT_INVALID on damage and on names that leave the layer; INPUT_TOO_LARGE, DEADLINE
 */
export const readLayer = async <Note>(
  source: AsyncIterable<Uint8Array>,
  what: string,
  lookout: Lookout<Note>,
  budget: Budget,
  /** Its diffID where that needs no proof, as of a blob whose own digest is checked: saves hashing what is unpacked. */
  known?: Digest,
): Promise<LayerContents<Note>> => {
  try {
    return await readEntries(source, what, lookout, budget, known);
  } catch (error) {
    throw ofLayer(error, what);
  }
};
