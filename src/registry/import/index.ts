export { fromDistributionFolder } from "./from-folder.ts";
export { fromRegistry } from "./from-registry.ts";
export { importImages, type ImportReport } from "./run.ts";
export type { ImportSource } from "./source.ts";
