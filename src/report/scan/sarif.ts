import { sha256Hex } from "../../core/index.ts";
import type { ScanDocument, ScanDocumentEntry, ScanDocumentSecret } from "./document.ts";
import { fixWords, levelOf, nextStep, summaryOf, suppressionWords, verdictWords } from "./words.ts";

export interface SarifOptions {
  /** Version of Seaworthy. */
  readonly tool: string;
  /** With what is not held against the image, as suppressed results. Not everybody who shows SARIF honours that. */
  readonly showSuppressed?: boolean;
}

/** More are refused by GitHub (docs.github.com, "SARIF support for code scanning", limits). */
const MAX_FLAWS = 100;
const MAX_RESULTS = 25_000 - MAX_FLAWS;
const MAX_LOCATIONS = 10;

const LEVELS = { critical: "error", high: "error", medium: "warning", low: "note", none: "note", unknown: "note" } as const;

/** Where nobody gave a score: one within the band that GitHub puts the word in. */
const SCORES = { critical: 9.5, high: 8, medium: 5.5, low: 2, none: 0, unknown: 0 } as const;

const scoreOf = (entry: ScanDocumentEntry): string => (entry.severity?.score ?? SCORES[levelOf(entry)]).toFixed(1);

const uriOf = (path: string): string => path.replace(/^\/+/, "").split("/").map(encodeURIComponent).join("/");

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** Links are written `[text](target)` in messages (SARIF 2.1.0, 3.11.6). */
const plain = (text: string): string => oneLine(text).replaceAll(/[\\[\]{}]/g, String.raw`\$&`);

const typeAndName = ({ name, packages }: ScanDocumentEntry): string =>
  `${/^pkg:([^/]+)\//.exec(packages[0]?.purl ?? "")?.[1] ?? ""}/${name}`;

/** The same after a rebuild: neither version, nor layer, nor line of anything. */
const fingerprintOf = (entry: ScanDocumentEntry): string => sha256Hex(`${entry.id} ${typeAndName(entry)}`).slice(0, 16);

const ruleOf = (entry: ScanDocumentEntry): object => {
  const summary = oneLine(summaryOf(entry)) || entry.id;
  const url = entry.advisories.find((one) => one.url !== undefined)?.url;
  const helpUri = url !== undefined && URL.canParse(url) ? url : `https://osv.dev/vulnerability/${encodeURIComponent(entry.id)}`;
  return {
    id: entry.id,
    shortDescription: { text: `${entry.id}: ${summary}`.slice(0, 1024) },
    fullDescription: { text: summary.slice(0, 1024) },
    help: { text: `${summary}\n${helpUri}` },
    helpUri,
    defaultConfiguration: { level: LEVELS[levelOf(entry)] },
    properties: {
      "security-severity": scoreOf(entry),
      precision: "high",
      tags: ["security", "vulnerability", levelOf(entry), ...(entry.exploited === true ? ["known-exploited"] : [])],
    },
  };
};

/** The Dockerfile's line where it is known, else the file in the image, which no repository has. */
const locationsOf = ({ packages }: ScanDocumentEntry, image: string): readonly object[] => {
  const places = packages.map(({ path, purl, written }) => ({
    physicalLocation: {
      artifactLocation: { uri: uriOf(written?.file ?? (path === "" ? oneLine(image) : path)) },
      region: { startLine: written?.line ?? 1 },
    },
    message: { text: plain(`${image}: ${path}`) },
    logicalLocations: [{ fullyQualifiedName: `${image}/${path}`, name: purl, kind: "resource" }],
  }));
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()].slice(0, MAX_LOCATIONS);
};

const messageOf = (entry: ScanDocumentEntry): string => {
  const { id, name, version, fixed, origin, packages, exploited, notes = [] } = entry;
  const layer = packages.find(({ layerNumber }) => layerNumber !== undefined)?.layerNumber;
  return [
    `${name} ${version} has ${id}${exploited === true ? ", which is known to be exploited" : ""}: ${oneLine(summaryOf(entry)) || "no summary"}.`,
    fixed === undefined ? `Fix: ${fixWords(entry)}.` : `Fixed in ${fixed}.`,
    ...(layer === undefined ? [] : [`Layer ${layer}${origin === "base" ? ", of the base image" : ""}.`]),
    ...notes.map((note) => `${note}.`),
  ].join(" ");
};

const whereOf = ({ layerNumber, deletedInLayer, replacedInLayer }: ScanDocumentSecret): string => {
  const hider = deletedInLayer ?? replacedInLayer;
  const hidden =
    hider === undefined
      ? ""
      : `; layer ${hider} ${deletedInLayer === undefined ? "replaces" : "deletes"} the file, and the image still carries it`;
  return layerNumber === undefined ? "" : ` Layer ${layerNumber}${hidden}.`;
};

const secretRule = ({ id, what, isSure }: ScanDocumentSecret): object => ({
  id,
  shortDescription: { text: oneLine(what) },
  help: { text: "Whoever has the image has it: revoke it, and build the image without it (RUN --mount=type=secret)." },
  defaultConfiguration: { level: isSure ? "error" : "warning" },
  properties: { "security-severity": isSure ? "9.5" : "5.5", precision: isSure ? "very-high" : "medium", tags: ["security", "secret"] },
});

