import { inventoryLookout, inventoryOf, type Inventory } from "../inventory/index.ts";
import type { Context } from "./context.ts";
import { type OutputFlags } from "./outcome.ts";
import { progressFor } from "./progress.ts";
import { viewImage } from "./view-image.ts";

export interface InventoryFlags extends OutputFlags {
  readonly platform?: string;
}

/** Reads an image wherever it is and lists what is in it. @throws what viewImage throws */
export const inventoried = async (context: Context, image: string, flags: InventoryFlags): Promise<Inventory> =>
  inventoryOf(
    await viewImage(context, image, { lookout: inventoryLookout, platform: flags.platform, progress: progressFor(context, flags) }),
  );
