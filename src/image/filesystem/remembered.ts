import { type Digest, digestOf } from "../../core/index.ts";
import { type ImageConfig, parseImageConfig } from "../values/config.ts";
import { assembled, type ImageContents } from "./image-contents.ts";
import type { LayerCache } from "./layer-cache.ts";
import type { LayerContents } from "./layer.ts";

/** Puts an image together that was read with all its digests, and keeps what was learned of it. @throws what assembled throws */
export const remembered = async <Note>(
  config: ImageConfig,
  layers: readonly LayerContents<Note>[],
  named: { readonly digest: Digest; readonly tags: readonly string[] },
  cache: LayerCache<Note> | undefined,
): Promise<ImageContents<Note>> => {
  const contents = assembled(config, layers, named);
  if (cache !== undefined) {
    for (const layer of layers) await cache.keep(layer.diffId, layer);
    await cache.keepBytes(config.digest, config.bytes);
  }
  return contents;
};

/** An image by its configuration's digest, as engines call it; undefined unless all of it was read before. */
export const recalled = async <Note>(id: Digest, cache: LayerCache<Note>): Promise<ImageContents<Note> | undefined> => {
  const bytes = await cache.findBytes(id);
  if (bytes === undefined || digestOf(bytes) !== id) return undefined;
  const config = parseImageConfig(bytes);
  const layers: LayerContents<Note>[] = [];
  for (const diffId of config.diffIds) {
    const layer = await cache.find([diffId]);
    if (layer?.diffId !== diffId) return undefined;
    layers.push(layer);
  }
  return assembled(config, layers, { digest: id, tags: [] });
};
