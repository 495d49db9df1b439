import { stat } from "node:fs/promises";
import { SeaworthyError } from "../../core/index.ts";
import { fileIdentity } from "../archive/file-chunks.ts";
import type { StoredBlob } from "../archive/stored-blob.ts";
import { contentsOf, type ImageContents, type ReadOptions } from "../filesystem/image-contents.ts";
import { readLayer } from "../filesystem/layer.ts";
import { stacked } from "../filesystem/stacked.ts";
import { type ArchiveOptions, openToLook } from "../places/open-archive.ts";
import { parseImageConfig } from "../values/config.ts";
import { archiveMemory } from "./archive-memory.ts";
import { type Looked, looked } from "./look-at-image.ts";

const NO_DOCUMENTS =
  "there is no image in the archive, only a file system (as docker export writes it, or one layer): it has no configuration, no history and no name";

/** A tar of files is one layer. What an image's configuration would say nobody knows. */
const fileSystemLooked = async <Note>(
  stored: StoredBlob,
  { lookout, budget, cache, onLayer }: ReadOptions<Note>,
): Promise<Looked<Note>> => {
  const identity = await stored.identity();
  onLayer?.(1, 1);
  const layer = await readLayer(stored.read(), "the archive", lookout, budget);
  if (identity !== undefined && (await stored.identity()) === identity) await cache?.keep(`${identity} as it is`, layer);
  const { diffId } = layer;
  const config = { architecture: "unknown", os: "linux", rootfs: { type: "layers", diff_ids: [diffId] } };
  return {
    config: parseImageConfig(Buffer.from(JSON.stringify(config))),
    layers: [layer],
    files: stacked([layer]),
    about: { digest: diffId, tags: [], flaws: [], unseen: [NO_DOCUMENTS] },
  };
};

const opened = async <Note>(path: string, archive: ArchiveOptions, options: ReadOptions<Note>): Promise<Looked<Note>> => {
  const source = await openToLook(path, archive);
  try {
    return "root" in source ? await looked(source, options) : await fileSystemLooked(source.fileSystem, options);
  } finally {
    await source.close();
  }
};

/** One that was seen before is put together from what was learned of it, without being opened: it may be compressed as a whole. */
const seen = async <Note>(path: string, archive: ArchiveOptions, options: ReadOptions<Note>): Promise<Looked<Note>> => {
  const identify = (): Promise<string | undefined> => fileIdentity({ stat: (how) => stat(path, how) }).catch(() => undefined);
  const identity = await identify();
  if (options.cache === undefined || identity === undefined) return opened(path, archive, options);
  const memory = archiveMemory(options.cache, identity, options, archive.name);
  const known = await memory.recall();
  if (known !== undefined) return known;
  const found = await opened(path, archive, { ...options, cache: memory.cache });
  if ((await identify()) === identity) await memory.keep(found);
  return found;
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
  const { config, layers, about, files } = await seen(path, archive, options);
  if (needsConfig && about.unseen.length > 0)
    throw new SeaworthyError("INPUT_INVALID", `${path}: ${NO_DOCUMENTS}`, {
      hint: "seaworthy sbom and seaworthy scan read a file system; its image is what docker save, not docker export, writes.",
    });
  return contentsOf(config, layers, about, files);
};
