export * from "./checklist.ts";
export { codeFrame } from "./code-frame.ts";
export * from "./findings.ts";
export * from "./json.ts";
export { paintOf, type Paint, type Style } from "./style.ts";
