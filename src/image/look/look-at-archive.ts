import { SeaworthyError } from "../../core/index.ts";
import type { StoredBlob } from "../archive/stored-blob.ts";
import { contentsOf, type ImageContents, type ReadOptions } from "../filesystem/image-contents.ts";
import { readLayer } from "../filesystem/layer.ts";
import { type ArchiveOptions, openToLook } from "../places/open-archive.ts";
import { parseImageConfig } from "../values/config.ts";
import { lookAtImage } from "./look-at-image.ts";

const NO_DOCUMENTS =
  "there is no image in the archive, only a file system (as docker export writes it, or one layer): it has no configuration, no history and no name";

/** A tar of files is one layer. What an image's configuration would say nobody knows. */
const lookAtFileSystem = async <Note>(
  stored: StoredBlob,
  { lookout, budget, cache, onLayer }: ReadOptions<Note>,
): Promise<ImageContents<Note>> => {
  const identity = await stored.identity();
  const name = identity === undefined ? undefined : `${identity} as it is`;
  let layer = name === undefined ? undefined : await cache?.find([name]);
  if (layer === undefined) {
    onLayer?.(1, 1);
    layer = await readLayer(stored.read(), "the archive", lookout, budget);
    if (name !== undefined && (await stored.identity()) === identity) await cache?.keep(name, layer);
  }
  const { diffId } = layer;
  const config = { architecture: "unknown", os: "linux", rootfs: { type: "layers", diff_ids: [diffId] } };
  return contentsOf(parseImageConfig(Buffer.from(JSON.stringify(config))), [layer], { digest: diffId, tags: [], unseen: [NO_DOCUMENTS] });
};

/**
 * Reads one image of a tar archive as far as it goes, or the file system that it holds instead of one; the archive itself may be compressed.
 * @param needsConfig refuses what has no configuration
 * @throws INPUT_NOT_FOUND, INPUT_INVALID, INPUT_TOO_LARGE, DEADLINE, PLATFORM_MISSING
 */
export const lookAtArchive = async <Note>(
  path: string,
  archive: ArchiveOptions,
  options: ReadOptions<Note>,
  { needsConfig = false } = {},
): Promise<ImageContents<Note>> => {
  const opened = await openToLook(path, archive);
  try {
    if ("root" in opened) return await lookAtImage(opened, options);
    if (needsConfig)
      throw new SeaworthyError("INPUT_INVALID", `${path}: ${NO_DOCUMENTS}`, {
        hint: "seaworthy sbom and seaworthy scan read a file system; its image is what docker save, not docker export, writes.",
      });
    return await lookAtFileSystem(opened.fileSystem, options);
  } finally {
    await opened.close();
  }
};
