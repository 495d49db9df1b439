export * from "./checklist.ts";
export * from "./diff.ts";
export * from "./findings.ts";
export * from "./json.ts";
