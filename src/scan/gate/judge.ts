import type { Flaw } from "../../image/index.ts";
import { type Rating, RATINGS } from "../advisories/advisory.ts";
import { type Baseline, type BaselineEntry, baselineOf } from "./baseline.ts";
import type { GatePackage, GateVulnerability, Scanned } from "./subject.ts";
import { hasExpired, isFor, type ScanWaiver, waives } from "./waiver.ts";
import { type VexAnswer, vexOf } from "./vex/apply.ts";
import type { VexStatement } from "./vex/statement.ts";

/** What a gate asks. */
export interface GatePolicy {
  /** What is this bad or worse is refused. */
  readonly fail: Exclude<Rating, "none">;
  /** Only what has a fix is refused. What is known to be exploited always is. */
  readonly onlyFixed: boolean;
  readonly waivers: readonly ScanWaiver[];
  readonly vex: readonly VexStatement[];
  readonly baseline?: Baseline;
}

export const DEFAULT_GATE: GatePolicy = { fail: "high", onlyFixed: false, waivers: [], vex: [] };

/** Why something is not held against an image. */
export type Suppression =
  | { readonly kind: "waiver"; readonly waiver: ScanWaiver }
  | { readonly kind: "vex"; readonly statement: VexStatement }
  | { readonly kind: "baseline"; readonly entry: BaselineEntry };

export interface OpenVulnerability {
  readonly vulnerability: GateVulnerability;
  /** It alone is reason enough to refuse the image: why. Absent: it is told, no more. */
  readonly refused?: "severity" | "exploited";
  /** What was said of it that does not excuse it, a sentence each. */
  readonly notes: readonly string[];
}

/** What refuses an image that is not whole or not intact, whatever was found in the rest of it. Only a waiver of its id excuses it. */
export interface JudgedFlaw extends Flaw {
  readonly waiver?: ScanWaiver;
  /** A sentence each. */
  readonly notes: readonly string[];
}

export interface SuppressedVulnerability {
  /** With the packages that it is suppressed in. */
  readonly vulnerability: GateVulnerability;
  readonly by: Suppression;
}

/** Something about the gate's own settings that somebody should mend. It refuses nothing by itself. */
export interface GateFinding {
  readonly kind: "waiver-expired" | "waiver-unused" | "vex-invalid" | "baseline-gone";
  /** `file:line:column`, where it is known. */
  readonly place?: string;
  readonly message: string;
}

export interface GateVerdict {
  readonly passed: boolean;
  /** Nothing could be judged, which is no proof: refused. */
  readonly unjudged: boolean;
  /** In the order of the scan, the worst first. */
  readonly open: readonly OpenVulnerability[];
  readonly suppressed: readonly SuppressedVulnerability[];
  readonly flaws: readonly JudgedFlaw[];
  readonly findings: readonly GateFinding[];
  /** Debts of the baseline that are no more. */
  readonly gone: readonly BaselineEntry[];
  /** Waivers that are for this image and spoke of something in it. */
  readonly matched: ReadonlySet<ScanWaiver>;
  /** Of findings that say so of a waiver, which. */
  readonly unused: ReadonlyMap<GateFinding, ScanWaiver>;
}

const rank = ({ severity }: Pick<GateVulnerability, "severity">): number =>
  severity === undefined ? -1 : RATINGS.indexOf(severity.rating);

const refusalOf = (vulnerability: GateVulnerability, { fail, onlyFixed }: GatePolicy): OpenVulnerability["refused"] => {
  if (vulnerability.exploited === true) return "exploited";
  if (rank(vulnerability) < RATINGS.indexOf(fail) || (onlyFixed && vulnerability.fixed === undefined && vulnerability.secret === undefined))
    return undefined;
  return "severity";
};

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

const waiverFindings = (
  waivers: readonly ScanWaiver[],
  matched: ReadonlySet<ScanWaiver>,
  expired: (waiver: ScanWaiver) => boolean,
): readonly (readonly [GateFinding, ScanWaiver])[] =>
  waivers.flatMap((waiver): readonly (readonly [GateFinding, ScanWaiver])[] => {
    const where = waiver.place === undefined ? {} : { place: waiver.place };
    const of = waiver.package === undefined ? waiver.id : `${waiver.id} in ${waiver.package}`;
    if (!matched.has(waiver))
      return [
        [
          {
            kind: "waiver-unused",
            ...where,
            message: `the waiver of ${of} matches nothing here: take it out${waiver.service === undefined && waiver.image === undefined ? ", or say which service or image it is for" : ""}`,
          },
          waiver,
        ],
      ];
    if (!expired(waiver)) return [];
    return [
      [{ kind: "waiver-expired", ...where, message: `the waiver of ${of} ended on ${waiver.until} and waives nothing any more` }, waiver],
    ];
  });

/** What VEX and the baseline say of one package, where no waiver speaks; and what is to be told though it excuses nothing. */
const otherwise = (
  vulnerability: GateVulnerability,
  answer: VexAnswer,
  known: ReturnType<ReturnType<typeof baselineOf>["find"]>,
): { readonly by?: Suppression; readonly notes: readonly string[] } => {
  const exploited = vulnerability.exploited === true;
  const { statement, notes } = answer;
  if (statement !== undefined && (statement.status === "not_affected" || statement.status === "fixed")) {
    if (!exploited) return { by: { kind: "vex", statement }, notes };
    return { notes: [...notes, `${statement.place} says ${statement.status}: of what is known to be exploited only a waiver counts`] };
  }
  if (known === undefined) return { notes };
  if (exploited) return { notes: [...notes, "it is in the baseline, and known to be exploited"] };
  if (known.worse) return { notes: [...notes, `it is in the baseline as ${known.entry.severity}, and is worse now`] };
  return { by: { kind: "baseline", entry: known.entry }, notes };
};

