import type { Digest } from "../../core/index.ts";
import { type GateVerdict, type GateVulnerability, idsOf, type SourceAge } from "../../scan/index.ts";
import type { ScannedImage } from "../scan-images.ts";
import type { KeptFinding, KeptScan, Snapshot } from "./kept-scan.ts";

/** An image that was scanned and judged, here or by whoever attested it. */
export interface JudgedImage {
  readonly service: string;
  /** Of its manifest. */
  readonly digest: Digest;
  readonly at: number;
  readonly advisories: KeptScan["advisories"];
  readonly judged: number;
  readonly vulnerabilities: readonly GateVulnerability[];
  readonly verdict: GateVerdict;
}

/** Ends of releases are known years ahead: how old that list is says nothing. */
const oldest = (sources: readonly SourceAge[], builtAt: number): number =>
  Math.min(builtAt, ...sources.filter(({ source }) => source !== "endoflife").map(({ asOf }) => Date.parse(asOf)));

export const judgedImage = ({ subject: { service, digest }, done, verdict }: ScannedImage): JudgedImage => ({
  service,
  digest,
  at: done.finishedAt,
  advisories: { builtAt: done.advisories.builtAt, asOf: oldest(done.sources, done.advisories.builtAt), stale: done.stale },
  judged: done.judged,
  vulnerabilities: done.vulnerabilities,
  verdict,
});

/** By every name that it goes by: another database may call it otherwise. */
export const keysOf = (one: GateVulnerability): readonly string[] => [...idsOf(one)].map((id) => `${id} ${one.name}`);

type Open = GateVerdict["open"][number];

/** Undefined: nothing is known of then, and nothing is said to be new. */
const isKnownBy = (then: Snapshot | undefined): ((one: GateVulnerability) => boolean) => {
  const known = new Set(then?.found);
  return (one) => then === undefined || keysOf(one).some((key) => known.has(key));
};

const findingOf = ({ vulnerability, refused }: Open, isNew: boolean): KeptFinding => ({
  id: vulnerability.id,
  package: vulnerability.name,
  version: vulnerability.version,
  severity: vulnerability.severity?.rating ?? "unknown",
  ...(vulnerability.fixed === undefined ? {} : { fixed: vulnerability.fixed }),
  ...(vulnerability.exploited === true ? { exploited: true } : {}),
  ...(refused === undefined ? {} : { refused }),
  ...(isNew ? { isNew: true } : {}),
});

/** What is known to be exploited before all else; within each the order stays, which is the worst first. */
const urgent = (a: KeptFinding, b: KeptFinding): number => Number(b.exploited === true) - Number(a.exploited === true);

/** The record of a scan. `approving`: a release with it is approved now, with what was found. */
export const keptScan = (
  { service, digest, at, advisories, judged, vulnerabilities, verdict }: JudgedImage,
  {
    project,
    by,
    gate,
    before,
    approving = false,
  }: Pick<KeptScan, "project" | "by" | "gate"> & { readonly before?: KeptScan | undefined; readonly approving?: boolean },
): KeptScan => {
  const found = [...new Set(vulnerabilities.flatMap(keysOf))];
  const approved = approving ? { at, found } : before?.approved;
  const wasKnown = isKnownBy(approved);
  return {
    schema: "seaworthy/kept-scan@1",
    project,
    service,
    digest,
    at,
    by,
    advisories,
    gate,
    passed: verdict.passed,
    unjudged: verdict.unjudged,
    judged,
    open: verdict.open.map((one) => findingOf(one, !wasKnown(one.vulnerability))).toSorted(urgent),
    excused: verdict.suppressed.length,
    found,
    ...(approved === undefined ? {} : { approved }),
  };
};

/** What of it nothing excuses and the scan before did not find. */
export const freshIn = ({ verdict }: Pick<JudgedImage, "verdict">, before: Snapshot | undefined): readonly KeptFinding[] => {
  const wasKnown = isKnownBy(before);
  return verdict.open
    .filter(({ vulnerability }) => !wasKnown(vulnerability))
    .map((one) => findingOf(one, true))
    .toSorted(urgent);
};
