export { auditOf } from "./audited.ts";
export { type Count, createFigures, type Gauge } from "./figures.ts";
export { createReadiness } from "./readiness.ts";
export type { Served } from "./served.ts";
export { watchUpkeep } from "./upkeep.ts";
