export { createDockerEngine } from "./docker/index.ts";
export type * from "./ports.ts";
export type * from "./types.ts";
