import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Digest, SeaworthyError, writeFileAtomic } from "../../core/index.ts";
import { parseJsonObject } from "../values/bounded-json.ts";
import { type ImageConfig, MAX_CONFIG_BYTES, parseImageConfig } from "../values/config.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { type Index, type Manifest, MAX_MANIFEST_BYTES, parseManifest } from "../values/manifest.ts";
import { MEDIA } from "../values/media-types.ts";
import { blobPath, blobSize, type Content, openBlob, readBlob, readFileBounded, writeBlob } from "./blobs.ts";

/** An OCI image layout folder (image-spec, image-layout.md). Blobs appear whole or not at all; reading checks their digest. */
export interface Layout {
  readonly folder: string;
  /** Where a blob's file is, whether it exists or not. */
  blobPath(digest: Digest): string;
  /** Bytes, undefined when it is not there. */
  blobSize(digest: Digest): Promise<number | undefined>;
  /** @throws IMAGE_NOT_FOUND */
  openBlob(digest: Digest): AsyncIterable<Uint8Array>;
  /** `expected` is the digest it must turn out to have; `isChecked` where the content sees to that itself, as `verified` does. @throws INPUT_INVALID, DISK_FULL */
  writeBlob(content: Uint8Array | AsyncIterable<Uint8Array>, expected?: Digest, isChecked?: boolean): Promise<Content>;
  manifest(digest: Digest): Promise<Manifest | Index>;
  config(digest: Digest): Promise<ImageConfig>;
  /** `index.json`. */
  index(): Promise<Index>;
  /** What it lists. */
  entries(): Promise<readonly Descriptor[]>;
  /** Replaces `index.json`. */
  writeIndex(manifests: readonly Descriptor[]): void;
}

const indexOf = async (folder: string): Promise<Index> => {
  const index = parseManifest(await readFileBounded(join(folder, "index.json"), MAX_MANIFEST_BYTES));
  if (index.kind !== "index") throw new SeaworthyError("INPUT_INVALID", `${join(folder, "index.json")} is not an image index`);
  return index;
};

const layoutAt = (folder: string): Layout => ({
  folder,
  blobPath: (digest) => blobPath(folder, digest),
  blobSize: (digest) => blobSize(folder, digest),
  openBlob: (digest) => openBlob(folder, digest),
  writeBlob: (content, expected, isChecked) => writeBlob(folder, content, expected, isChecked),
  manifest: async (digest) => parseManifest(await readBlob(folder, digest, MAX_MANIFEST_BYTES), { digest }),
  config: async (digest) => parseImageConfig(await readBlob(folder, digest, MAX_CONFIG_BYTES)),
  index: () => indexOf(folder),
  entries: async () => (await indexOf(folder)).manifests,
  writeIndex: (manifests) =>
    writeFileAtomic(join(folder, "index.json"), `${JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests })}\n`),
});

/** Opens a layout that exists. @throws INPUT_NOT_FOUND, INPUT_INVALID when the folder is no layout of version 1.0.0 */
export const openLayout = async (folder: string): Promise<Layout> => {
  const path = join(folder, "oci-layout");
  const { imageLayoutVersion } = parseJsonObject(await readFileBounded(path, 4096), path, 4096);
  if (imageLayoutVersion !== "1.0.0")
    throw new SeaworthyError("INPUT_INVALID", `${path} names the layout version ${JSON.stringify(imageLayoutVersion)}; 1.0.0 is known`);
  return layoutAt(folder);
};

/** Makes an empty layout, or opens the one that is there. */
export const createLayout = async (folder: string): Promise<Layout> => {
  try {
    return await openLayout(folder);
  } catch (error) {
    if (!(error instanceof SeaworthyError) || error.code !== "INPUT_NOT_FOUND") throw error;
  }
  mkdirSync(join(folder, "blobs", "sha256"), { recursive: true });
  const layout = layoutAt(folder);
  layout.writeIndex([]);
  // Last: a folder without this file is no layout yet.
  writeFileAtomic(join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}\n');
  return layout;
};
