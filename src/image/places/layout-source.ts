import { join } from "node:path";
import { type Digest, hexOf } from "../../core/index.ts";
import { storedFile } from "../archive/stored-blob.ts";
import { chosenEntry, isOneImage, namesOf } from "../filesystem/layout-image.ts";
import type { Layout } from "../layout/layout.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { isManifestType } from "../values/media-types.ts";
import type { Attached, ImageSource, LocalSource } from "./source.ts";

/** What an `index.json` lists beside an image: by cosign's tag, or as a manifest that names it as its subject. */
export const attachedIn = async (
  entries: readonly Descriptor[],
  digest: Digest,
  manifest: ImageSource["manifest"],
): Promise<readonly Attached[]> => {
  const prefix = `sha256-${hexOf(digest)}.`;
  const found: Attached[] = [];
  for (const entry of entries) {
    const tag = namesOf(entry).find((name) => name.startsWith(prefix));
    if (tag !== undefined) found.push({ digest: entry.digest, tag });
    else if (isManifestType(entry.mediaType) && (await manifest(entry.digest)).subject?.digest === digest)
      found.push({ digest: entry.digest });
  }
  return found;
};

/** One image of a layout folder. @throws INPUT_INVALID when it is not clear which */
export const layoutSource = async (layout: Layout, name?: string): Promise<LocalSource> => {
  const where = `the image layout ${layout.folder}`;
  const entries = await layout.entries();
  const index = name === undefined && isOneImage(entries) ? await layout.index() : undefined;
  const root = index ?? chosenEntry(entries, name, where);
  const manifest: ImageSource["manifest"] = async (digest) => (digest === index?.digest ? index : layout.manifest(digest));
  return {
    where,
    root: root.digest,
    tags: "kind" in root ? [] : namesOf(root),
    isMadeUp: false,
    manifest,
    blob: ({ digest }) => layout.openBlob(digest),
    blobPath: (digest) => layout.blobPath(digest),
    stored: async (digest) => {
      if (digest === index?.digest) return storedFile(join(layout.folder, "index.json"), index.bytes.length);
      const sizeBytes = await layout.blobSize(digest);
      return sizeBytes === undefined ? undefined : storedFile(layout.blobPath(digest), sizeBytes);
    },
    flaws: [],
    attached: (digest) => attachedIn(entries, digest, manifest),
    close: async () => undefined,
  };
};
