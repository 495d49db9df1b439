import { type Digest, SeaworthyError } from "../../core/index.ts";
import type { Descriptor } from "../values/descriptor.ts";
import type { Index, Manifest } from "../values/manifest.ts";

/** Everything an image consists of. */
export interface ImageTree {
  /** Children before the indexes that name them; the root is last. */
  readonly manifests: readonly (Manifest | Index)[];
  /** Configurations and layers, each once. */
  readonly blobs: readonly Descriptor[];
}

const MAX_MANIFESTS = 2000;
const MAX_DEPTH = 8;

/** Collects what hangs below a manifest or index, each digest once, whatever the shape. @throws INPUT_INVALID when it is nested or spread beyond reason */
export const walkImage = async (root: Digest, read: (digest: Digest) => Promise<Manifest | Index>): Promise<ImageTree> => {
  const manifests = new Map<Digest, Manifest | Index>();
  const blobs = new Map<Digest, Descriptor>();
  const visit = async (digest: Digest, depth: number): Promise<void> => {
    if (manifests.has(digest)) return;
    if (depth > MAX_DEPTH || manifests.size >= MAX_MANIFESTS)
      throw new SeaworthyError(
        "INPUT_INVALID",
        `the index ${root} holds more than ${MAX_MANIFESTS} manifests or is nested deeper than ${MAX_DEPTH}`,
      );
    const manifest = await read(digest);
    if (manifest.kind === "index") for (const child of manifest.manifests) await visit(child.digest, depth + 1);
    else for (const blob of [manifest.config, ...manifest.layers]) blobs.set(blob.digest, blob);
    manifests.set(digest, manifest);
  };
  await visit(root, 0);
  return { manifests: [...manifests.values()], blobs: [...blobs.values()] };
};
