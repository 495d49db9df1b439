import * as v from "valibot";
import { JUSTIFICATIONS } from "../../../project/index.ts";
import { type JsonFile, parsedFile } from "../json-file.ts";
import { STATUSES, type VexComponent, type VexProduct, type VexStatement } from "./statement.ts";

/** Of a text whose time cannot be read the statement is as old as can be. */
const timeOf = (text: string | undefined): number => {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? 0 : time;
};

const TEXT = v.string("expected text");
const VERSION = v.optional(v.union([v.number(), v.pipe(v.string(), v.transform(Number))], "expected a number"), 0);
const TEXTS = v.nullish(v.array(TEXT, "expected a list of texts"));

/** 0.0.1 names components by a text alone. */
const COMPONENT = v.union(
  [
    TEXT,
    v.object({
      "@id": v.optional(TEXT),
      identifiers: v.nullish(v.record(v.string(), TEXT)),
      hashes: v.nullish(v.record(v.string(), TEXT)),
    }),
  ],
  "expected a component: a text, or an object with @id, identifiers or hashes",
);

const PRODUCT = v.union(
  [TEXT, v.object({ ...COMPONENT.options[1].entries, subcomponents: v.nullish(v.array(COMPONENT)) })],
  "expected a product: a text, or an object with @id, identifiers, hashes or subcomponents",
);

const VULNERABILITY = v.union(
  [TEXT, v.object({ "@id": v.optional(TEXT), name: v.optional(TEXT), aliases: TEXTS })],
  "expected a vulnerability: a text, or an object with a name",
);

const STATEMENT = v.object(
  {
    vulnerability: VULNERABILITY,
    products: v.nullish(v.array(PRODUCT, "expected a list of products")),
    subcomponents: v.nullish(v.array(COMPONENT, "expected a list of components")),
    status: TEXT,
    justification: v.optional(TEXT, ""),
    impact_statement: v.optional(TEXT, ""),
    action_statement: v.optional(TEXT, ""),
    status_notes: v.optional(TEXT, ""),
    statement: v.optional(TEXT, ""),
    timestamp: v.optional(TEXT),
    last_updated: v.optional(TEXT),
    version: VERSION,
  },
  "expected a statement",
);

const DOCUMENT = v.object(
  {
    "@context": v.union([TEXT, v.array(v.unknown())], "expected the address of OpenVEX's context"),
    author: v.optional(TEXT, "its author"),
    timestamp: v.optional(TEXT),
    version: VERSION,
    statements: v.nullish(v.array(STATEMENT, "expected a list of statements")),
  },
  "expected an OpenVEX document",
);

type Component = v.InferOutput<typeof COMPONENT> | v.InferOutput<typeof PRODUCT>;

const componentOf = (written: Component): VexComponent => {
  if (typeof written === "string") return { ids: [written], sha256: [] };
  const ids = [...Object.values(written.identifiers ?? {}), ...(written["@id"] === undefined ? [] : [written["@id"]])];
  const hash = written.hashes?.["sha-256"] ?? written.hashes?.["sha256"];
  return { ids: [...new Set(ids)].filter((id) => id !== ""), sha256: hash === undefined ? [] : [hash.toLowerCase()] };
};

const productOf = (written: v.InferOutput<typeof PRODUCT>, shared: readonly VexComponent[]): VexProduct => ({
  ...componentOf(written),
  subcomponents: [...(typeof written === "string" ? [] : (written.subcomponents ?? []).map(componentOf)), ...shared],
});

/** `https://nvd.nist.gov/vuln/detail/CVE-2019-17571` names it by its end. */
const namesOf = (written: v.InferOutput<typeof VULNERABILITY>): readonly string[] => {
  const names = typeof written === "string" ? [written] : [written.name ?? written["@id"] ?? "", ...(written.aliases ?? [])];
  return names.map((name) => (name.split("/").at(-1) ?? name).trim().toUpperCase()).filter((name) => name !== "");
};

/** What the specification demands of a statement, and this one does not keep. */
const invalidity = (
  { status, justification, impact_statement: impact }: v.InferOutput<typeof STATEMENT>,
  ids: readonly string[],
  products: readonly VexProduct[] | undefined,
): string | undefined => {
  if (ids.length === 0) return "it names no vulnerability";
  if (products?.length === 0) return "it names no product";
  if (!STATUSES.some((one) => one === status)) return `its status ${JSON.stringify(status.slice(0, 60))} is none of ${STATUSES.join(", ")}`;
  if (status !== "not_affected") return undefined;
  if (justification === "" && impact === "") return "it says not_affected without a justification or an impact statement";
  if (justification !== "" && !JUSTIFICATIONS.some((one) => one === justification))
    return `its justification ${JSON.stringify(justification.slice(0, 60))} is none of ${JUSTIFICATIONS.join(", ")}`;
  return undefined;
};

/** Whether a document's context is OpenVEX's, of whatever version. */
export const isOpenVex = (value: unknown): value is { readonly "@context": unknown } => {
  if (typeof value !== "object" || value === null || !("@context" in value)) return false;
  const context = value["@context"];
  return [context].flat().some((one) => typeof one === "string" && /^https?:\/\/openvex\.dev\/ns\b/.test(one));
};

const KNOWN = /^https?:\/\/openvex\.dev\/ns(?:\/?|\/v0(?:\.[0-2](?:\.\d+)?)?\/?)$/;

/** What this version does not read: a later one may mean something else by the same words. */
export const unreadVersion = (context: unknown): string | undefined => {
  const named = [context].flat().find((one): one is string => typeof one === "string" && /openvex\.dev\/ns/.test(one));
  return named === undefined || KNOWN.test(named) ? undefined : named;
};

/**
 * Statements of an OpenVEX document, 0.0.1 to 0.2.0 (github.com/openvex/spec). One that does not keep the specification is read, counts for nothing, and
 * says why. `around`: products of what holds the document, for statements that name none.
 */
export const openVexStatements = (file: JsonFile, value: unknown, around?: readonly VexProduct[]): readonly VexStatement[] => {
  const document = parsedFile({ ...file, value }, DOCUMENT, "OpenVEX document");
  const places = value === file.value ? file.placesIn("statements") : [];
  return (document.statements ?? []).map((written, index): VexStatement => {
    const ids = namesOf(written.vulnerability);
    const shared = (written.subcomponents ?? []).map(componentOf);
    const products = (written.products ?? []).length === 0 ? (around ?? []) : (written.products ?? []).map((one) => productOf(one, shared));
    const invalid = invalidity(written, ids, products);
    const words = [written.impact_statement, written.action_statement, written.status_notes, written.statement].find((one) => one !== "");
    return {
      ids,
      products,
      status: STATUSES.find((one) => one === written.status) ?? "under_investigation",
      ...(written.justification === "" ? {} : { justification: written.justification }),
      ...(words === undefined ? {} : { words }),
      author: document.author,
      at: Math.max(timeOf(written.last_updated), timeOf(written.timestamp ?? document.timestamp)),
      versions: [written.version, document.version],
      place: places[index] ?? file.shown,
      ...(invalid === undefined ? {} : { invalid }),
    };
  });
};
