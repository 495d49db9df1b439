export { auditOf } from "./audited.ts";
export { createFigures } from "./figures.ts";
export { createReadiness } from "./readiness.ts";
export type { Served } from "./served.ts";
