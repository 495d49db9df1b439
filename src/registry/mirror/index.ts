export { createMirrors, type Mirrors } from "./mirrors.ts";
export { isMirrored } from "./place.ts";
export type { MirrorSettings } from "./settings.ts";
export { mirrorSettings } from "./settings-schema.ts";
