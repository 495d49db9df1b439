export type { Rating } from "./advisories/advisory.ts";
export { buildDatabase } from "./database/build.ts";
export { readCatalogue } from "./database/exploited.ts";
export { readManifest } from "./database/manifest.ts";
export { recordsOf } from "./database/sources.ts";
export { openMatcher } from "./match.ts";
export { held, scan, type ScanResult, type Vulnerability } from "./scan.ts";
