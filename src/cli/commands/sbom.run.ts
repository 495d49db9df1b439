import { broughtBy, licenceUses } from "../../inventory/index.ts";
import { inventoried, type InventoryFlags } from "../inventoried.ts";
import { type Outcome, reporting } from "../outcome.ts";
import { inventoryTree, licenceTable } from "../render/inventory.ts";
import { table } from "../render/table.ts";
import { VERSION } from "../version.ts";

export interface Flags extends InventoryFlags {
  readonly format?: "table" | "tree" | "cyclonedx" | "spdx";
  readonly licenses?: boolean;
  readonly top?: number;
}

export const run = reporting<Flags, [string]>(async (context, flags, image): Promise<Outcome> => {
  const inventory = await inventoried(context, image, flags);
  const { packages, distribution, platform, blindSpots, flaws, digest, base } = inventory;
  const { top = 10 } = flags;
  const json = {
    schema: "seaworthy/inventory@1",
    image,
    digest,
    ...(platform === undefined ? {} : { platform }),
    distribution,
    ...(base === undefined ? {} : { base }),
    packages: packages.map((one) => {
      const origin = broughtBy(one.layerIndex, base);
      return origin === undefined ? one : { ...one, origin };
    }),
    ...(flags.licenses === true ? { licenses: licenceUses(packages) } : {}),
    blindSpots,
    ...(flaws === undefined ? {} : { flaws }),
  };
  const epoch = Number(context.process.env["SOURCE_DATE_EPOCH"] ?? Number.NaN);
  const options = { image, tool: VERSION, ...(Number.isFinite(epoch) ? { createdAt: epoch * 1000 } : {}) };
  if (flags.format === "cyclonedx" || flags.format === "spdx") {
    const forms = await import("../bill-of-materials.ts");
    return { exit: 0, human: forms[flags.format](inventory, options), json };
  }
  const notSeen = blindSpots.map((spot) => `not seen: ${spot}`);
  if (flags.licenses === true) return { exit: 0, human: [licenceTable(licenceUses(packages)), ...notSeen].join("\n"), json };
  if (flags.format === "tree") return { exit: 0, human: [inventoryTree(inventory, top), ...notSeen].join("\n"), json };
  const rows = packages.map(({ type, namespace, name, version, layerIndex, path, ownedBy }) => [
    type,
    namespace === undefined ? name : `${namespace}/${name}`,
    version,
    layerIndex === undefined ? "" : String(layerIndex + 1),
    ownedBy === undefined ? path : `${path} (of ${ownedBy})`,
  ]);
  const listed = packages.length === 0 ? "no packages were found" : table([["type", "name", "version", "layer", "found in"], ...rows]);
  return { exit: 0, human: [listed, ...notSeen].join("\n"), json };
});
