import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageConfig } from "./recipes.ts";

export interface Stored {
  /** `sha256:...` of the manifest. */
  readonly digest: string;
  readonly config: string;
  readonly sizeBytes: number;
}

/** The date every image made here carries: a fixed one, so that the same packages give the same digest. */
const created = "2025-01-01T00:00:00Z";

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Turns a root file system's tar into an image of one layer: blobs named by digest under `blobs/sha256`. The layer stays uncompressed, so that its digest
 * depends on no compressor's version (and making it takes no 15 s). The tar is moved, not copied.
 */
export async function storeImage(folder: string, tar: string, config: ImageConfig): Promise<Stored> {
  const blobs = join(folder, "blobs", "sha256");
  await mkdir(blobs, { recursive: true });
  const layerDigest = await digestOf(tar);
  const layerSize = (await stat(tar)).size;
  await rename(tar, join(blobs, layerDigest));
  const imageConfig = Buffer.from(
    JSON.stringify({
      created,
      architecture: architectures[process.arch] ?? process.arch,
      os: "linux",
      config,
      rootfs: { type: "layers", diff_ids: [`sha256:${layerDigest}`] },
      history: [{ created, created_by: "seaworthy script/bases", comment: "made from Debian packages" }],
    }),
  );
  const configDigest = await write(blobs, imageConfig);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: `sha256:${configDigest}`, size: imageConfig.length },
      layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: `sha256:${layerDigest}`, size: layerSize }],
    }),
  );
  const digest = await write(blobs, manifest);
  return { digest: `sha256:${digest}`, config: `sha256:${configDigest}`, sizeBytes: layerSize };
}

async function write(blobs: string, bytes: Buffer): Promise<string> {
  const digest = createHash("sha256").update(bytes).digest("hex");
  await writeFile(join(blobs, digest), bytes);
  return digest;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
