import { cyclonedx, spdx } from "../../inventory/index.ts";
import { inventoried, type InventoryFlags } from "../inventoried.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { table } from "../render/table.ts";
import { VERSION } from "../version.ts";

export interface Flags extends InventoryFlags {
  readonly format?: "table" | "cyclonedx" | "spdx";
}

export const run = reporting<Flags, [string]>(async (context, flags, image): Promise<Outcome> => {
  const inventory = await inventoried(context, image, flags);
  const { packages, distribution, blindSpots, digest } = inventory;
  const json = { schema: "seaworthy/inventory@1", image, digest, distribution, packages, blindSpots };
  if (flags.format === "cyclonedx") return { exit: 0, human: cyclonedx(inventory, { image, tool: VERSION }), json };
  if (flags.format === "spdx") {
    const epoch = Number(context.process.env["SOURCE_DATE_EPOCH"] ?? 0);
    return { exit: 0, human: spdx(inventory, { image, tool: VERSION, createdAt: Number.isFinite(epoch) ? epoch * 1000 : 0 }), json };
  }
  const rows = packages.map(({ type, namespace, name, version, layerIndex, path, ownedBy }) => [
    type,
    namespace === undefined ? name : `${namespace}/${name}`,
    version,
    layerIndex === undefined ? "" : String(layerIndex + 1),
    ownedBy === undefined ? path : `${path} (of ${ownedBy})`,
  ]);
  const listed = packages.length === 0 ? "no packages were found" : table([["type", "name", "version", "layer", "found in"], ...rows]);
  return { exit: 0, human: [listed, ...blindSpots.map((spot) => `not seen: ${spot}`)].join("\n"), json };
});
