export { rebuildAfterChange } from "./rebuild.ts";
export { type BuildOptions, buildService, type BuiltImage, type BuiltPlatform } from "./build-service.ts";
export { dropLayout, idleLayouts, isBuilding, layoutsIn } from "./layouts.ts";
export { buildLeftovers } from "./leftovers.ts";
export { projectTags } from "./project-tags.ts";
export type { ImageTags } from "./tags.ts";
