export * from "./evidence.ts";
export * from "./finding.ts";
export * from "./items.ts";
export * from "./policy.ts";
export * from "./verdict.ts";
