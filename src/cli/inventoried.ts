import { resolve } from "node:path";
import { builtOn } from "./built-on.ts";
import { inventoryLookout, inventoryOf, inventoryOfFolder, type Inventory, noteCodec } from "../inventory/index.ts";
import type { Context } from "./context.ts";
import { imageFolderKind } from "./image-folder.ts";
import { kindOf } from "./image-on-disk.ts";
import { layerNotes } from "./layer-notes.ts";
import { type OutputFlags } from "./outcome.ts";
import { ownDockerfile, type OwnDockerfile } from "./own-dockerfile.ts";
import { progressFor } from "./progress.ts";
import { viewImage } from "./view-image.ts";

export interface InventoryFlags extends OutputFlags {
  readonly platform?: string;
  /** The image that it was built on. */
  readonly base?: string;
  /** The Dockerfile that it was built from. */
  readonly file?: string;
  readonly noCache?: boolean;
}

/** An inventory, and what is known of where the image comes from. */
export interface Inventoried extends Inventory {
  readonly own?: OwnDockerfile;
  /** The base image's name leads to other layers by now. */
  readonly renewed?: true;
  /** As an archive names it: `repository:tag`. */
  readonly tags?: readonly string[];
}

/** A folder with files in it, and not the layout of an image. */
const isFolder = (path: string): boolean => kindOf(path) === "folder" && imageFolderKind(path) === undefined;

/**
 * Lists what is in an image, wherever it is, or in a folder. A name without a slash or a dot is an image's first.
 * @param holdsDisk for who judges what it holds: archives and layouts are held to all their digests
 * @throws what viewImage, inventoryOfFolder, ownDockerfile and builtOn throw
 */
export const inventoried = async (
  context: Context,
  name: string,
  flags: InventoryFlags,
  { holdsDisk = false } = {},
): Promise<Inventoried> => {
  const path = resolve(context.cwd, name);
  if (/[/.]/.test(name) && isFolder(path)) return inventoryOfFolder(path, context.signal);
  const progress = progressFor(context, flags);
  const cache = flags.noCache === true ? undefined : layerNotes(context, { reader: "inventory", codec: noteCodec, progress });
  const contents = await viewImage(context, name, {
    lookout: inventoryLookout,
    platform: flags.platform,
    progress,
    holdsDisk,
    ...(cache === undefined ? {} : { cache }),
  });
  await cache?.close();
  // Where layers are missing nobody knows which of those that are there are the base's.
  const isCounted = contents.layers.length === contents.config.diffIds.length;
  const own = await ownDockerfile(context, flags.file, contents.config);
  const { base: _, ...inventory } = inventoryOf(contents);
  return {
    ...inventory,
    tags: contents.tags,
    ...(own === undefined ? {} : { own }),
    ...(isCounted ? await builtOn(context, contents.config, { base: flags.base, own }) : {}),
  };
};
