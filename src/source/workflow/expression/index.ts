export * from "./constant.ts";
export * from "./parse.ts";
export type * from "./syntax.ts";
export * from "./walk.ts";
