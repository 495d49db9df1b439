import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type Digest, digestOf, hasCode, isDigest, wordsOf } from "../../core/index.ts";
import { type Layout, verified } from "../../image/index.ts";
import type { FinishedLayer } from "./layer.ts";

/**
 * Compressed layers by the plan that made them, so that a rebuild compresses only what changed. An entry is two files, `<key>.gz` and `<key>.json`,
 * the second written last. Nothing in it is trusted: a blob whose digest is another is thrown away. Processes may share one.
 */
export interface LayerCache {
  /** Puts a kept layer into the layout. Undefined when there is none, or none that is whole. */
  fetch(key: string, layout: Layout): Promise<FinishedLayer | undefined>;
  keep(key: string, layer: FinishedLayer, layout: Layout): Promise<void>;
  /** A configuration of the engine by its digest, and the other way round. */
  fetchConfig(id: Digest): Promise<Buffer | undefined>;
  keepConfig(id: Digest, bytes: Uint8Array): Promise<void>;
  /** Removes what was not used for longest until the rest fits. @returns bytes removed */
  sweep(maxBytes: number): Promise<number>;
}

const digest = v.custom<Digest>((value) => typeof value === "string" && isDigest(value));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ENTRY = v.object({ diffId: digest, digest, sizeBytes: count, uncompressedSizeBytes: count });
const STALE_MS = 24 * 3_600_000;
/** Folders of builds under way, beside the entries. */
export const SPOOL_PREFIX = "save-";
const isUnderWay = (name: string): boolean => name.endsWith(".tmp") || name.startsWith(SPOOL_PREFIX);

const quietly = async <Value>(work: Promise<Value>): Promise<Value | undefined> => {
  try {
    return await work;
  } catch {
    return undefined;
  }
};

const readJson = async (path: string): Promise<unknown> => {
  const text = await quietly(readFile(path, "utf8"));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** @param note hears why the cache could not be written: a build goes on without one. */
export const openLayerCache = (folder: string, note: (words: string) => void = () => undefined): LayerCache => {
  const at = (name: string): string => join(folder, name);
  const touch = async (...names: readonly string[]): Promise<void> => {
    const now = new Date();
    for (const name of names) await quietly(utimes(at(name), now, now));
  };
  const place = async (name: string, fill: (temporary: string) => Promise<void>): Promise<void> => {
    const temporary = at(`.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await fill(temporary);
      await rename(temporary, at(name));
    } finally {
      await rm(temporary, { force: true });
    }
  };
  const write = (name: string, bytes: Uint8Array | string): Promise<void> =>
    place(name, (temporary) => writeFile(temporary, bytes, { flag: "wx", mode: 0o600 }));
  const drop = async (key: string): Promise<void> => {
    await rm(at(`${key}.json`), { force: true });
    await rm(at(`${key}.gz`), { force: true });
  };
  return {
    fetch: async (key, layout) => {
      const entry = v.safeParse(ENTRY, await readJson(at(`${key}.json`)));
      if (!entry.success) return undefined;
      const layer = entry.output;
      await touch(`${key}.json`, `${key}.gz`);
      if ((await layout.blobSize(layer.digest)) === layer.sizeBytes) return layer;
      try {
        const blob = createReadStream(at(`${key}.gz`), { highWaterMark: 1024 * 1024 });
        await layout.writeBlob(verified(blob, { digest: layer.digest, size: layer.sizeBytes }, "the layer cache"), layer.digest);
        return layer;
      } catch (error) {
        if (hasCode(error, "DISK_FULL", "PERMISSION_DENIED")) throw error;
        await drop(key);
        return undefined;
      }
    },
    keep: async (key, layer, layout) => {
      const source = layout.blobPath(layer.digest);
      try {
        // A second name for the same file costs nothing; across file systems it has to be a copy.
        await place(`${key}.gz`, (temporary) => link(source, temporary).catch(() => copyFile(source, temporary)));
        await write(`${key}.json`, JSON.stringify(layer));
      } catch (error) {
        note(`the layer cache ${folder} could not be written: ${wordsOf(error)}`);
      }
    },
    fetchConfig: async (id) => {
      const name = `${id.replace(":", "-")}.config`;
      const bytes = await quietly(readFile(at(name)));
      if (bytes === undefined) return undefined;
      await touch(name);
      return digestOf(bytes) === id ? bytes : undefined;
    },
    keepConfig: async (id, bytes) => {
      await quietly(write(`${id.replace(":", "-")}.config`, bytes));
    },
    sweep: async (maxBytes) => {
      const names = (await quietly(readdir(folder))) ?? [];
      const files = await Promise.all(names.map(async (name) => ({ name, found: await quietly(stat(at(name))) })));
      const known = files.flatMap(({ name, found }) => (found === undefined ? [] : [{ name, size: found.size, usedAt: found.mtimeMs }]));
      let total = known.reduce((sum, file) => sum + file.size, 0);
      let removed = 0;
      for (const file of known.toSorted((a, b) => a.usedAt - b.usedAt)) {
        if (isUnderWay(file.name) ? Date.now() - file.usedAt < STALE_MS : total <= maxBytes) continue;
        await rm(at(file.name), { recursive: true, force: true });
        total -= file.size;
        removed += file.size;
      }
      return removed;
    },
  };
};
