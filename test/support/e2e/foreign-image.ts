import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const OCI = "application/vnd.oci.image";

/** Writes an OCI layout whose index holds one small image for another architecture, made by hand: no builder here could. */
export const writeForeignLayout = (folder: string, architecture: string): void => {
  const blobs = join(folder, "blobs/sha256");
  mkdirSync(blobs, { recursive: true });
  const put = (mediaType: string, bytes: Buffer): { readonly mediaType: string; readonly digest: string; readonly size: number } => {
    const hex = createHash("sha256").update(bytes).digest("hex");
    writeFileSync(join(blobs, hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  // An empty tar archive: two blocks of zeros.
  const tar = Buffer.alloc(1024);
  const diffId = `sha256:${createHash("sha256").update(tar).digest("hex")}`;
  const layer = put(`${OCI}.layer.v1.tar+gzip`, gzipSync(tar));
  const config = put(
    `${OCI}.config.v1+json`,
    json({ os: "linux", architecture, config: {}, rootfs: { type: "layers", diff_ids: [diffId] } }),
  );
  const mediaType = `${OCI}.manifest.v1+json`;
  const manifest = {
    ...put(mediaType, json({ schemaVersion: 2, mediaType, config, layers: [layer] })),
    platform: { os: "linux", architecture },
  };
  const index = put(`${OCI}.index.v1+json`, json({ schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests: [manifest] }));
  writeFileSync(join(folder, "index.json"), json({ schemaVersion: 2, manifests: [index] }));
  writeFileSync(join(folder, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
};
