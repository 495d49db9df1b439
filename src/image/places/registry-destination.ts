import { existsSync } from "node:fs";
import { byDigest, byTag, formatByteSize, formatReference, type Reference, SeaworthyError, shortDigest } from "../../core/index.ts";
import { bytesProgress } from "../bytes-progress.ts";
import type { RegistryClient } from "../client/types.ts";
import { eachOf, PARALLEL } from "../each-of.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { isNonDistributable } from "../values/media-types.ts";
import type { BlobsOf, ImageDestination } from "./destination.ts";

type Client = Pick<RegistryClient, "hasBlob" | "mountBlob" | "pushBlob" | "pushManifest">;

/** What comes after the first bytes. */
async function* behind(stream: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let left = bytes;
  for await (const chunk of stream) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/**
 * A repository: missing blobs first, taken over from a repository beside it where that is the source, then manifests from the leaves up by digest, then the tags.
 * A reference without a tag leaves the image without one.
 */
export const registryDestination = (client: Client, reference: Reference): ImageDestination => {
  const { registry, repository } = reference;
  const has = (blob: Descriptor): Promise<boolean> => client.hasBlob(reference, blob.digest);
  /** True where the registry had it in the other repository. */
  const mounted = async (blob: Descriptor, { repository: from }: BlobsOf): Promise<boolean> =>
    from !== undefined &&
    from.registry === registry &&
    from.repository !== repository &&
    (await client.mountBlob(reference, blob.digest, from.repository));
  return {
    where: formatReference(reference),
    holds: "any",
    layers: "compressed",
    has,
    write: async (image, source, progress) => {
      if (reference.digest !== undefined && reference.digest !== image.root)
        throw new SeaworthyError("INPUT_INVALID", `the image to copy has the digest ${image.root}; it was to become ${reference.digest}`, {
          hint: "Leave the digest out, or copy without --platform and --compress, which make another image of it.",
        });
      let present = 0;
      let sent = 0;
      let sentBytes = 0;
      await eachOf(image.tree.blobs, PARALLEL, async (blob) => {
        if (isNonDistributable(blob.mediaType) && (blob.urls ?? []).length > 0) return;
        if ((await has(blob)) || (await mounted(blob, source))) {
          present += 1;
          return;
        }
        const step = `push ${shortDigest(blob.digest)}`;
        progress.begin(step, formatByteSize(blob.size));
        const path = source.blobPath?.(blob.digest);
        if (path !== undefined && !existsSync(path))
          throw new SeaworthyError(
            "IMAGE_NOT_FOUND",
            `${source.where} has no blob ${blob.digest}, and neither has ${registry}/${repository}`,
          );
        // Read again where the connection breaks: checked each time, so from the beginning.
        const again = { sizeBytes: blob.size, open: (start: number) => behind(source.blob(blob), start) };
        await client.pushBlob(reference, path === undefined ? again : { path }, blob.digest, {
          onSent: bytesProgress(progress, step, blob.size),
        });
        progress.end(step, formatByteSize(blob.size));
        sent += 1;
        sentBytes += blob.size;
      });
      const named = new Map(image.attached.flatMap(({ digest, tag }) => (tag === undefined ? [] : [[digest, tag] as const])));
      for (const { digest, bytes, mediaType } of image.tree.manifests) {
        await client.pushManifest(byDigest(reference, digest), bytes, mediaType);
        const tag = named.get(digest) ?? (digest === image.root ? reference.tag : undefined);
        if (tag !== undefined && digest !== image.root) await client.pushManifest(byTag(reference, tag), bytes, mediaType);
      }
      // Last: whoever sees the tag sees all of it.
      const root = image.tree.manifests.find(({ digest }) => digest === image.root);
      if (root !== undefined && reference.tag !== undefined)
        await client.pushManifest(byTag(reference, reference.tag), root.bytes, root.mediaType);
      return { sent, sentBytes, present };
    },
    close: async () => undefined,
  };
};
