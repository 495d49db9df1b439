export * from "./checklist.ts";
export * from "./diff.ts";
export * from "./findings.ts";
export * from "./json.ts";
export type { ScanDocument, ScanDocumentSecret, ScanSuppression } from "./scan/document.ts";
export { renderScan } from "./scan/table.ts";
export { nextStep, verdictWords } from "./scan/words.ts";
export type { TrialDocument } from "./trial/document.ts";
export { renderTrialPage } from "./trial/page.ts";
