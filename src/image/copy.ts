import {
  byDigest,
  type Digest,
  formatByteSize,
  type Progress,
  type Reference,
  SeaworthyError,
  shortDigest,
  silentProgress,
} from "../core/index.ts";
import { bytesProgress } from "./bytes-progress.ts";
import type { RegistryClient } from "./client/types.ts";
import { eachOf, PARALLEL } from "./each-of.ts";
import type { Layout } from "./layout/layout.ts";
import { walkImage } from "./layout/walk.ts";
import { parseManifest } from "./values/manifest.ts";
import { isNonDistributable } from "./values/media-types.ts";
import type { Descriptor } from "./values/descriptor.ts";

/** What a copy did. Bytes and counts are of blobs; manifests are always sent. */
export interface Copied {
  readonly digest: Digest;
  readonly blobs: { readonly sent: number; readonly present: number; readonly sentBytes: number };
}

/**
 * Pushes an image or index of a layout, exactly its bytes: missing blobs (four at a time), then manifests from the leaves up by digest, then the tags.
 * Nothing is under a tag before everything below it is there. Tags: the reference's own and `tags`.
 * @throws TAG_IMMUTABLE, REGISTRY_UNREACHABLE, REGISTRY_REFUSED, IMAGE_NOT_FOUND when the layout lacks a blob
 */
export const copyToRegistry = async (
  layout: Layout,
  digest: Digest,
  client: RegistryClient,
  reference: Reference,
  options: { readonly tags?: readonly string[]; readonly progress?: Progress } = {},
): Promise<Copied> => {
  const progress = options.progress ?? silentProgress;
  const repository = { registry: reference.registry, repository: reference.repository };
  const tree = await walkImage(digest, (child) => layout.manifest(child));
  let sent = 0;
  let present = 0;
  let sentBytes = 0;
  await eachOf(tree.blobs, PARALLEL, async (blob) => {
    const size = await layout.blobSize(blob.digest);
    if (size === undefined && isNonDistributable(blob.mediaType)) return;
    if (size !== undefined && size !== blob.size)
      throw new SeaworthyError("INPUT_INVALID", `the layout's blob ${blob.digest} has ${size} bytes, its manifest says ${blob.size}`);
    if (await client.hasBlob(repository, blob.digest)) {
      present += 1;
      return;
    }
    if (size === undefined)
      throw new SeaworthyError(
        "IMAGE_NOT_FOUND",
        `neither the layout ${layout.folder} nor ${repository.registry}/${repository.repository} has blob ${blob.digest}`,
      );
    const step = `push ${shortDigest(blob.digest)}`;
    progress.begin(step, formatByteSize(blob.size));
    await client.pushBlob(repository, { path: layout.blobPath(blob.digest) }, blob.digest, {
      onSent: bytesProgress(progress, step, blob.size),
    });
    progress.end(step);
    sent += 1;
    sentBytes += blob.size;
  });
  for (const manifest of tree.manifests)
    await client.pushManifest(byDigest(repository, manifest.digest), manifest.bytes, manifest.mediaType);
  const root = tree.manifests.at(-1);
  const tags = new Set([...(reference.tag === undefined ? [] : [reference.tag]), ...(options.tags ?? [])]);
  if (root !== undefined) for (const tag of tags) await client.pushManifest({ ...repository, tag }, root.bytes, root.mediaType);
  return { digest, blobs: { sent, present, sentBytes } };
};

/** Pulls an image or index whole into a layout, each digest checked; what the layout has already is not fetched. Returns the descriptor of the root, which is not yet in `index.json`. */
export const copyFromRegistry = async (client: RegistryClient, reference: Reference, layout: Layout): Promise<Descriptor> => {
  const root = await client.manifest(reference);
  const bytesOf = new Map<Digest, Uint8Array>();
  const tree = await walkImage(root.digest, async (digest) => {
    const read = digest === root.digest ? root : await client.manifest(byDigest(reference, digest));
    bytesOf.set(digest, read.bytes);
    return parseManifest(read.bytes, { digest, mediaType: read.mediaType });
  });
  await eachOf(tree.blobs, PARALLEL, async (blob) => {
    if ((await layout.blobSize(blob.digest)) === blob.size || (isNonDistributable(blob.mediaType) && (blob.urls ?? []).length > 0)) return;
    await layout.writeBlob(client.blob(reference, blob.digest, blob.size), blob.digest, true);
  });
  for (const [digest, bytes] of bytesOf) await layout.writeBlob(bytes, digest);
  return { mediaType: root.mediaType, digest: root.digest, size: root.bytes.length };
};
