export type * from "./container-spec.ts";
export { readGit } from "./git.ts";
export * from "./load.ts";
export type * from "./project.ts";
export type * from "./settings.ts";
