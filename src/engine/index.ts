export { createDockerEngine, createDockerInside } from "./docker/index.ts";
export { engineSocket, type SocketFacts } from "./docker/socket-facts.ts";
export type { ImageRunConfig } from "../core/index.ts";
export * from "./fake/index.ts";
export type * from "./ports.ts";
export * from "./probe/index.ts";
export type * from "./types.ts";
