import * as v from "valibot";
import { type JsonFile, parsedFile } from "../json-file.ts";
import type { VexComponent, VexProduct, VexStatement, VexStatus } from "./statement.ts";

const TEXT = v.string("expected text");

const COMPONENT = v.object({
  "bom-ref": v.optional(TEXT),
  type: v.optional(TEXT),
  purl: v.optional(TEXT),
  name: v.optional(TEXT),
  version: v.optional(TEXT),
  components: v.optional(v.array(v.unknown()), []),
});

const AFFECTED = v.object({
  ref: TEXT,
  versions: v.optional(v.array(v.object({ version: v.optional(TEXT), range: v.optional(TEXT), status: v.optional(TEXT) })), []),
});

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
        affects: v.optional(v.array(AFFECTED), []),
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

type Component = v.InferOutput<typeof COMPONENT>;

const idOf = ({ purl, name, version }: Component): readonly string[] => {
  if (purl !== undefined) return [purl];
  return name === undefined ? [] : [version === undefined ? name : `${name}@${version}`];
};

/** With those within components, however deep. */
const allOf = (components: readonly Component[]): readonly Component[] => {
  const all = [...components];
  for (const { components: below } of all)
    for (const one of below) {
      const parsed = v.safeParse(COMPONENT, one);
      if (parsed.success) all.push(parsed.output);
    }
  return all;
};

/** What the document is about, as far as it can be held against an image. */
const subjectIds = (subject: Component | undefined): readonly string[] | undefined => {
  if (subject?.purl !== undefined) return [subject.purl];
  if (subject?.type !== "container" || subject.name === undefined) return undefined;
  // A name alone is the last part of one.
  return [/[/:@]/.test(subject.name) ? subject.name : `pkg:oci/${encodeURIComponent(subject.name)}`];
};

/** `pkg:npm/left` of these versions; of what has a version that one counts. */
const inVersions = (id: string, versions: readonly string[]): readonly string[] => {
  const [, head = id, rest = ""] = /^([^?#]*)(.*)$/s.exec(id) ?? [];
  return versions.length === 0 || !id.startsWith("pkg:") || head.lastIndexOf("@") > head.lastIndexOf("/") + 1
    ? [id]
    : versions.map((version) => `${head}@${encodeURIComponent(version)}${rest}`);
};

/** What is written without a package URL of its own is about what the document describes, and without that about what it is held against. */
export const cycloneDxStatements = (file: JsonFile): readonly VexStatement[] => {
  const bom = parsedFile(file, BOM, "CycloneDX document");
  const places = file.placesIn("vulnerabilities");
  const components = new Map(
    allOf(bom.components).flatMap((one) => (one["bom-ref"] === undefined ? [] : [[one["bom-ref"], one] as const])),
  );
  const subject = bom.metadata?.component;
  /** A reference within the document, a BOM-Link into another one (urn:cdx:.../1#ref), or a package URL. */
  const affected = ({ ref, versions }: v.InferOutput<typeof AFFECTED>, excuses: boolean): VexComponent | "subject" => {
    const local = ref.startsWith("urn:cdx:") ? decodeURIComponent(ref.slice(ref.indexOf("#") + 1)) : ref;
    if (subject?.["bom-ref"] !== undefined && local === subject["bom-ref"]) return "subject";
    const known = components.get(local);
    const ids = known === undefined ? [local] : idOf(known);
    // A version that is said to be the other way is not what the statement is about.
    const other = excuses ? "affected" : "unaffected";
    const meant = versions.flatMap(({ version, status }) => (version === undefined || status === other ? [] : [version]));
    return { ids: versions.length > 0 && meant.length === 0 ? [] : ids.flatMap((id) => inVersions(id, meant)), sha256: [] };
  };
  return bom.vulnerabilities.flatMap(({ id, references, analysis, affects, updated }, index): readonly VexStatement[] => {
    if (analysis?.state === undefined) return [];
    const status = STATES[analysis.state];
    const excuses = status === "fixed" || status === "not_affected";
    const refs = affects.map((one) => affected(one, excuses));
    const inner = refs.filter((one) => one !== "subject");
    const ids = subjectIds(subject);
    const ofSubject: VexProduct | undefined =
      ids === undefined ? undefined : { ids, sha256: [], subcomponents: refs.includes("subject") ? [] : inner };
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
        : excuses && affects.some(({ versions }) => versions.some(({ range }) => range !== undefined))
          ? "it names versions by a range, which is not read: name each"
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
