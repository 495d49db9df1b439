import { type Evidence, EVIDENCE_KINDS, type Verdict } from "./evidence.ts";
import { type ItemId, ITEMS } from "./items.ts";
import { type GateResult, type Policy, requirementOf, satisfies, waiverHolds } from "./policy.ts";

/** One line of the checklist: an item, what is held of it, and everything that speaks for or against. */
export interface ItemVerdict {
  readonly item: ItemId;
  readonly verdict: Verdict;
  /** The evidence that decided, first; then the rest. */
  readonly evidence: readonly Evidence[];
}

const STRENGTH = new Map(EVIDENCE_KINDS.map((kind, index) => [kind, index]));
const tried = (evidence: Evidence): boolean => evidence.verdict.state === "proven" || evidence.verdict.state === "disproved";
const subjectKey = (evidence: Evidence): string => {
  const { subject } = evidence;
  return subject.kind === "image" || subject.kind === "service" ? `service:${subject.service}` : JSON.stringify(subject);
};

/** For one subject the strongest kind that was tried decides; within that kind one disproof outweighs any number of proofs. */
const decideSubject = (evidence: readonly Evidence[]): Evidence | undefined => {
  const known = evidence.filter(tried);
  const strongest = Math.max(...known.map((one) => STRENGTH.get(one.kind) ?? 0));
  const deciding = known.filter((one) => STRENGTH.get(one.kind) === strongest);
  return deciding.find((one) => one.verdict.state === "disproved") ?? deciding[0];
};

const verdictOf = (item: ItemId, evidence: readonly Evidence[], policy: Policy, now: number): ItemVerdict => {
  const groups = Map.groupBy(evidence, subjectKey);
  const decided = [...groups.values()].map(decideSubject).filter((one) => one !== undefined);
  const deciding = decided.find((one) => one.verdict.state === "disproved") ?? decided[0];
  const untried = evidence.find((one) => one.verdict.state === "not-tried");
  const verdict: Verdict = deciding?.verdict ?? untried?.verdict ?? { state: "not-tried", reason: "nothing that ran looks at it" };
  const waiver = policy.waivers.find((one) => one.item === item && waiverHolds(one, now));
  const waived = waiver !== undefined && verdict.state !== "proven";
  const first = deciding ?? untried;
  return {
    item,
    verdict: waived ? { state: "waived", by: waiver.by, until: waiver.until, why: waiver.why } : verdict,
    evidence: first === undefined ? [] : [first, ...evidence.filter((one) => one !== first)],
  };
};

/** The whole checklist in its own order, one verdict per item. */
export const judge = (evidence: readonly Evidence[], policy: Policy, now: number): readonly ItemVerdict[] => {
  const byItem = Map.groupBy(evidence, (one) => one.item);
  return ITEMS.map(({ id }) => verdictOf(id, byItem.get(id) ?? [], policy, now));
};

/**
 * Whether the evidence lets a release go on. `items` names those a stage answers for: `signed` is not demanded before anything could have been signed.
 * Default: every item.
 */
export const gate = (verdicts: readonly ItemVerdict[], policy: Policy, items?: ReadonlySet<ItemId>): GateResult => {
  const refusals = verdicts
    .filter(({ item }) => items === undefined || items.has(item))
    .filter(({ item, verdict }) => !satisfies(verdict.state, requirementOf(policy, item)))
    .map(({ item, verdict, evidence }) => ({ item, requirement: requirementOf(policy, item), state: verdict.state, evidence }));
  return { passed: refusals.length === 0, refusals };
};
