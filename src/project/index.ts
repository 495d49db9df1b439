export type { Section } from "./config/section.ts";
export { SECTIONS } from "./config/sections.ts";
export type * from "./container-spec.ts";
export * from "./engine/compose-labels.ts";
export * from "./engine/container-config.ts";
export * from "./load.ts";
export type * from "./project.ts";
export type * from "./settings.ts";
export { type CommitRange, commitsBetween } from "./git-range.ts";
