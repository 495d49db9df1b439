export * from "./checklist.ts";
export * from "./findings.ts";
export * from "./json.ts";
