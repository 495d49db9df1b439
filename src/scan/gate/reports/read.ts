import { SeaworthyError } from "../../../core/index.ts";
import { type JsonFile, readJsonFile } from "../json-file.ts";
import { grypeReport, isGrype } from "./grype.ts";
import type { ForeignReport } from "./report.ts";
import type { Exploitation } from "../../database/exploited.ts";
import { worstFirst } from "../../order.ts";
import type { GateVulnerability } from "../subject.ts";
import { isTrivy, trivyReport } from "./trivy.ts";

/** With all packages and all references of an image of some gigabytes. */
const MAX_BYTES = 256 * 1024 * 1024;

const has = (value: unknown, key: string): boolean => typeof value === "object" && value !== null && key in value;

/** What else it may be, for those who mixed up a flag. */
const looksLike = (value: unknown): string => {
  if (Array.isArray(value)) return "a list, as Trivy wrote it before 0.20";
  if (has(value, "bomFormat")) return "CycloneDX";
  if (has(value, "spdxVersion")) return "SPDX";
  if (has(value, "runs")) return "SARIF";
  if (has(value, "@context")) return "OpenVEX (for --vex)";
  if (has(value, "ClusterName")) return "Trivy's report of a cluster";
  if (has(value, "artifacts") && has(value, "artifactRelationships")) return "what syft lists, which holds no vulnerabilities";
  if (has(value, "auditReportVersion")) return "a report of npm audit";
  if (has(value, "packageManager") && has(value, "vulnerabilities")) return "a report of Snyk";
  if (has(value, "results") && has(value, "experimental_config")) return "a report of osv-scanner";
  if (has(value, "schema") && has(value, "gate")) return "a report of seaworthy scan itself";
  return "something else";
};

const read = (file: JsonFile): ForeignReport => {
  if (isTrivy(file.value)) return trivyReport(file);
  if (isGrype(file.value)) return grypeReport(file);
  throw new SeaworthyError(
    "INPUT_INVALID",
    `${file.shown}:1:1: expected a report of trivy image -f json or grype -o json; this is ${looksLike(file.value)}`,
    {
      hint: "Write the report as JSON of that tool's own form: trivy image -f json, trivy convert -f json, grype -o json.",
    },
  );
};

/** Marks what is known to be exploited, by a catalogue that the report's tool does not have. */
const marked = (one: GateVulnerability, kevOf: (cve: string) => Exploitation | undefined): GateVulnerability => {
  const kev = one.exploited === true ? undefined : kevOf(one.id);
  return kev === undefined ? one : { ...one, exploited: true, kev };
};

/** Reads another tool's report, the worst first. `kevOf` from a database of ours, where there is one. @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE, INPUT_INVALID with the place */
export const readReport = (path: string, cwd: string, kevOf?: (cve: string) => Exploitation | undefined): ForeignReport => {
  const report = read(readJsonFile(path, cwd, MAX_BYTES));
  const { scanned } = report;
  const vulnerabilities = kevOf === undefined ? scanned.vulnerabilities : scanned.vulnerabilities.map((one) => marked(one, kevOf));
  return {
    ...report,
    scanned: { ...scanned, vulnerabilities: vulnerabilities.toSorted(worstFirst) },
    tellsExploited: report.tellsExploited || kevOf !== undefined,
  };
};
