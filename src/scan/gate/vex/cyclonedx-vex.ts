import * as v from "valibot";
import { type JsonFile, parsedFile } from "../json-file.ts";
import type { VexComponent, VexProduct, VexStatement, VexStatus } from "./statement.ts";

const TEXT = v.string("expected text");

const COMPONENT = v.object({ "bom-ref": v.optional(TEXT), purl: v.optional(TEXT), name: v.optional(TEXT), version: v.optional(TEXT) });

const ANALYSIS = v.object({
  state: v.optional(TEXT),
  justification: v.optional(TEXT),
  detail: v.optional(TEXT),
  lastUpdated: v.optional(TEXT),
  firstIssued: v.optional(TEXT),
});

const BOM = v.object({
  version: v.optional(v.number(), 1),
  metadata: v.optional(
    v.object({
      timestamp: v.optional(TEXT),
      component: v.optional(COMPONENT),
      authors: v.optional(v.array(v.object({ name: v.optional(TEXT) }))),
    }),
  ),
  components: v.optional(v.array(COMPONENT), []),
  vulnerabilities: v.optional(
    v.array(
      v.object({
        id: TEXT,
        references: v.optional(v.array(v.object({ id: v.optional(TEXT) })), []),
        updated: v.optional(TEXT),
        analysis: v.optional(ANALYSIS),
        affects: v.optional(v.array(v.object({ ref: TEXT })), []),
      }),
      "expected a list of vulnerabilities",
    ),
    [],
  ),
});

/** cyclonedx.org/docs/1.6/json, vulnerabilities[].analysis.state. */
const STATES: Readonly<Record<string, VexStatus>> = {
  resolved: "fixed",
  resolved_with_pedigree: "fixed",
  exploitable: "affected",
  in_triage: "under_investigation",
  false_positive: "not_affected",
  not_affected: "not_affected",
};

export const isCycloneDx = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "bomFormat" in value && value.bomFormat === "CycloneDX";

const idOf = ({ purl, name, version }: v.InferOutput<typeof COMPONENT>): readonly string[] => {
  if (purl !== undefined) return [purl];
  return name === undefined ? [] : [version === undefined ? name : `${name}@${version}`];
};

/** What is written without a package URL of its own is about what the document describes, and without that about what it is held against. */
export const cycloneDxStatements = (file: JsonFile): readonly VexStatement[] => {
  const bom = parsedFile(file, BOM, "CycloneDX document");
  const places = file.placesIn("vulnerabilities");
  const components = new Map(bom.components.flatMap((one) => (one["bom-ref"] === undefined ? [] : [[one["bom-ref"], one] as const])));
  const subject = bom.metadata?.component;
  /** A reference within the document, a BOM-Link into another one (urn:cdx:.../1#ref), or a package URL. */
  const affected = (ref: string): VexComponent | "subject" => {
    const local = ref.startsWith("urn:cdx:") ? decodeURIComponent(ref.slice(ref.indexOf("#") + 1)) : ref;
    if (subject?.["bom-ref"] !== undefined && local === subject["bom-ref"]) return "subject";
    const known = components.get(local);
    return { ids: known === undefined ? [local] : idOf(known), sha256: [] };
  };
  return bom.vulnerabilities.flatMap(({ id, references, analysis, affects, updated }, index): readonly VexStatement[] => {
    if (analysis?.state === undefined) return [];
    const status = STATES[analysis.state];
    const refs = affects.map(({ ref }) => affected(ref));
    const inner = refs.filter((one) => one !== "subject");
    const ofSubject: VexProduct | undefined =
      subject?.purl === undefined ? undefined : { ids: [subject.purl], sha256: [], subcomponents: refs.includes("subject") ? [] : inner };
    const products =
      ofSubject === undefined ? (inner.length === 0 ? undefined : inner.map((one) => ({ ...one, subcomponents: [] }))) : [ofSubject];
    const time = analysis.lastUpdated ?? analysis.firstIssued ?? updated ?? bom.metadata?.timestamp ?? "";
    const at = Date.parse(time);
    const { state, justification = "", detail = "" } = analysis;
    const unreasoned =
      state === "not_affected" && justification === "" && detail === ""
        ? "it says not_affected without a justification or a detail"
        : undefined;
    const invalid =
      status === undefined
        ? `its state ${JSON.stringify(analysis.state.slice(0, 60))} is none of ${Object.keys(STATES).join(", ")}`
        : unreasoned;
    return [
      {
        ids: [id, ...references.flatMap((one) => one.id ?? [])].map((one) => one.toUpperCase()),
        products,
        status: status ?? "under_investigation",
        ...(analysis.justification === undefined ? {} : { justification: analysis.justification }),
        ...(analysis.detail === undefined ? {} : { words: analysis.detail }),
        author: bom.metadata?.authors?.[0]?.name ?? "its author",
        at: Number.isNaN(at) ? 0 : at,
        versions: [0, bom.version],
        place: places[index] ?? file.shown,
        ...(invalid === undefined ? {} : { invalid }),
      },
    ];
  });
};
