export * from "./ignore-file.ts";
export type { IgnorePattern } from "./pattern.ts";
