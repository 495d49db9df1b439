import { type Evidence, type EvidenceKind, type Finding, type ItemId, itemOf, type Subject } from "../checklist/index.ts";
import { isSeaworthyError, wordsOf } from "../core/index.ts";
import { type AnyRule, type Complaint, NOTHING, type Rule } from "./rule.ts";
import type { Severities } from "./severities.ts";
import type { PlaceIn, RuleKind, Subjects } from "./subject.ts";
import { placeOf, type Suppressed } from "./suppression.ts";

export interface CheckResult {
  /** By path and line. */
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  /** Findings that an ignore took out, with the ignore. */
  readonly suppressed: readonly Suppressed[];
}

/** What one rule found about one subject, before ignores. */
export interface Judgement {
  readonly rule: AnyRule;
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  /** What silence proves, why the rule did not apply, or that it failed. */
  readonly silence: { readonly state: "proven" | "not-tried"; readonly words: string };
  /** The rule would have had more to look at, had the image been there. */
  readonly blind?: boolean;
  /** The rule had nothing to look at here. */
  readonly idle?: boolean;
}

/** What the rules of a kind are shown of a subject beside the subject itself. */
export interface Judged<K extends RuleKind> {
  readonly subject: Subject;
  /** As a failing rule's finding calls it. */
  readonly name: string;
  readonly place: (at: PlaceIn<K> | undefined) => Pick<Finding, "path" | "range" | "service" | "image">;
  /** How serious findings are here. Default: as the rule says. */
  readonly severities?: Severities;
}

const findingOf = <K extends RuleKind>(rule: Rule<K>, complaint: Complaint<PlaceIn<K>>, judged: Judged<K>): Finding => ({
  rule: rule.id,
  item: rule.item,
  severity: complaint.severity ?? rule.severity,
  confidence: complaint.confidence ?? rule.confidence,
  message: complaint.message,
  advice: complaint.advice,
  ...judged.place(complaint.at),
  ...(complaint.fix === undefined ? {} : { fix: complaint.fix }),
  ...(complaint.peers === undefined ? {} : { peers: complaint.peers }),
});

/** A rule that throws is a bug of ours: shown as a finding under the rule's name, so that nobody takes its silence for a pass. */
const failure = <K extends RuleKind>(rule: Rule<K>, judged: Judged<K>, error: unknown): Finding => ({
  rule: "internal/rule-failed",
  item: rule.item,
  severity: "error",
  confidence: "certain",
  message: `the rule ${rule.id} failed on ${judged.name}: ${wordsOf(error)}`,
  advice: "This is a bug in Seaworthy: report it with the lines it was looking at.",
  ...judged.place(undefined),
});

const whatWouldProve = (item: ItemId): string => {
  const { evidence } = itemOf(item);
  if (evidence.includes("trial")) return "but only a trial can prove it";
  return evidence.includes("live") ? "but only the running service can prove it" : "which alone proves nothing";
};

/** Nobody reads more of the same about one subject, and a hostile text can have one at every character. */
const MAX_COMPLAINTS = 200;

const firstOf = <At>(complaints: Iterable<Complaint<At>>): readonly Complaint<At>[] => {
  const told: Complaint<At>[] = [];
  for (const complaint of complaints) {
    if (told.length === MAX_COMPLAINTS)
      return [...told.slice(0, -1), { ...complaint, message: `${complaint.message}; more of the same follow here and are not told` }];
    told.push(complaint);
  }
  return told;
};

const NONE: readonly Finding[] = [];