/** A flaw is of no package and no file. */
const isOfFlaw = ({ id, package: of, path }: ScanWaiver, flaw: Flaw): boolean =>
  id.toLowerCase() === flaw.id && of === undefined && path === undefined;

const isSame = (a: Suppression | undefined, b: Suppression | undefined): boolean => {
  if (a?.kind === "waiver" && b?.kind === "waiver") return a.waiver === b.waiver;
  if (a?.kind === "vex" && b?.kind === "vex") return a.statement === b.statement;
  return a?.kind === b?.kind;
};

/**
 * Judges what was found by what is asked. A waiver that holds comes first, then VEX (the newest statement), then the baseline, then how bad it is; each for the
 * packages that it speaks of, so one vulnerability may be waived in one package and open in another. `now` in milliseconds since the epoch.
 */
export const judge = (scanned: Scanned, policy: GatePolicy, now: number): GateVerdict => {
  const vex = vexOf(policy.vex, scanned);
  const baseline = baselineOf(policy.baseline ?? { entries: [] });
  const applying = policy.waivers.filter((waiver) => isFor(waiver, scanned.subject));
  const matched = new Set<ScanWaiver>();
  const expired = (waiver: ScanWaiver): boolean => hasExpired(waiver, now);
  const open: OpenVulnerability[] = [];
  const suppressed: SuppressedVulnerability[] = [];
  for (const vulnerability of scanned.vulnerabilities) {
    const waivers = applying.filter((waiver) => vulnerability.packages.some((one) => waives(waiver, vulnerability, one)));
    for (const waiver of waivers) matched.add(waiver);
    const known = baseline.find(vulnerability);
    const parts: { by: Suppression | undefined; packages: GatePackage[]; notes: Set<string> }[] = [];
    for (const one of vulnerability.packages) {
      const waiver = waivers.find((each) => !expired(each) && waives(each, vulnerability, one));
      const { by, notes } =
        waiver === undefined
          ? otherwise(vulnerability, vex.answer(vulnerability, one), known)
          : { by: { kind: "waiver", waiver } as const, notes: [] };
      const part = parts.find((each) => isSame(each.by, by));
      if (part === undefined) parts.push({ by, packages: [one], notes: new Set(notes) });
      else {
        part.packages.push(one);
        for (const note of notes) part.notes.add(note);
      }
    }
    for (const { by, packages, notes } of parts) {
      const part = packages.length === vulnerability.packages.length ? vulnerability : { ...vulnerability, packages };
      if (by !== undefined) {
        suppressed.push({ vulnerability: part, by });
        continue;
      }
      const refused = refusalOf(vulnerability, policy);
      const ended = waivers.filter(expired).map(({ until }) => `its waiver ended on ${until}`);
      open.push({ vulnerability: part, ...(refused === undefined ? {} : { refused }), notes: [...new Set([...ended, ...notes])] });
    }
  }
  const flaws = (scanned.flaws ?? []).map((flaw): JudgedFlaw => {
    const own = applying.filter((waiver) => isOfFlaw(waiver, flaw));
    for (const waiver of own) matched.add(waiver);
    const waiver = own.find((each) => !expired(each));
    return waiver === undefined
      ? { ...flaw, notes: own.map(({ until }) => `its waiver ended on ${until}`) }
      : { ...flaw, waiver, notes: [] };
  });
  const gone = baseline.gone();
  const unjudged = scanned.judged === 0;
  const ofWaivers = waiverFindings(applying, matched, expired);
  return {
    passed: !unjudged && open.every(({ refused }) => refused === undefined) && flaws.every(({ waiver }) => waiver !== undefined),
    unjudged,
    open,
    suppressed,
    flaws,
    findings: [
      ...ofWaivers.map(([finding]) => finding),
      ...vex.invalid().map(({ place, invalid = "" }): GateFinding => ({
        kind: "vex-invalid",
        place,
        message: `a VEX statement does not count: ${invalid}`,
      })),
      ...(gone.length === 0
        ? []
        : [
            {
              kind: "baseline-gone" as const,
              message: `${plural(gone.length, "entry").replace("entrys", "entries")} of the baseline no longer found: write it anew, and they cannot come back unseen`,
            },
          ]),
    ],
    gone,
    matched,
    unused: new Map(ofWaivers.filter(([{ kind }]) => kind === "waiver-unused")),
  };
};

/** What is told of the gate's settings where several images were judged by one policy: a waiver that one of them needs is no finding of the others. */
export const judgedTogether = <T extends GateVerdict>(verdicts: readonly T[]): readonly T[] => {
  const matched = new Set(verdicts.flatMap((one) => [...one.matched]));
  return verdicts.map((one) => ({
    ...one,
    findings: one.findings.filter((finding) => {
      const waiver = one.unused.get(finding);
      return waiver === undefined || !matched.has(waiver);
    }),
  }));
};
