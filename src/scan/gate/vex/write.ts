import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { isoTime, parseReference, writeFileAtomic } from "../../../core/index.ts";
import { readJsonFile } from "../json-file.ts";
import type { GateVerdict } from "../judge.ts";
import type { GateSubject, GateVulnerability } from "../subject.ts";
import type { ScanWaiver } from "../waiver.ts";

const MAX_BYTES = 64 * 1024 * 1024;
const CONTEXT = "https://openvex.dev/ns/v0.2.0";

export interface VexWriting {
  /** Person or organisation that says so. */
  readonly author: string;
  /** Version of Seaworthy. */
  readonly tool: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

type Json = Readonly<Record<string, unknown>>;

const nameOf = (name: string): { readonly repository: string; readonly last: string } | undefined => {
  try {
    const { registry, repository } = parseReference(name);
    return { repository: `${registry}/${repository}`, last: repository.split("/").at(-1) ?? repository };
  } catch {
    return undefined;
  }
};

/** The image as a package URL, with its digest where it is known (purl-spec, "oci"). */
const productOf = ({ names, digests }: GateSubject): Json => {
  const [named] = names.flatMap((name) => nameOf(name) ?? []);
  const [digest] = digests;
  const version = digest === undefined ? "" : `@${encodeURIComponent(digest)}`;
  const url = named === undefined ? "" : `?repository_url=${encodeURIComponent(named.repository)}`;
  const purl = `pkg:oci/${encodeURIComponent(named?.last ?? "image")}${version}${url}`;
  return {
    "@id": purl,
    identifiers: { purl },
    ...(digest?.startsWith("sha256:") === true ? { hashes: { "sha-256": digest.slice(7) } } : {}),
  };
};

const aliasesOf = ({ id, advisories }: GateVulnerability): readonly string[] =>
  [...new Set(advisories.flatMap((one) => [one.id, ...(one.cves.length > 1 ? [] : one.aliases)]))].filter((other) => other !== id);

/**
 * A waiver with a justification says that the vulnerability does no harm: `not_affected`. One without says that it is there and lived with until a day, which
 * is `affected`, with that as its action statement; `under_investigation` would claim that nobody knows yet.
 */
const statementOf = (vulnerability: GateVulnerability, { reason, until, justification }: ScanWaiver, product: Json): Json => {
  const aliases = aliasesOf(vulnerability);
  return {
    vulnerability: { name: vulnerability.id, ...(aliases.length === 0 ? {} : { aliases }) },
    products: [
      {
        ...product,
        subcomponents: [...new Set(vulnerability.packages.map(({ purl }) => purl))]
          .toSorted()
          .map((purl) => ({ "@id": purl, identifiers: { purl } })),
      },
    ],
    ...(justification === undefined
      ? { status: "affected", action_statement: `Accepted until ${until}: ${reason}` }
      : { status: "not_affected", justification, impact_statement: reason }),
  };
};

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const untimed = (statement: Json): string => {
  const { timestamp: _, ...rest } = statement;
  return JSON.stringify(rest);
};

/** What stands in the file already: a statement that is still made keeps its time (OpenVEX 0.2.0, "Updating Statements with Inherited Data"). */
const before = (
  path: string,
  cwd: string,
): { readonly version: number; readonly id?: string; readonly timestamps: ReadonlyMap<string, unknown> } => {
  if (!existsSync(resolve(cwd, path))) return { version: 0, timestamps: new Map() };
  const { value } = readJsonFile(path, cwd, MAX_BYTES);
  if (!isObject(value) || !Array.isArray(value["statements"])) return { version: 0, timestamps: new Map() };
  const { version, timestamp, statements } = value;
  return {
    version: typeof version === "number" ? version : 0,
    ...(typeof value["@id"] === "string" ? { id: value["@id"] } : {}),
    timestamps: new Map((statements as readonly unknown[]).filter(isObject).map((one) => [untimed(one), one["timestamp"] ?? timestamp])),
  };
};

/** Writes what the waivers that hold say of an image as OpenVEX 0.2.0. A file that says the same already stays as it is. @throws INPUT_INVALID for a file that is no JSON */
export const writeVex = (
  path: string,
  cwd: string,
  verdict: Pick<GateVerdict, "suppressed">,
  subject: GateSubject,
  writing: VexWriting,
): { readonly statements: number; readonly changed: boolean } => {
  const product = productOf(subject);
  const statements = verdict.suppressed
    .flatMap(({ vulnerability, by }) =>
      by.kind === "waiver" && vulnerability.secret === undefined ? [statementOf(vulnerability, by.waiver, product)] : [],
    )
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const { version, id, timestamps } = before(path, cwd);
  const same = version > 0 && statements.length === timestamps.size && statements.every((one) => timestamps.has(untimed(one)));
  if (same) return { statements: statements.length, changed: false };
  const timestamp = isoTime(writing.now);
  const timed = statements.map((one) => {
    const known = timestamps.get(untimed(one));
    return typeof known === "string" ? { ...one, timestamp: known } : one;
  });
  const hash = createHash("sha256")
    .update(JSON.stringify([writing.author, timestamp, timed]))
    .digest("hex");
  const document = {
    "@context": CONTEXT,
    "@id": id ?? `https://openvex.dev/docs/public/vex-${hash}`,
    author: writing.author,
    timestamp,
    version: version + 1,
    tooling: `seaworthy ${writing.tool}`,
    statements: timed,
  };
  writeFileAtomic(resolve(cwd, path), `${JSON.stringify(document, undefined, 2)}\n`);
  return { statements: statements.length, changed: true };
};
