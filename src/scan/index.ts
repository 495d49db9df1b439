export type { Rating } from "./advisories/advisory.ts";
export { buildDatabase } from "./database/build.ts";
export { readCatalogue } from "./database/exploited.ts";
export { readManifest } from "./database/manifest.ts";
export { recordsOf } from "./database/sources.ts";
export { openMatcher } from "./match.ts";
export { scan, type Vulnerability } from "./scan.ts";
export { DEFAULT_GATE, type GatePolicy, type GateVerdict, judge } from "./gate/judge.ts";
export { type GateSubject, type Scanned } from "./gate/subject.ts";
