import { type Digest, SeaworthyError } from "../../core/index.ts";
import type { TarFile, TarPart } from "../archive/tar-file.ts";
import { chosenEntry, isOneImage, namesOf } from "../filesystem/layout-image.ts";
import { hasDigest, type Index, MAX_MANIFEST_BYTES, parseManifest } from "../values/manifest.ts";
import { collect } from "../verified.ts";
import { blobName, type InArchive, readBlobOf, readSmall, storedIn } from "./archive-blobs.ts";
import { attachedIn } from "./layout-source.ts";
import type { ImageSource, LocalSource } from "./source.ts";

const indexIn = (bytes: Uint8Array): Index => {
  const index = parseManifest(bytes);
  if (index.kind === "index") return index;
  throw new SeaworthyError("INPUT_INVALID", "its index.json is no index");
};

/** Whether it can be read by its index.json. Some engines write one whose manifests they do not save, beside a manifest.json. */
export const isOciArchive = async (tar: TarFile): Promise<boolean> => {
  const part = tar.find("index.json");
  if (part === undefined) return false;
  if (tar.find("manifest.json") === undefined) return true;
  const { manifests } = indexIn(await collect(tar.read(part), MAX_MANIFEST_BYTES, "index.json"));
  return manifests.length > 0 && manifests.every(({ digest }) => tar.find(blobName(digest)) !== undefined);
};

/** An OCI layout in a tar, as skopeo, buildx and newer engines write it. */
export const ociArchiveSource = async (archive: InArchive): Promise<LocalSource> => {
  const { tar, where, name } = archive;
  const index = indexIn(await readSmall(archive, "index.json", MAX_MANIFEST_BYTES));
  const entries = index.manifests;
  const isRoot = name === undefined && isOneImage(entries);
  const entry = isRoot ? undefined : chosenEntry(entries, name, where);
  const partOf = (digest: Digest): TarPart | undefined => tar.find(isRoot && digest === index.digest ? "index.json" : blobName(digest));
  const manifest: ImageSource["manifest"] = async (digest) => {
    if (isRoot && digest === index.digest) return index;
    const part = tar.find(blobName(digest));
    const bytes = await collect(
      readBlobOf(archive, part, { digest, size: part?.sizeBytes ?? 0 }),
      MAX_MANIFEST_BYTES,
      `the manifest ${digest} in ${where}`,
    );
    if (!hasDigest(bytes, digest)) throw new SeaworthyError("INPUT_INVALID", `the blob ${digest} holds other bytes`);
    return parseManifest(bytes, { digest });
  };
  return {
    where,
    root: entry?.digest ?? index.digest,
    tags: entry === undefined ? [] : namesOf(entry),
    isMadeUp: false,
    manifest,
    blob: (blob) => readBlobOf(archive, tar.find(blobName(blob.digest)), blob),
    stored: async (digest) => storedIn(archive, partOf(digest)),
    flaws: archive.flaws ?? [],
    attached: (digest) => attachedIn(entries, digest, manifest),
    close: archive.close,
  };
};
