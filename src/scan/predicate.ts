import * as v from "valibot";
import { isoTime } from "../core/index.ts";
import { RATINGS } from "./advisories/advisory.ts";
import type { GateVulnerability, Scanned } from "./gate/subject.ts";

/** cosign's kind of statement about a scan (specs/COSIGN_VULN_ATTESTATION_SPEC.md), and in-toto's own of the same (spec/predicates/vuln.md). */
export const isScanPredicate = (type: string): boolean =>
  type === "https://cosign.sigstore.dev/attestation/vuln/v1" || /^https:\/\/in-toto\.io\/attestation\/vulns?\/v0\.\d$/.test(type);

const RESULT_SCHEMA = "seaworthy/scan-result@1";
const CLOCKS_APART_MS = 5 * 60_000;

/** A scan as it is told to others. Times are milliseconds since the epoch. */
export interface ScanDone {
  /** Version of Seaworthy. */
  readonly tool: string;
  /** As of when the advisories were, and what they are called. */
  readonly advisories: { readonly builtAt: number; readonly from: string };
  readonly vulnerabilities: readonly GateVulnerability[];
  readonly judged: number;
  readonly blindSpots: readonly string[];
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** All that was found, whatever a gate made of it: whoever reads it judges by a policy of their own. */
export const scanPredicate = (done: ScanDone): object => ({
  invocation: { parameters: [], uri: "", event_id: "", "builder.id": "" },
  scanner: {
    uri: `pkg:npm/seaworthy@${done.tool}`,
    version: done.tool,
    db: { uri: done.advisories.from, version: isoTime(done.advisories.builtAt) },
    result: {
      schema: RESULT_SCHEMA,
      judged: done.judged,
      vulnerabilities: done.vulnerabilities,
      blindSpots: done.blindSpots,
    },
  },
  metadata: { scanStartedOn: isoTime(done.startedAt), scanFinishedOn: isoTime(done.finishedAt) },
});

const TIME = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.number(),
  v.finite(),
);

const PREDICATE = v.object({
  scanner: v.object({
    uri: v.optional(v.string(), ""),
    version: v.optional(v.string(), ""),
    db: v.optional(v.object({ version: v.optional(v.string(), "") })),
    result: v.optional(v.unknown()),
  }),
  metadata: v.object({ scanFinishedOn: TIME }),
});

/** What a gate asks of a finding; what else stands there is told as it is. */
const RESULT = v.object({
  schema: v.literal(RESULT_SCHEMA),
  judged: v.number(),
  vulnerabilities: v.array(
    v.looseObject({
      id: v.string(),
      name: v.string(),
      version: v.string(),
      fixed: v.optional(v.string()),
      exploited: v.optional(v.literal(true)),
      severity: v.optional(v.looseObject({ rating: v.picklist(RATINGS) })),
      advisories: v.array(v.looseObject({ id: v.string(), cves: v.array(v.string()), aliases: v.array(v.string()), summary: v.string() })),
      packages: v.array(v.looseObject({ type: v.string(), name: v.string(), version: v.string(), path: v.string(), purl: v.string() })),
    }),
  ),
  blindSpots: v.array(v.string()),
});

type Result = Pick<ScanDone, "judged" | "vulnerabilities" | "blindSpots">;

const isResult = (value: unknown): value is Result => v.is(RESULT, value);

/** What somebody says of a scan of theirs. */
export interface ScanStatement {
  /** Milliseconds since the epoch. */
  readonly finishedAt: number;
  /** With its version. */
  readonly scanner: string;
  /** As of when its advisories were, in its own words; "" where it does not say. */
  readonly advisories: string;
  /** Absent: another scanner's, which is not read. */
  readonly result?: Result;
}

/** Or why it says nothing that counts. `now` in milliseconds since the epoch. */
export const readScanPredicate = (predicate: unknown, now: number): ScanStatement | string => {
  const parsed = v.safeParse(PREDICATE, predicate);
  if (!parsed.success) return `it does not say when the scan ended: ${v.getDotPath(parsed.issues[0]) ?? "it"} is wrong`;
  const { scanner, metadata } = parsed.output;
  // One of tomorrow would be fresh for longer than anybody allowed.
  if (metadata.scanFinishedOn > now + CLOCKS_APART_MS) return "it says that the scan ended in the future";
  return {
    finishedAt: metadata.scanFinishedOn,
    scanner: [scanner.uri, scanner.version].filter((text) => text !== "").join(" "),
    advisories: scanner.db?.version ?? "",
    ...(isResult(scanner.result) ? { result: scanner.result } : {}),
  };
};

/** For the gate: of the packages only those are known that something was found in. */
export const scannedBy = ({ judged, vulnerabilities }: Result, subject: Scanned["subject"]): Scanned => ({
  subject,
  vulnerabilities,
  packages: [...new Map(vulnerabilities.flatMap(({ packages }) => packages.map((one) => [`${one.purl} ${one.path}`, one]))).values()],
  judged,
});
