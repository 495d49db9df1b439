import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { onTestFinished } from "vitest";
import { type Digest, digestOf, parseDigest } from "../../core/index.ts";
import { archive } from "../archive/tar.fixture.ts";
import { createLayout, type Layout } from "../layout/layout.ts";
import { MEDIA } from "../values/media-types.ts";

export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-places-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const temporaryLayout = (): Promise<Layout> => createLayout(join(temporaryFolder(), "layout"));

const TYPES = { none: MEDIA.ociLayer, gzip: MEDIA.ociLayerGzip, zstd: MEDIA.ociLayerZstd } as const;
const PACK = { none: (tar: Buffer) => tar, gzip: (tar: Buffer) => gzipSync(tar), zstd: (tar: Buffer) => zstdCompressSync(tar) } as const;

export interface MadeImage {
  readonly digest: Digest;
  readonly size: number;
  readonly diffIds: readonly Digest[];
}

export interface ImageFacts {
  readonly layers?: readonly (keyof typeof TYPES)[];
  readonly architecture?: string;
  readonly algorithm?: "sha256" | "sha512";
  readonly subject?: Digest;
}

/** Writes an image of random layers, with fields that nobody knows, into a layout; it gets no name there. */
export const makeImage = async (layout: Layout, facts: ImageFacts = {}): Promise<MadeImage> => {
  const { layers = ["gzip", "none", "zstd"], architecture = "amd64", algorithm = "sha256", subject } = facts;
  const write = (bytes: Uint8Array): ReturnType<Layout["writeBlob"]> =>
    layout.writeBlob(bytes, parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`));
  const blobs = [];
  const diffIds: Digest[] = [];
  for (const compression of layers) {
    const tar = await archive([{ path: `file-${blobs.length}`, body: randomBytes(3000) }]);
    diffIds.push(digestOf(tar));
    blobs.push({ mediaType: TYPES[compression], ...(await write(PACK[compression](tar))), "x-own": blobs.length });
  }
  const config = { architecture, os: "linux", rootfs: { type: "layers", diff_ids: diffIds }, "x-config": true };
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    "x-manifest": { a: [1] },
    config: { mediaType: MEDIA.ociConfig, ...(await write(Buffer.from(JSON.stringify(config)))) },
    layers: blobs,
    ...(subject === undefined
      ? {}
      : { subject: { mediaType: MEDIA.ociManifest, digest: subject, size: 1 }, artifactType: "application/x-test" }),
  };
  return { ...(await write(Buffer.from(JSON.stringify(manifest, undefined, 1)))), diffIds };
};

/** An index of these, by architecture. */
export const makeIndexOf = async (layout: Layout, images: Readonly<Record<string, MadeImage>>): Promise<Digest> => {
  const manifests = Object.entries(images).map(([architecture, { digest, size }]) => ({
    mediaType: MEDIA.ociManifest,
    digest,
    size,
    platform: { os: "linux", architecture },
  }));
  return (await layout.writeBlob(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests, "x-index": 1 }))))
    .digest;
};

/** Lists an image in the layout's index.json. */
export const list = async (layout: Layout, digest: Digest, name?: string): Promise<void> => {
  const { mediaType, bytes } = await layout.manifest(digest);
  const annotations = name === undefined ? {} : { annotations: { "org.opencontainers.image.ref.name": name } };
  layout.writeIndex([...(await layout.entries()), { mediaType, digest, size: bytes.length, ...annotations }]);
};
