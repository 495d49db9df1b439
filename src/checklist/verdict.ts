import { type Evidence, EVIDENCE_KINDS, type EvidenceKind, type Verdict } from "./evidence.ts";
import { type ItemId, itemOf, ITEMS } from "./items.ts";
import { type GateResult, type Policy, requirementOf, satisfies, type Waiver, waiverOf } from "./policy.ts";

/** One line of the checklist: an item, what is held of it, and everything that speaks for or against. */
export interface ItemVerdict {
  readonly item: ItemId;
  readonly verdict: Verdict;
  /** The evidence that decided, first; then the rest. */
  readonly evidence: readonly Evidence[];
}

const STRENGTH = new Map(EVIDENCE_KINDS.map((kind, index) => [kind, index]));
const tried = (evidence: Evidence): boolean => evidence.verdict.state === "proven" || evidence.verdict.state === "disproved";
const serviceOf = ({ subject }: Evidence): string | undefined =>
  subject.kind === "image" || subject.kind === "service" ? subject.service : undefined;
const subjectKey = (evidence: Evidence): string => {
  const service = serviceOf(evidence);
  return service === undefined ? JSON.stringify(evidence.subject) : `service:${service}`;
};

/** For one subject the strongest kind that was tried decides; within that kind one disproof outweighs any number of proofs. */
const decideSubject = (evidence: readonly Evidence[]): Evidence | undefined => {
  const known = evidence.filter(tried);
  const strongest = Math.max(...known.map((one) => STRENGTH.get(one.kind) ?? 0));
  const deciding = known.filter((one) => STRENGTH.get(one.kind) === strongest);
  return deciding.find((one) => one.verdict.state === "disproved") ?? deciding[0];
};

const LOOK: Readonly<Record<EvidenceKind, string>> = {
  static: "a rule",
  image: "an inspection of the image",
  scan: "a scan",
  signature: "a check of signatures",
  trial: "a trial",
  live: "a live reading",
};

const either = (kinds: readonly EvidenceKind[]): string => {
  const words = kinds.map((kind) => LOOK[kind]);
  return [words.slice(0, -1).join(", "), words.at(-1) ?? ""].filter((part) => part !== "").join(" or ");
};

const notRun = (kinds: readonly EvidenceKind[]): string =>
  ["it has not run", "neither has run"][kinds.length - 1] ?? "none of them has run";

/** Why nothing is known of an item: which kinds of evidence could tell, and which of them were gathered about anything at all. */
const whyUnknown = (item: ItemId, ran: ReadonlySet<EvidenceKind>): string => {
  const kinds = itemOf(item).evidence;
  const missing = kinds.filter((kind) => !ran.has(kind));
  if (missing.length === kinds.length) return `only ${either(kinds)} can tell, and ${notRun(kinds)}`;
  if (missing.length === 0) return `${either(kinds)} could tell, but none of this version asks`;
  return `${either(missing)} could tell, and ${notRun(missing)}; what did run does not ask`;
};

const verdictOf = (
  item: ItemId,
  evidence: readonly Evidence[],
  policy: Policy,
  now: number,
  ran: ReadonlySet<EvidenceKind>,
): ItemVerdict => {
  const groups = Map.groupBy(evidence, subjectKey);
  const decided = [...groups.values()].map(decideSubject).filter((one) => one !== undefined);
  const waiverFor = (one: Evidence | undefined): Waiver | undefined =>
    waiverOf(policy.waivers, item, one === undefined ? undefined : serviceOf(one), now);
  const disproved = decided.filter((one) => one.verdict.state === "disproved");
  // A waiver of one service lives with nothing of another.
  const deciding = disproved.find((one) => waiverFor(one) === undefined) ?? disproved[0] ?? decided[0];
  const notTried = evidence.filter((one) => one.verdict.state === "not-tried");
  const untried = notTried.find((one) => waiverFor(one) === undefined) ?? notTried[0];
  const verdict: Verdict = deciding?.verdict ?? untried?.verdict ?? { state: "not-tried", reason: whyUnknown(item, ran) };
  const first = deciding ?? untried;
  const waiver = waiverFor(first);
  const waived = waiver !== undefined && verdict.state !== "proven";
  return {
    item,
    verdict: waived ? { state: "waived", by: waiver.by, until: waiver.until, why: waiver.why } : verdict,
    evidence: first === undefined ? [] : [first, ...evidence.filter((one) => one !== first)],
  };
};

/** The whole checklist in its own order, one verdict per item. */
export const judge = (evidence: readonly Evidence[], policy: Policy, now: number): readonly ItemVerdict[] => {
  const byItem = Map.groupBy(evidence, (one) => one.item);
  const ran = new Set(evidence.filter(tried).map((one) => one.kind));
  return ITEMS.map(({ id }) => verdictOf(id, byItem.get(id) ?? [], policy, now, ran));
};

/**
 * Whether the evidence lets a release go on. `items` names those a stage answers for: `signed` is not demanded before anything could have been signed.
 * Default: every item.
 */
export const gate = (verdicts: readonly ItemVerdict[], policy: Policy, items?: ReadonlySet<ItemId>): GateResult => {
  const refusals = verdicts
    .filter(({ item }) => items === undefined || items.has(item))
    .filter(({ item, verdict }) => !satisfies(verdict.state, requirementOf(policy, item)))
    .map(({ item, verdict, evidence }) => ({ item, requirement: requirementOf(policy, item), state: verdict.state, verdict, evidence }));
  return { passed: refusals.length === 0, refusals };
};
