import { type Evidence, type Finding, type GateResult, itemOf, type ItemVerdict } from "../checklist/index.ts";
import { isoTime, jsonForTerminal } from "../core/index.ts";
import { countVerdicts } from "./checklist.ts";
import { type CycloneDxScanOptions, scanCycloneDx } from "./scan/cyclonedx.ts";
import { type SarifOptions, scanSarif } from "./scan/sarif.ts";
import type { ScanDocument } from "./scan/document.ts";
import { countBySeverity } from "./findings.ts";

const evidenceDocument = ({ at, ...rest }: Evidence) => ({ ...rest, at: isoTime(at) });

/** `seaworthy/findings@1`. Places count lines and columns from 1, offsets from 0. */
export const findingsDocument = (
  findings: readonly Finding[],
  ignored: readonly { readonly finding: Finding; readonly by: { readonly reason: string; readonly until?: string } }[] = [],
) => ({
  schema: "seaworthy/findings@1" as const,
  counts: { ...countBySeverity(findings), ignored: ignored.length },
  findings: findings.map(({ fix, ...finding }) => ({ ...finding, fixable: fix !== undefined })),
  ignored: ignored.map(({ finding, by }) => ({
    rule: finding.rule,
    path: finding.path,
    message: finding.message,
    reason: by.reason,
    ...(by.until === undefined ? {} : { until: by.until }),
  })),
});

/** `seaworthy/scan@1` as a text. */
export const renderScanJson = (document: ScanDocument): string => cleanJson(document);

const cleanJson = (document: object): string => `${jsonForTerminal(document, 2)}\n`;

/** A scan as SARIF 2.1.0. */
export const renderScanSarif = (document: ScanDocument, options: SarifOptions): string => cleanJson(scanSarif(document, options));

/** A scan as CycloneDX 1.6. */
export const renderScanCycloneDx = (document: ScanDocument, options: CycloneDxScanOptions): string =>
  cleanJson(scanCycloneDx(document, options));

/** `seaworthy/checklist@1`. Every item of the checklist once, in its order. `gate` is the policy's answer, when it was asked. */
export const checklistDocument = (verdicts: readonly ItemVerdict[], gate?: GateResult) => ({
  schema: "seaworthy/checklist@1" as const,
  counts: countVerdicts(verdicts),
  ...(gate === undefined
    ? {}
    : { gate: { passed: gate.passed, refusals: gate.refusals.map(({ item, requirement, state }) => ({ item, requirement, state })) } }),
  items: verdicts.map(({ item, verdict, evidence }) => ({
    item,
    holds: itemOf(item).holds,
    verdict,
    evidence: evidence.map(evidenceDocument),
  })),
});
