export * from "./checklist.ts";
export * from "./diff.ts";
export * from "./findings.ts";
export * from "./json.ts";
export type { TrialDocument } from "./trial/document.ts";
export { renderTrialPage } from "./trial/page.ts";
