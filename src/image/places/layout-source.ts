import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Digest, hexOf } from "../../core/index.ts";
import { fileIdentity } from "../archive/file-chunks.ts";
import { chosenEntry, namesOf } from "../filesystem/layout-image.ts";
import type { Layout } from "../layout/layout.ts";
import type { Descriptor } from "../values/descriptor.ts";
import { isManifestType } from "../values/media-types.ts";
import type { Attached, ImageSource } from "./source.ts";

const READ_BYTES = 512 * 1024;

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
export const layoutSource = async (layout: Layout, name?: string): Promise<ImageSource> => {
  const where = `the image layout ${layout.folder}`;
  const entries = await layout.entries();
  const entry = chosenEntry(entries, name, where);
  const manifest: ImageSource["manifest"] = (digest) => layout.manifest(digest);
  return {
    where,
    root: entry.digest,
    tags: namesOf(entry),
    isMadeUp: false,
    manifest,
    blob: ({ digest }) => layout.openBlob(digest),
    file: ({ digest }) => createReadStream(layout.blobPath(digest), { highWaterMark: READ_BYTES }),
    blobPath: (digest) => layout.blobPath(digest),
    identity: ({ digest }) => fileIdentity({ stat: (options) => stat(layout.blobPath(digest), options) }).catch(() => undefined),
    attached: (digest) => attachedIn(entries, digest, manifest),
    close: async () => undefined,
  };
};
