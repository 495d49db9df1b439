import { type Digest, SeaworthyError } from "../../core/index.ts";
import { type NewTarEntry, writeTar } from "../archive/write-tar.ts";
import { MEDIA } from "../values/media-types.ts";
import { blobName } from "./archive-blobs.ts";
import type { BlobsOf, WholeImage } from "./destination.ts";
import { entriesOf } from "./layout-destination.ts";

/** `oci`: an OCI archive. `docker`: for one image; the same with the `manifest.json` of `docker save`, so that every engine loads it and its manifest is kept. */
export type ArchiveFormat = "oci" | "docker";

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** The one image for the one platform that a docker-archive holds. @throws INPUT_INVALID for an index */
const dockerListing = ({ root, tree }: WholeImage, names: readonly string[]): Buffer => {
  const manifest = tree.manifests.find(({ digest }) => digest === root);
  if (manifest?.kind !== "manifest")
    throw new SeaworthyError("INPUT_INVALID", `${root} is an index, and a docker-archive holds one image`, {
      hint: "Choose one with --platform.",
    });
  return json([
    { Config: blobName(manifest.config.digest), RepoTags: names, Layers: manifest.layers.map(({ digest }) => blobName(digest)) },
  ]);
};

/**
 * An image as a tar: the same bytes for the same image and names, whenever and wherever it is written. `name` is what the image is called in it, in full for
 * `docker`: `repository:tag`.
 */
export const archiveStream = (image: WholeImage, source: BlobsOf, format: ArchiveFormat, name?: string): AsyncIterable<Uint8Array> => {
  const entries = async function* (): AsyncGenerator<NewTarEntry> {
    yield { path: "oci-layout", body: json({ imageLayoutVersion: "1.0.0" }) };
    const written = new Set<Digest>();
    for (const blob of image.tree.blobs) {
      written.add(blob.digest);
      yield { path: blobName(blob.digest), body: { sizeBytes: blob.size, stream: source.blob(blob) } };
    }
    for (const { digest, bytes } of image.tree.manifests) if (!written.has(digest)) yield { path: blobName(digest), body: bytes };
    yield { path: "index.json", body: json({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: entriesOf(image, name) }) };
    const names = name === undefined ? image.tags.filter((tag) => /[/:]/.test(tag)) : [name];
    if (format === "docker") yield { path: "manifest.json", body: dockerListing(image, names) };
  };
  return writeTar(entries());
};
