import { constants, crc32, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type Digest, parseDigest } from "../../core/index.ts";
import type { Cover } from "./cover.ts";
import type { LayerContents, SeenFile } from "./layer.ts";

/** A note as JSON can hold it, and back. */
export interface NoteCodec<Note> {
  readonly write: (note: Note) => unknown;
  /** Undefined for what is none. */
  readonly read: (value: unknown) => Note | undefined;
}

const MAGIC = "seaworthy layer 2\n";
/** What is kept of the largest layers, unpacked: a million names of 96 characters, and what they tell. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Parts one after another, with their lengths in a line before them. */
const joined = (parts: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from(`${parts.map(({ length }) => length).join(" ")}\n`), ...parts]);

const partsIn = (bytes: Buffer): readonly Buffer[] | undefined => {
  const start = bytes.indexOf("\n") + 1;
  let at = start;
  const parts = bytes
    .toString("latin1", 0, Math.max(0, start - 1))
    .split(" ")
    .map((length) => bytes.subarray(at, (at += Number(length))));
  return at === bytes.length ? parts : undefined;
};

const packed = (parts: readonly Buffer[]): Buffer =>
  zstdCompressSync(joined(parts), { params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 } });

const unpacked = (bytes: Buffer): readonly Buffer[] => partsIn(zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES })) ?? [];

const namesOf = (names: ReadonlySet<string>): Buffer => Buffer.from(names.size === 0 ? "" : `${[...names].join("\0")}\0`);

const namesIn = (part: Buffer | undefined): ReadonlySet<string> =>
  new Set(part === undefined || part.length === 0 ? [] : part.toString("utf8", 0, part.length - 1).split("\0"));

/** What was learned of a layer, in one file. What its names do to other layers stands by itself: who knows that already need not unpack it. */
export const packLayer = <Note>({ diffId, sizeBytes, seen, cover }: LayerContents<Note>, codec: NoteCodec<Note>): Buffer => {
  const { files, folders, gone, emptied } = cover();
  const notes = [...seen].map(([path, { header, note }]) => [path, header, codec.write(note)]);
  const told = packed([Buffer.from(JSON.stringify({ diffId, sizeBytes })), Buffer.from(JSON.stringify(notes))]);
  const names = packed([files, folders, gone, emptied].map(namesOf));
  return Buffer.concat([Buffer.from(MAGIC), joined([Buffer.from(String(crc32(names))), told, names])]);
};

const isHeader = (value: unknown): value is SeenFile<unknown>["header"] => typeof value === "object" && value !== null && "path" in value;

/** Undefined for what is none, or damaged, or of another version. */
export const unpackLayer = <Note>(bytes: Buffer, codec: NoteCodec<Note>): LayerContents<Note> | undefined => {
  try {
    if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
    const [sum, told, names] = partsIn(bytes.subarray(MAGIC.length)) ?? [];
    // The checksum of what is unpacked here is the compression's own.
    if (told === undefined || names === undefined || String(crc32(names)) !== sum?.toString("latin1")) return undefined;
    const [facts, notes] = unpacked(told);
    if (facts === undefined || notes === undefined) return undefined;
    const { diffId, sizeBytes } = JSON.parse(facts.toString("utf8")) as { readonly diffId: string; readonly sizeBytes: number };
    const seen = new Map<string, SeenFile<Note>>();
    for (const [path, header, value] of JSON.parse(notes.toString("utf8")) as readonly (readonly [string, unknown, unknown])[]) {
      const note = codec.read(value);
      if (note === undefined || !isHeader(header)) return undefined;
      seen.set(path, { header, note });
    }
    let made: Cover | undefined;
    const cover = (): Cover => {
      const [files, folders, gone, emptied] = made === undefined ? unpacked(names) : [];
      return (made ??= { files: namesIn(files), folders: namesIn(folders), gone: namesIn(gone), emptied: namesIn(emptied) });
    };
    return { diffId: parseDigest(diffId) satisfies Digest, sizeBytes, seen, cover, isWhole: true };
  } catch {
    return undefined;
  }
};
