export * from "./ignore-file.ts";
export { type IgnorePattern, matcherOf } from "./pattern.ts";
