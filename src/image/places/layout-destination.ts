import { formatByteSize, formatReference, parseReference, shortDigest } from "../../core/index.ts";
import { bytesProgress, counted } from "../bytes-progress.ts";
import { eachOf, PARALLEL } from "../each-of.ts";
import { namesOf } from "../filesystem/layout-image.ts";
import type { Layout } from "../layout/layout.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { isNonDistributable } from "../values/media-types.ts";
import type { ImageDestination, WholeImage } from "./destination.ts";

/** A name as both kinds of readers look for it: the tag alone, and the full name where there is one. */
export const nameAnnotations = (name: string | undefined): Pick<Descriptor, "annotations"> => {
  if (name === undefined) return {};
  let full: string | undefined;
  let tag = name;
  try {
    const reference = parseReference(name);
    if (/[/:]/.test(name)) {
      full = formatReference(reference);
      tag = reference.tag ?? "latest";
    }
  } catch {
    // Layouts may call an image anything.
  }
  return { annotations: { ...(full === undefined ? {} : { "io.containerd.image.name": full }), "org.opencontainers.image.ref.name": tag } };
};

/** What an index.json lists of an image: the root under its name, and what hangs on it. */
export const entriesOf = ({ root, tree, attached, tags }: WholeImage, name: string | undefined): readonly Descriptor[] => {
  const entry = (digest: string, called: string | undefined): readonly Descriptor[] =>
    tree.manifests
      .filter((manifest) => manifest.digest === digest)
      .map((manifest) => ({
        mediaType: manifest.mediaType,
        digest: manifest.digest,
        size: manifest.bytes.length,
        ...(manifest.artifactType === undefined ? {} : { artifactType: manifest.artifactType }),
        ...nameAnnotations(called),
      }));
  return [...entry(root, name ?? tags[0]), ...attached.flatMap(({ digest, tag }) => entry(digest, tag))];
};

/** A layout folder, to which images are added. `tag`: what it is called there; the source's own name by default. */
export const layoutDestination = (layout: Layout, tag?: string): ImageDestination => {
  const has = async (blob: Descriptor): Promise<boolean> => (await layout.blobSize(blob.digest)) === blob.size;
  return {
    where: `the image layout ${layout.folder}`,
    holds: "any",
    layers: "compressed",
    has,
    write: async (image, source, progress) => {
      let present = 0;
      let sent = 0;
      let sentBytes = 0;
      await eachOf(image.tree.blobs, PARALLEL, async (blob) => {
        if (isNonDistributable(blob.mediaType) && (blob.urls ?? []).length > 0) return;
        if (await has(blob)) {
          present += 1;
          return;
        }
        const step = `copy ${shortDigest(blob.digest)}`;
        progress.begin(step, formatByteSize(blob.size));
        await layout.writeBlob(counted(source.blob(blob), bytesProgress(progress, step, blob.size)), blob.digest, true);
        progress.end(step, formatByteSize(blob.size));
        sent += 1;
        sentBytes += blob.size;
      });
      for (const { bytes, digest } of image.tree.manifests) await layout.writeBlob(bytes, digest);
      const added = entriesOf(image, tag);
      const names = new Set(added.flatMap(namesOf));
      const digests = new Set(added.map(({ digest }) => digest));
      const kept = (await layout.entries()).filter((entry) => {
        const own = namesOf(entry);
        return own.length === 0 ? !digests.has(entry.digest) : !own.every((name) => names.has(name));
      });
      layout.writeIndex([...kept, ...added]);
      return { sent, sentBytes, present };
    },
    close: async () => undefined,
  };
};
