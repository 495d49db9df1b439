import { uuidOf } from "../../core/index.ts";
import type { ScanDocument, ScanDocumentEntry, ScanSuppression } from "./document.ts";
import { summaryOf, suppressionWords } from "./words.ts";

export interface CycloneDxScanOptions {
  /** Version of Seaworthy. */
  readonly tool: string;
  /** The image's whole list of components, where there is one; else those are listed that something was found in. */
  readonly bom?: Readonly<Record<string, unknown>>;
}

const METHODS = { "4.0": "CVSSv4", "3.1": "CVSSv31", "3.0": "CVSSv3", "2.0": "CVSSv2" } as const;

/** cyclonedx.org/docs/1.6/json, vulnerabilities[].analysis.justification, for OpenVEX's labels. */
const JUSTIFICATIONS: Readonly<Record<string, string>> = {
  component_not_present: "code_not_present",
  vulnerable_code_not_present: "code_not_present",
  vulnerable_code_not_in_execute_path: "code_not_reachable",
  vulnerable_code_cannot_be_controlled_by_adversary: "requires_environment",
  inline_mitigations_already_exist: "protected_by_mitigating_control",
};
const OWN_JUSTIFICATIONS = new Set([
  "code_not_present",
  "code_not_reachable",
  "requires_configuration",
  "requires_dependency",
  "requires_environment",
  "protected_by_compiler",
  "protected_at_runtime",
  "protected_at_perimeter",
  "protected_by_mitigating_control",
]);

const justificationOf = (label: string | undefined): { readonly justification?: string } => {
  const known = label === undefined ? undefined : OWN_JUSTIFICATIONS.has(label) ? label : JUSTIFICATIONS[label];
  return known === undefined ? {} : { justification: known };
};

/** A waiver without a justification says that it is exploitable, and lived with. */
const analysisOf = (by: ScanSuppression): object => {
  const detail = suppressionWords(by);
  if (by.kind === "baseline") return { state: "in_triage", detail };
  if (by.kind === "waiver")
    return by.justification === undefined
      ? { state: "exploitable", response: ["will_not_fix"], detail }
      : { state: "not_affected", ...justificationOf(by.justification), detail };
  return by.status === "fixed" ? { state: "resolved", detail } : { state: "not_affected", ...justificationOf(by.justification), detail };
};

const vulnerabilityOf = (entry: ScanDocumentEntry, by?: ScanSuppression): object => {
  const { id, name, version, severity, advisories, packages, fixed, exploited, notes = [] } = entry;
  const refs = [...new Set(packages.map(({ purl }) => purl))];
  const others = [...new Set(advisories.flatMap((one) => [one.id, ...one.cves, ...one.aliases]))].filter((other) => other !== id);
  const urls = [...new Set(advisories.flatMap(({ url }) => (url !== undefined && URL.canParse(url) ? [url] : [])))];
  const summary = summaryOf(entry);
  return {
    "bom-ref": `${id}/${name}@${version}`,
    id,
    source: { name: id.split("-", 1)[0] ?? id },
    ...(others.length === 0
      ? {}
      : { references: others.map((other) => ({ id: other, source: { name: other.split("-", 1)[0] ?? other } })) }),
    ratings: [
      severity === undefined
        ? { severity: "unknown" }
        : {
            ...(severity.source === undefined ? {} : { source: { name: severity.source } }),
            ...(severity.score === undefined ? {} : { score: severity.score }),
            severity: severity.rating,
            ...(severity.cvss === undefined ? {} : { method: METHODS[severity.cvss], vector: severity.written }),
          },
    ],
    ...(summary === "" ? {} : { description: summary }),
    ...(fixed === undefined ? {} : { recommendation: `Update ${name} to ${fixed}.` }),
    ...(urls.length === 0 ? {} : { advisories: urls.map((url) => ({ url })) }),
    ...(by === undefined ? {} : { analysis: analysisOf(by) }),
    affects: refs.map((ref) => ({ ref })),
    properties: [
      ...(exploited === true ? [{ name: "seaworthy:exploited", value: "true" }] : []),
      ...(entry.refused === undefined ? [] : [{ name: "seaworthy:refused", value: entry.refused }]),
      ...notes.map((value) => ({ name: "seaworthy:note", value })),
    ],
  };
};

/** Where nothing else lists them. */
const affected = ({ vulnerabilities, suppressed }: ScanDocument): readonly object[] =>
  [
    ...new Map(
      [...vulnerabilities, ...suppressed].flatMap(({ name, version, packages }) =>
        packages.map(({ purl }) => [purl, { type: "library", "bom-ref": purl, name, version, purl }] as const),
      ),
    ).values(),
  ].toSorted((a, b) => (a.purl < b.purl ? -1 : 1));

/** CycloneDX 1.6 with vulnerabilities and what is said of them (cyclonedx.org/docs/1.6/json). The same scan gives the same bytes, so it carries no time. */
export const scanCycloneDx = (document: ScanDocument, { tool, bom }: CycloneDxScanOptions): object => {
  const { image, digest, vulnerabilities, suppressed } = document;
  const whole = bom ?? {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      tools: { components: [{ type: "application", name: "seaworthy", version: tool }] },
      component: { type: "container", "bom-ref": digest ?? image, name: image, ...(digest === undefined ? {} : { version: digest }) },
    },
    components: affected(document),
  };
  const told = [...vulnerabilities.map((entry) => vulnerabilityOf(entry)), ...suppressed.map((entry) => vulnerabilityOf(entry, entry.by))];
  // One that is waived in some packages and open in others is told twice, and a reference is given once.
  const refs = new Map<string, number>();
  const unique = told.map((one) => {
    const ref = "bom-ref" in one ? String(one["bom-ref"]) : "";
    const times = (refs.get(ref) ?? 0) + 1;
    refs.set(ref, times);
    return times === 1 ? one : { ...one, "bom-ref": `${ref}#${times}` };
  });
  const flaws = (document.flaws ?? []).map(({ id, message }) => ({ name: `seaworthy:${id}`, value: message }));
  const said = "properties" in whole && Array.isArray(whole.properties) ? (whole.properties as readonly unknown[]) : [];
  const body = {
    ...whole,
    ...(flaws.length === 0 || said.length > 0 ? {} : { properties: flaws }),
    vulnerabilities: unique,
  };
  return { ...body, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}` };
};
