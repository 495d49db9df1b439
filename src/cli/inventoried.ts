import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { inventoryLookout, inventoryOf, inventoryOfFolder, type Inventory } from "../inventory/index.ts";
import type { Context } from "./context.ts";
import { type OutputFlags } from "./outcome.ts";
import { progressFor } from "./progress.ts";
import { viewImage } from "./view-image.ts";

export interface InventoryFlags extends OutputFlags {
  readonly platform?: string;
}

/** A folder with files in it, and not the layout of an image. */
const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory() && !existsSync(join(path, "oci-layout"));

/** Lists what is in an image, wherever it is, or in a folder. A name without a slash or a dot is an image's first. @throws what viewImage and inventoryOfFolder throw */
export const inventoried = async (context: Context, name: string, flags: InventoryFlags): Promise<Inventory> => {
  const path = resolve(context.cwd, name);
  if (/[/.]/.test(name) && isFolder(path)) return inventoryOfFolder(path, context.signal);
  return inventoryOf(
    await viewImage(context, name, { lookout: inventoryLookout, platform: flags.platform, progress: progressFor(context, flags) }),
  );
};
