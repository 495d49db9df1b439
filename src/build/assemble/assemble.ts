import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Digest, SeaworthyError, type Platform } from "../../core/index.ts";
import type { Images } from "../../engine/index.ts";
import {
  type ArchivedImage,
  type Descriptor,
  type ImageConfig,
  type Layout,
  MEDIA,
  parseImageConfig,
  unpackDockerArchive,
} from "../../image/index.ts";
import { writeConfig } from "./config.ts";
import { finishLayer, type FinishedLayer, layerKey } from "./layer.ts";
import { type LayerCache, SPOOL_PREFIX } from "./layer-cache.ts";
import type { LayerTimes } from "./layer-times.ts";

export interface AssembledImage {
  readonly manifest: Descriptor & { readonly platform: Platform };
  readonly config: ImageConfig;
  readonly layers: readonly FinishedLayer[];
  /** Layers that had to be compressed now. */
  readonly compressed: number;
}

export interface AssembleOptions {
  readonly images: Pick<Images, "save">;
  /** The engine's image id: with the classic store the digest of its configuration. */
  readonly id: Digest;
  readonly layout: Layout;
  readonly cache: LayerCache;
  /** Takes the uncompressed layers while they are worked on: a disk, which a temporary folder in memory is not. */
  readonly spoolFolder: string;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  /** What each layer's times become, from the engine's configuration. */
  readonly plan: (config: ImageConfig) => Promise<LayerTimes>;
}

const fromCache = async (
  options: AssembleOptions,
  config: ImageConfig,
  times: LayerTimes,
): Promise<readonly (FinishedLayer | undefined)[]> => {
  const layers: (FinishedLayer | undefined)[] = [];
  for (const plan of times.plans) layers.push(await options.cache.fetch(layerKey(plan), options.layout));
  return config.diffIds.length === layers.length ? layers : [];
};

/** The engine's copy, its layers in files of the folder. */
const save = async ({ images, id }: AssembleOptions, folder: string): Promise<ArchivedImage> => {
  const saved = await unpackDockerArchive(images.save(id), folder);
  const [image] = saved;
  if (image === undefined || saved.length > 1)
    throw new SeaworthyError("INPUT_INVALID", `the engine was asked to save one image, ${id}; its archive holds ${saved.length}`);
  return image;
};

const finishMissing = async (
  options: AssembleOptions,
  saved: ArchivedImage,
  times: LayerTimes,
  found: readonly (FinishedLayer | undefined)[],
): Promise<readonly FinishedLayer[]> => {
  const layers: FinishedLayer[] = [];
  // One after the other: each is compressed on all processors already.
  for (const [at, plan] of times.plans.entries()) {
    const ready = found[at];
    const file = saved.layers[at];
    if (ready === undefined && file === undefined)
      throw new SeaworthyError("ENGINE_REFUSED", `the engine saved ${saved.layers.length} layers of ${times.plans.length}`);
    if (ready !== undefined || file === undefined) {
      if (ready !== undefined) layers.push(ready);
      continue;
    }
    const layer = await finishLayer(file, plan, options.layout);
    await options.cache.keep(layerKey(plan), layer, options.layout);
    layers.push(layer);
  }
  return layers;
};

/** Without asking the engine where everything is known already: a rebuild that changed nothing reads no layer. */
const collectLayers = async (
  options: AssembleOptions,
): Promise<{ config: ImageConfig; times: LayerTimes; layers: readonly FinishedLayer[]; compressed: number }> => {
  const known = await options.cache.fetchConfig(options.id);
  if (known !== undefined) {
    const config = parseImageConfig(known);
    const times = await options.plan(config);
    const layers = (await fromCache(options, config, times)).filter((layer) => layer !== undefined);
    if (layers.length === config.diffIds.length) return { config, times, layers, compressed: 0 };
  }
  await mkdir(options.spoolFolder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(options.spoolFolder, SPOOL_PREFIX));
  try {
    const saved = await save(options, folder);
    const { config } = saved;
    const times = await options.plan(config);
    const found = await fromCache(options, config, times);
    const layers = await finishMissing(options, saved, times, found);
    // Engines with containerd's store name images by manifest: only what the id itself proves is kept.
    if (config.digest === options.id) await options.cache.keepConfig(options.id, config.bytes);
    return { config, times, layers, compressed: layers.length - found.filter((layer) => layer !== undefined).length };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** One platform's image from the engine into the layout: layers with fixed times and encoder, our configuration, our manifest. */
export const assembleImage = async (options: AssembleOptions): Promise<AssembledImage> => {
  const { config: engineConfig, times, layers, compressed } = await collectLayers(options);
  const bytes = writeConfig(engineConfig, {
    diffIds: layers.map((layer) => layer.diffId),
    baseHistory: times.baseHistory,
    createdAt: options.createdAt,
    labels: options.labels,
  });
  const config = parseImageConfig(bytes);
  const stored = await options.layout.writeBlob(bytes);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: stored.digest, size: stored.size },
      layers: layers.map((layer) => ({ mediaType: MEDIA.ociLayerGzip, digest: layer.digest, size: layer.sizeBytes })),
    }),
  );
  const { digest, size } = await options.layout.writeBlob(manifest);
  return { manifest: { mediaType: MEDIA.ociManifest, digest, size, platform: config.platform }, config, layers, compressed };
};