const secretResult = (secret: ScanDocumentSecret, ruleIndex: number): object => {
  const { id, what, isSure, path, line, by, refused } = secret;
  const print = sha256Hex(`${id} ${path}`).slice(0, 16);
  return {
    ruleId: id,
    ruleIndex,
    level: isSure ? "error" : "warning",
    message: { text: plain(`${what} in ${path}.${whereOf(secret)}`) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) }, region: { startLine: line ?? 1 } } }],
    partialFingerprints: { primaryLocationLineHash: `${print}:${line ?? 1}`, "seaworthy/v1": `${print}:${line ?? 1}` },
    properties: { refused: refused !== undefined },
    ...(by === undefined ? {} : { suppressions: [{ kind: "external", status: "accepted", justification: suppressionWords(by) }] }),
  };
};

type Flaw = NonNullable<ScanDocument["flaws"]>[number];

const flawRule = ({ id }: Flaw): object => ({
  id,
  shortDescription: {
    text: id === "image:not-whole" ? "parts of the image are missing" : "parts of the image are not those that it names",
  },
  help: { text: "What was found is not all, or not what will run: save the image again, from where it is whole, and scan that." },
  defaultConfiguration: { level: "error" },
  properties: { "security-severity": "8.0", precision: "very-high", tags: ["security", "integrity"] },
});

const flawResult = ({ id, message, by, refused }: Flaw, ruleIndex: number, image: string): object => {
  const print = sha256Hex(`${id} ${message}`).slice(0, 16);
  return {
    ruleId: id,
    ruleIndex,
    level: "error",
    message: { text: plain(message) },
    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(oneLine(image)) }, region: { startLine: 1 } } }],
    partialFingerprints: { primaryLocationLineHash: `${print}:1`, "seaworthy/v1": `${print}:1` },
    properties: { refused },
    ...(by === undefined ? {} : { suppressions: [{ kind: "external", status: "accepted", justification: suppressionWords(by) }] }),
  };
};

const notification = (text: string, level: "warning" | "note"): object => ({ level, message: { text: plain(text) } });

/** SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), as GitHub's code scanning reads it: one result for each vulnerability of a package. */
export const scanSarif = (document: ScanDocument, { tool, showSuppressed = false }: SarifOptions): object => {
  const { image, digest, vulnerabilities, suppressed, findings, blindSpots, gate } = document;
  const all = [
    ...vulnerabilities.map((entry) => ({ entry, by: undefined })),
    ...(showSuppressed ? suppressed.map((entry) => ({ entry, by: entry.by })) : []),
  ];
  const told = all.slice(0, MAX_RESULTS);
  const rules = [...new Map(told.map(({ entry }) => [entry.id, entry])).values()];
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const seen = new Map<string, number>();
  const results = told.map(({ entry, by }) => {
    const print = fingerprintOf(entry);
    const times = (seen.get(print) ?? 0) + 1;
    seen.set(print, times);
    return {
      ruleId: entry.id,
      ruleIndex: index.get(entry.id) ?? 0,
      level: LEVELS[levelOf(entry)],
      message: { text: plain(messageOf(entry)) },
      locations: locationsOf(entry, image),
      // Several versions of one package, in the order of the report.
      partialFingerprints: { primaryLocationLineHash: `${print}:${times}`, "seaworthy/v1": `${print}:${times}` },
      properties: {
        purls: [...new Set(entry.packages.map(({ purl }) => purl))].slice(0, MAX_LOCATIONS),
        refused: entry.refused !== undefined,
      },
      ...(by === undefined ? {} : { suppressions: [{ kind: "external", status: "accepted", justification: suppressionWords(by) }] }),
    };
  });
  const secrets = document.secrets.filter(({ by }) => showSuppressed || by === undefined).slice(0, MAX_RESULTS - told.length);
  const secretRules = [...new Map(secrets.map((secret) => [secret.id, secret])).values()];
  const secretIndex = new Map(secretRules.map(({ id }, at) => [id, rules.length + at]));
  const flaws = (document.flaws ?? []).filter(({ by }) => showSuppressed || by === undefined).slice(0, MAX_FLAWS);
  const flawRules = [...new Map(flaws.map((flaw) => [flaw.id, flaw])).values()];
  const flawIndex = new Map(flawRules.map(({ id }, at) => [id, rules.length + secretRules.length + at]));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Seaworthy",
            semanticVersion: tool,
            rules: [...rules.map(ruleOf), ...secretRules.map(secretRule), ...flawRules.map(flawRule)],
          },
        },
        automationDetails: { id: `seaworthy-scan/${oneLine(image)}/` },
        invocations: [
          {
            executionSuccessful: true,
            exitCode: gate.passed ? 0 : 1,
            toolExecutionNotifications: [
              notification(`${verdictWords(document)}; next: ${nextStep(document)}`, "note"),
              ...findings.map(({ place, message }) => notification(`${place === undefined ? "" : `${place}: `}${message}`, "warning")),
              ...blindSpots.map((spot) => notification(`not judged: ${spot}`, "warning")),
              ...(all.length > told.length ? [notification(`${all.length - told.length} more results are left out`, "warning")] : []),
            ],
          },
        ],
        results: [
          ...flaws.map((flaw) => flawResult(flaw, flawIndex.get(flaw.id) ?? 0, image)),
          ...results,
          ...secrets.map((secret) => secretResult(secret, secretIndex.get(secret.id) ?? 0)),
        ],
        columnKind: "utf16CodeUnits",
        properties: { image, ...(digest === undefined ? {} : { digest }) },
      },
    ],
  };
};