export const judge = <K extends RuleKind>(rule: Rule<K>, given: Subjects[K], judged: Judged<K>): Judgement => {
  // A rule is one of the catalogue's whatever its kind; the kinds differ only in what its functions take.
  const known = rule as unknown as AnyRule;
  const { subject } = judged;
  try {
    const applies = rule.applies(given);
    if (applies !== true) return { rule: known, subject, findings: NONE, silence: { state: "not-tried", words: applies }, idle: true };
    const findings = firstOf(rule.check(given)).map((complaint) => {
      const finding = findingOf(rule, complaint, judged);
      return judged.severities?.(finding) ?? finding;
    });
    if (findings.length > 0) return { rule: known, subject, findings, silence: { state: "not-tried", words: "" } };
    const proof = rule.proves(given);
    const silence =
      proof === NOTHING
        ? ({ state: "not-tried", words: `${rule.id} found nothing against it, ${whatWouldProve(rule.item)}` } as const)
        : ({ state: "proven", words: proof } as const);
    return { rule: known, subject, findings: NONE, silence };
  } catch (error) {
    // What the user's own files cause is theirs to mend, and has a code.
    if (isSeaworthyError(error)) throw error;
    return {
      rule: known,
      subject,
      findings: [failure(rule, judged, error)],
      silence: { state: "not-tried", words: `the rule ${rule.id} failed` },
    };
  }
};

/** What an image rule finds is evidence of kind `image` for items that know it, else it is as static as the rest. */
const evidenceKind = (rule: AnyRule): EvidenceKind =>
  rule.kind === "image" && itemOf(rule.item).evidence.includes("image") ? "image" : "static";

/** Only what is known disproves: what is merely worth knowing, or what only a trial can tell, leaves the item open. */
const disproves = (finding: Finding): boolean => finding.severity !== "info" && finding.confidence !== "possible";

const evidenceOf = (judgement: Judgement, ignored: ReadonlyMap<Finding, Suppressed>, now: number): Evidence => {
  const { rule, subject, findings, silence } = judgement;
  const base = { item: rule.item, subject, kind: evidenceKind(rule), source: rule.id, at: now };
  const open = findings.filter((finding) => !ignored.has(finding));
  const against = open.filter((finding) => finding.rule === rule.id && disproves(finding));
  if (against.length > 0)
    return { ...base, verdict: { state: "disproved" }, because: against.map((finding) => finding.message).join("; ") };
  const decided = findings.map((finding) => ignored.get(finding)).find((one) => one !== undefined);
  const reason =
    decided === undefined
      ? (open[0]?.message ?? silence.words)
      : `ignored at ${placeOf(decided.by)}: ${decided.by.reason} (${decided.finding.message})`;
  if (findings.length > 0 || silence.state === "not-tried") return { ...base, verdict: { state: "not-tried", reason }, because: reason };
  return { ...base, verdict: { state: "proven" }, because: silence.words };
};

const subjectKey = (subject: Subject): string =>
  subject.kind === "service" || subject.kind === "image" ? subject.service : JSON.stringify(subject);

const keyOf = (judgement: Judgement): string => `${judgement.rule.item} ${subjectKey(judgement.subject)}`;

/**
 * The evidence of all judgements. An item is not proven for a subject by one rule while another's finding about it was ignored, is open or could not be
 * looked for.
 */
export const evidenceFrom = (judgements: readonly Judgement[], suppressed: readonly Suppressed[], now: number): readonly Evidence[] => {
  const ignored = new Map(suppressed.map((one) => [one.finding, one]));
  const evidence = judgements.map((judgement) => [judgement, evidenceOf(judgement, ignored, now)] as const);
  const doubtful = new Map(
    evidence
      .filter(([judgement, one]) => judgement.findings.length > 0 && one.verdict.state === "not-tried")
      .map(([judgement, one]) => [keyOf(judgement), one.because]),
  );
  return evidence.map(([judgement, one]) => {
    const reason = one.verdict.state === "proven" ? doubtful.get(keyOf(judgement)) : undefined;
    return reason === undefined ? one : { ...one, verdict: { state: "not-tried", reason } as const };
  });
};

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** The same on every machine, whatever its locale. */
export const byPlace = (a: Finding, b: Finding): number =>
  byCode(a.path, b.path) || (a.range?.start.offset ?? 0) - (b.range?.start.offset ?? 0) || byCode(a.rule, b.rule);

const RANK = { dev: 0, production: 1, strict: 2 } as const;

/** The rules that a profile runs. */
export const rulesOf = (rules: readonly AnyRule[], profile: keyof typeof RANK): readonly AnyRule[] =>
  rules.filter((rule) => RANK[rule.profile] <= RANK[profile]);
