import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { wordsOf } from "../../core/index.ts";
import type { LayerContents } from "./layer.ts";
import { type NoteCodec, packLayer, unpackLayer } from "./packed-layer.ts";

/**
 * What was learned of layers, by names that stand for their bytes: a digest that they were found to have, or where a file lies and when it was last changed.
 * Entries appear whole or not at all, so processes may share a folder; one that is damaged is as good as none, and is written again.
 */
export interface LayerCache<Note> {
  /** The first of the names that is known. */
  find(names: readonly string[]): Promise<LayerContents<Note> | undefined>;
  keep(name: string, layer: LayerContents<Note>): Promise<void>;
  /** Small things beside them, as an image's configuration: whoever reads one sees to it that it is the right one. */
  findBytes(name: string): Promise<Buffer | undefined>;
  keepBytes(name: string, bytes: Uint8Array): Promise<void>;
  /** Removes what was not used for longest until the rest fits, where anything was added. */
  close(): Promise<void>;
}

export interface LayerCacheOptions<Note> {
  readonly folder: string;
  /** What was looked for and by which program: entries of another are not found. */
  readonly reader: string;
  readonly codec: NoteCodec<Note>;
  /** Default 512 MiB. */
  readonly maxBytes?: number;
  /** Hears why nothing could be kept: an image is read without a cache as well. */
  readonly note?: (words: string) => void;
}

/** What a process that was killed leaves behind. */
const STALE_MS = 3_600_000;

const quietly = async <Value>(work: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await work;
  } catch {
    return undefined;
  }
};

export const openLayerCache = <Note>({
  folder,
  reader,
  codec,
  maxBytes = 512 * 1024 * 1024,
  note = () => undefined,
}: LayerCacheOptions<Note>): LayerCache<Note> => {
  const pathOf = (kind: string, name: string): string =>
    join(folder, createHash("sha256").update(`${kind}\0${reader}\0${name}`).digest("hex").slice(0, 40));
  let added = false;
  const read = async (path: string): Promise<Buffer | undefined> => {
    const bytes = await quietly(readFile(path));
    const now = new Date();
    if (bytes !== undefined) await quietly(utimes(path, now, now));
    return bytes;
  };
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`;
    if (bytes.length > maxBytes) return;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(temporary, bytes, { flag: "wx", mode: 0o600 });
      await rename(temporary, path);
      added = true;
    } catch (error) {
      await quietly(rm(temporary, { force: true }));
      note(`what was learned of the image could not be kept in ${folder}: ${wordsOf(error)}`);
    }
  };
  const sweep = async (): Promise<void> => {
    const names = (await quietly(readdir(folder))) ?? [];
    const files = await Promise.all(
      names.map(async (name) => ({ path: join(folder, name), found: await quietly(stat(join(folder, name))) })),
    );
    const known = files.flatMap(({ path, found }) => (found === undefined ? [] : [{ path, size: found.size, usedAt: found.mtimeMs }]));
    let total = known.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size, usedAt } of known.toSorted((a, b) => a.usedAt - b.usedAt)) {
      const isLeft = path.endsWith(".tmp") && Date.now() - usedAt > STALE_MS;
      if (!isLeft && total <= maxBytes) continue;
      await quietly(rm(path, { force: true }));
      total -= size;
    }
  };
  return {
    find: async (names) => {
      for (const name of names) {
        const bytes = await read(pathOf("layer", name));
        const layer = bytes === undefined ? undefined : unpackLayer(bytes, codec);
        if (layer !== undefined) return layer;
      }
      return undefined;
    },
    keep: async (name, layer) => {
      if (layer.isWhole) await write(pathOf("layer", name), packLayer(layer, codec));
    },
    findBytes: (name) => read(pathOf("bytes", name)),
    keepBytes: (name, bytes) => write(pathOf("bytes", name), bytes),
    close: async () => {
      if (added) await sweep();
    },
  };
};
