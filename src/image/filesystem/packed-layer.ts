import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type Digest, parseDigest } from "../../core/index.ts";
import type { Cover } from "./cover.ts";
import type { LayerContents, SeenFile } from "./layer.ts";

/** A note as JSON can hold it, and back. */
export interface NoteCodec<Note> {
  readonly write: (note: Note) => unknown;
  /** Undefined for what is none. */
  readonly read: (value: unknown) => Note | undefined;
}

const MAGIC = "seaworthy layer 1\n";
/** What is kept of the largest layers, unpacked: a million names of 64 characters, and what they tell. */
const MAX_BYTES = 512 * 1024 * 1024;

const joined = (names: ReadonlySet<string>): Buffer => Buffer.from(names.size === 0 ? "" : `${[...names].join("\0")}\0`);

/** What was learned of a layer, in one file: its checksum is the compression's own. */
export const packLayer = <Note>({ diffId, sizeBytes, seen, cover }: LayerContents<Note>, codec: NoteCodec<Note>): Buffer => {
  const { files, folders, gone, emptied } = cover();
  const notes = [...seen].map(([path, { header, note }]) => [path, header, codec.write(note)]);
  const parts = [
    Buffer.from(JSON.stringify({ diffId, sizeBytes })),
    Buffer.from(JSON.stringify(notes)),
    ...[files, folders, gone, emptied].map(joined),
  ];
  const lengths = Buffer.from(`${parts.map(({ length }) => length).join(" ")}\n`);
  return zstdCompressSync(Buffer.concat([Buffer.from(MAGIC), lengths, ...parts]), {
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });
};

const namesIn = (part: Buffer): ReadonlySet<string> =>
  new Set(part.length === 0 ? [] : part.toString("utf8", 0, part.length - 1).split("\0"));

const isHeader = (value: unknown): value is SeenFile<unknown>["header"] => typeof value === "object" && value !== null && "path" in value;

/** Undefined for what is none, or damaged, or of another version. */
export const unpackLayer = <Note>(bytes: Uint8Array, codec: NoteCodec<Note>): LayerContents<Note> | undefined => {
  try {
    const plain = zstdDecompressSync(bytes, { maxOutputLength: MAX_BYTES });
    if (plain.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
    const start = plain.indexOf("\n", MAGIC.length) + 1;
    let at = start;
    const parts = plain
      .toString("latin1", MAGIC.length, start - 1)
      .split(" ")
      .map((length) => plain.subarray(at, (at += Number(length))));
    const [facts, notes, files, folders, gone, emptied] = parts;
    if (at !== plain.length || facts === undefined || notes === undefined) return undefined;
    if (files === undefined || folders === undefined || gone === undefined || emptied === undefined) return undefined;
    const { diffId, sizeBytes } = JSON.parse(facts.toString("utf8")) as { readonly diffId: string; readonly sizeBytes: number };
    const seen = new Map<string, SeenFile<Note>>();
    for (const [path, header, value] of JSON.parse(notes.toString("utf8")) as readonly (readonly [string, unknown, unknown])[]) {
      const note = codec.read(value);
      if (note === undefined || !isHeader(header)) return undefined;
      seen.set(path, { header, note });
    }
    // Of the lowest layer nobody asks it.
    let made: Cover | undefined;
    const cover = (): Cover =>
      (made ??= { files: namesIn(files), folders: namesIn(folders), gone: namesIn(gone), emptied: namesIn(emptied) });
    return { diffId: parseDigest(diffId) satisfies Digest, sizeBytes, seen, cover, isWhole: true };
  } catch {
    return undefined;
  }
};
