export { type BaseImage, baseByLayers, broughtBy, guessedBase, type InventoryLayer } from "./base-image.ts";
export { inventoryOfFolder } from "./folder.ts";
export { type Inventory, inventoryLookout, inventoryOf } from "./inventory.ts";
export { noteCodec } from "./note.ts";
export { type FoundPackage, type PackageType } from "./package.ts";
export { type Distribution } from "./distribution.ts";
export { cyclonedx } from "./cyclonedx.ts";
export { spdx } from "./spdx.ts";
export { inventoryKey, openInventoryCache } from "./kept.ts";
