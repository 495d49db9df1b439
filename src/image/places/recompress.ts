import { Readable } from "node:stream";
import { constants, createGzip, createZstdCompress } from "node:zlib";
import { type Digest, formatByteSize, type Json, type Progress, shortDigest } from "../../core/index.ts";
import { createBudget } from "../filesystem/budget.ts";
import { type Compression, unpacked } from "../filesystem/unpacked.ts";
import type { Layout } from "../layout/layout.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Index, Manifest } from "../values/manifest.ts";
import { isNonDistributable, MEDIA } from "../values/media-types.ts";
import type { ImageSource } from "./source.ts";

const LAYER = /^application\/vnd\.(?:oci\.image\.layer\.v1\.tar|docker\.image\.rootfs\.diff\.tar)(?:[+.](gzip|zstd))?$/;

/** How a layer is compressed, by its type; undefined for what is no layer of files. */
const compressionOf = ({ mediaType }: Descriptor): Compression | undefined => {
  const match = LAYER.exec(mediaType);
  if (match === null || isNonDistributable(mediaType)) return undefined;
  return match[1] === "gzip" || match[1] === "zstd" ? match[1] : "none";
};

const TYPE = { none: MEDIA.ociLayer, gzip: MEDIA.ociLayerGzip, zstd: MEDIA.ociLayerZstd } as const;
const CHUNK_BYTES = 512 * 1024;

/** `gzip` writes no time and no name, so equal layers become equal blobs. Nothing is read before somebody waits for it: damage would end the process. */
async function* packed(plain: AsyncIterable<Uint8Array>, to: Compression): AsyncGenerator<Uint8Array, void, undefined> {
  if (to === "none") return yield* plain;
  const packer =
    to === "gzip"
      ? createGzip({ level: 6, chunkSize: CHUNK_BYTES })
      : createZstdCompress({ chunkSize: CHUNK_BYTES, params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  const source = Readable.from(plain, { objectMode: false });
  source.once("error", (error) => packer.destroy(error));
  try {
    yield* source.pipe(packer) as AsyncIterable<Uint8Array>;
  } finally {
    packer.destroy();
    source.destroy();
  }
}

export interface RecompressOptions {
  readonly to: Compression;
  /** Layers that are as this says stay as they are. */
  readonly only: (has: Compression) => boolean;
  readonly progress: Progress;
}

/** Gives the other form of a manifest; the same one where nothing of it changes. */
type Converted = { readonly digest: Digest; readonly size: number; readonly mediaType: string };

/**
 * Writes those layers anew into `layout`, with the manifests and indexes that follow from it; a layer's diffID stays what it is. Gives the new root.
 * Signatures and attestations are of the old digests.
 */
export const recompressed = async (source: ImageSource, layout: Layout, { to, only, progress }: RecompressOptions): Promise<Digest> => {
  const layers = new Map<Digest, Descriptor>();
  const layer = async (blob: Descriptor): Promise<Descriptor> => {
    const has = compressionOf(blob);
    if (has === undefined || has === to || !only(has)) return blob;
    const done = layers.get(blob.digest);
    if (done !== undefined) return done;
    const step = `${to === "none" ? "unpack" : "compress"} ${shortDigest(blob.digest)}`;
    progress.begin(step, formatByteSize(blob.size));
    const { stream } = await unpacked(source.blob(blob), `layer ${blob.digest}`, createBudget());
    const written = await layout.writeBlob(packed(stream, to));
    const made = { ...blob, mediaType: TYPE[to], ...written };
    layers.set(blob.digest, made);
    progress.end(step, `${formatByteSize(blob.size)} to ${formatByteSize(written.size)}`);
    return made;
  };
  const rewritten = async (manifest: Manifest | Index, changes: { readonly [key: string]: unknown }): Promise<Converted> => {
    // Keys stay in their order; Docker's types know no zstd and no plain layers, so what changes becomes OCI's.
    const mediaType = manifest.kind === "index" ? MEDIA.ociIndex : MEDIA.ociManifest;
    const document = { ...manifest.json, ...changes, mediaType };
    const { digest, size } = await layout.writeBlob(Buffer.from(JSON.stringify(document as { readonly [key: string]: Json })));
    return { digest, size, mediaType };
  };
  const convert = async (digest: Digest): Promise<Converted> => {
    const manifest = await source.manifest(digest);
    const same = { digest, size: manifest.bytes.length, mediaType: manifest.mediaType };
    if (manifest.kind === "manifest") {
      const now: Descriptor[] = [];
      for (const blob of manifest.layers) now.push(await layer(blob));
      if (now.every((blob, at) => blob === manifest.layers[at])) return same;
      return rewritten(manifest, { config: { ...manifest.config, mediaType: MEDIA.ociConfig }, layers: now });
    }
    const children = new Map<string, Converted>();
    for (const child of manifest.manifests) children.set(child.digest, await convert(child.digest));
    if ([...children].every(([before, after]) => before === after.digest)) return same;
    const manifests = manifest.manifests.map((child) => {
      const subject = child.annotations?.["vnd.docker.reference.digest"];
      const moved = subject === undefined ? undefined : children.get(subject)?.digest;
      return {
        ...child,
        ...children.get(child.digest),
        ...(moved === undefined ? {} : { annotations: { ...child.annotations, "vnd.docker.reference.digest": moved } }),
      };
    });
    return rewritten(manifest, { manifests });
  };
  return (await convert(source.root)).digest;
};

/** A source whose new parts are in a layout and whose others are where they were. */
export const withLayout = (source: ImageSource, layout: Layout, root: Digest): ImageSource => ({
  where: source.where,
  root,
  tags: source.tags,
  isMadeUp: false,
  manifest: async (digest) => ((await layout.blobSize(digest)) === undefined ? source.manifest(digest) : layout.manifest(digest)),
  blob: async function* (blob) {
    yield* (await layout.blobSize(blob.digest)) === undefined ? source.blob(blob) : layout.openBlob(blob.digest);
  },
  attached: (digest) => source.attached(digest),
  close: () => source.close(),
});
