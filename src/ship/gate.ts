import { type Evidence, formatSubject, gate, type GateResult, type ItemId, judge } from "../checklist/index.ts";
import type { StageResult, Voyage } from "./voyage.ts";

/** How many disproofs of one item are told; the check lists them all. */
const MOST_TOLD = 4;

/** Everything that stands against an item as strongly as what decided. */
const against = (evidence: readonly Evidence[]): string => {
  const [deciding] = evidence;
  const words = evidence
    .filter(({ verdict, kind }) => verdict.state === "disproved" && kind === deciding?.kind)
    .map(({ subject, because }) => `${formatSubject(subject)}: ${because}`);
  const all = [...new Set(words)];
  return all.length <= MOST_TOLD ? all.join("; ") : [...all.slice(0, MOST_TOLD), `and ${all.length - MOST_TOLD} more`].join("; ");
};

/** What a gate refused, one line an item with the evidence that decided. */
const refusalLines = (result: GateResult): readonly string[] =>
  result.refusals.map(({ item, requirement, verdict, evidence }) => {
    const because = verdict.state === "not-tried" ? verdict.reason : against(evidence);
    return `${item} must be ${requirement === "proven" ? "proven" : "free of disproof"}: ${because}`;
  });

/**
 * The policy's word on the items that this stage answers for. Undefined when it lets the voyage go on.
 * @param on `disproof` while later stages may still prove what was not tried; `all` at the end.
 */
export const gateOn = (
  voyage: Voyage,
  items: ReadonlySet<ItemId>,
  on: "disproof" | "all",
): Extract<StageResult, { state: "refused" }> | undefined => {
  const { policy } = voyage.project;
  const all = gate(judge(voyage.evidence, policy, voyage.clock.now()), policy, items);
  const refusals = all.refusals.filter(({ state }) => on === "all" || state === "disproved");
  const result: GateResult = { passed: refusals.length === 0, refusals };
  if (result.passed) return undefined;
  return {
    state: "refused",
    words: `${result.refusals.length} items of the checklist stand against it`,
    problems: refusalLines(result),
    exit: 1,
    hint: "Mend them (seaworthy check shows each place), or waive an item with a reason and an end date in x-seaworthy.waive.",
  };
};
