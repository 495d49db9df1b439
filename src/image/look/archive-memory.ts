import { formatPlatform, parseDigest } from "../../core/index.ts";
import type { ReadOptions } from "../filesystem/image-contents.ts";
import type { LayerCache } from "../filesystem/layer-cache.ts";
import type { LayerContents } from "../filesystem/layer.ts";
import { type LayeredFile, laidOut } from "../filesystem/stacked.ts";
import { parseImageConfig } from "../values/config.ts";
import { hole, isHole, type Looked } from "./look-at-image.ts";

/** What an archive was seen to hold: enough to put it together again from what was learned of its layers, without opening it. */
interface Recipe {
  /** Of each layer its diffID, and the name it is kept under; none for one that is missing. */
  readonly layers: readonly (readonly [diffId: string, name?: string])[];
  /** Of files that are hidden: in which layer, where, by which, and how. */
  readonly hidden: readonly (readonly [layerIndex: number, path: string, by: number, how: "deleted" | "replaced"])[];
  /** The configuration, base64. */
  readonly config: string;
  readonly about: Looked<never>["about"];
}

export interface ArchiveMemory<Note> {
  /** A cache that is to be read through, so that it is known where each layer is kept. */
  readonly cache: LayerCache<Note>;
  recall(): Promise<Looked<Note> | undefined>;
  /** Does nothing where a layer is not kept. */
  keep(looked: Looked<Note>): Promise<void>;
}

/** Remembers one image of an archive, which `identity` stands for as long as nobody writes to it. */
export const archiveMemory = <Note>(
  cache: LayerCache<Note>,
  identity: string,
  { platform, isPreference, trustDiffIds }: Pick<ReadOptions<Note>, "platform" | "isPreference" | "trustDiffIds">,
  name: string | undefined,
): ArchiveMemory<Note> => {
  const key = JSON.stringify(["archive", identity, name ?? "", formatPlatform(platform), isPreference === true, trustDiffIds === true]);
  const names = new WeakMap<LayerContents<Note>["seen"], string>();
  return {
    cache: {
      ...cache,
      find: async (asked) => {
        for (const one of asked) {
          const found = await cache.find([one]);
          if (found === undefined) continue;
          names.set(found.seen, one);
          return found;
        }
        return undefined;
      },
      keep: async (kept, layer) => {
        await cache.keep(kept, layer);
        if (layer.isWhole) names.set(layer.seen, kept);
      },
    },
    recall: async () => {
      const bytes = await cache.findBytes(key);
      if (bytes === undefined) return undefined;
      try {
        const { layers: parts, hidden, config, about } = JSON.parse(bytes.toString("utf8")) as Recipe;
        const layers: LayerContents<Note>[] = [];
        for (const [diffId, kept] of parts) {
          const layer = kept === undefined ? hole<Note>(parseDigest(diffId)) : await cache.find([kept]);
          if (layer === undefined) return undefined;
          layers.push({ ...layer, diffId: parseDigest(diffId) });
        }
        const hiding = layers.map(() => new Map<string, LayeredFile<Note>["hidden"]>());
        for (const [layerIndex, path, by, how] of hidden) hiding[layerIndex]?.set(path, { by, how });
        const files = laidOut(layers, (layerIndex, path) => hiding[layerIndex]?.get(path));
        return { config: parseImageConfig(Buffer.from(config, "base64")), layers, about, files };
      } catch {
        // Damaged, or of another version: as good as none.
        return undefined;
      }
    },
    keep: async ({ config, layers, about, files }) => {
      const parts: Recipe["layers"][number][] = [];
      for (const layer of layers) {
        const kept = isHole(layer) ? undefined : names.get(layer.seen);
        if (kept === undefined && !isHole(layer)) return;
        parts.push(kept === undefined ? [layer.diffId] : [layer.diffId, kept]);
      }
      const hidden = files.flatMap(({ header: { path }, layerIndex, hidden: one }) =>
        one === undefined ? [] : [[layerIndex, path, one.by, one.how] as const],
      );
      const recipe: Recipe = { layers: parts, hidden, config: Buffer.from(config.bytes).toString("base64"), about };
      await cache.keepBytes(key, Buffer.from(JSON.stringify(recipe)));
    },
  };
};
