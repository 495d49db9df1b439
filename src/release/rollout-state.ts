import type { Clock } from "../core/index.ts";
import type { Journal, Written } from "./journal.ts";
import type { Step } from "./plan.ts";

/** Where a release stands, folded from its journal entries. */
export interface RolloutState {
  readonly entry: Written<Extract<Written, { kind: "release" }>>;
  /** Steps whose intent was written, in the order they were begun. */
  readonly begun: readonly string[];
  readonly done: ReadonlySet<string>;
  readonly results: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Where it waits, undecided. */
  readonly paused?: Written<Extract<Written, { kind: "paused" }>>;
  readonly promotions: readonly Written<Extract<Written, { kind: "promoted" }>>[];
  /** Somebody's word to take it back. */
  readonly abort?: Written<Extract<Written, { kind: "abort-requested" }>>;
  /** New replicas that failed, by name; `served` is false of those that never came so far. Each counts once. */
  readonly failed: ReadonlyMap<string, Written<Extract<Written, { kind: "replica-failed" }>>>;
  /** Set once the rollout turned back. */
  readonly reverting?: string;
  /** Steps that were taken back, with what is worth knowing of that. */
  readonly undone: ReadonlyMap<string, Readonly<Record<string, unknown>> | undefined>;
  readonly finished?: Written<Extract<Written, { kind: "finished" }>>;
}

export const rolloutState = (journal: Journal, project: string, release: number): RolloutState | undefined => {
  const entries = journal.entries(project, release);
  const entry = entries.find((one) => one.kind === "release");
  if (entry === undefined) return undefined;
  const done = entries.filter((one) => one.kind === "done");
  const reverting = entries.find((one) => one.kind === "reverting")?.because;
  const finished = entries.findLast((one) => one.kind === "finished");
  const promotions = entries.filter((one) => one.kind === "promoted");
  const abort = entries.find((one) => one.kind === "abort-requested");
  const doneSteps = new Set(done.map((one) => one.step));
  const paused = entries.findLast((one) => one.kind === "paused");
  const waits =
    paused !== undefined && !doneSteps.has(paused.step) && !promotions.some(({ step, full }) => step === paused.step || full === true);
  return {
    entry,
    begun: [...new Set(entries.filter((one) => one.kind === "intent").map((one) => one.step))],
    done: doneSteps,
    results: new Map(done.flatMap((one) => (one.result === undefined ? [] : [[one.step, one.result]]))),
    ...(waits && reverting === undefined ? { paused } : {}),
    promotions,
    failed: new Map(entries.flatMap((one) => (one.kind === "replica-failed" ? [[one.name, one] as const] : [])).toReversed()),
    ...(abort === undefined ? {} : { abort }),
    ...(reverting === undefined ? {} : { reverting }),
    undone: new Map(entries.filter((one) => one.kind === "undone").map((one) => [one.step, one.result])),
    ...(finished === undefined ? {} : { finished }),
  };
};

/** Past this point a rollout only goes forward. */
export const isFinal = (state: RolloutState): boolean =>
  state.entry.plan.steps.some((step: Step) => step.final === true && state.begun.includes(step.id));

/** A rollback that followed a failure by itself: what was there before it was the failed release, in parts. */
export const isWayBack = ({ entry }: RolloutState): boolean => entry.after !== undefined;

/**
 * Whether the release before it can still be brought back: by undo, or, where a failure policy may ask for that at any time, by a release of its own. A
 * rollback is followed by no rollback.
 */
export const canComeBack = (state: RolloutState): boolean =>
  !isWayBack(state) && (!isFinal(state) || ((state.entry.plan.policies ?? []).length > 0 && state.entry.rollbackTo === undefined));

const newestState = (journal: Journal, project: string): RolloutState | undefined => {
  const [newest] = journal.numbers(project);
  return newest === undefined ? undefined : rolloutState(journal, project, newest);
};

/** The newest release when it failed and the one before it has not been begun to be brought back: an actor died in between. */
export const dueRollback = (journal: Journal, project: string): (RolloutState & { readonly to: number }) | undefined => {
  const state = newestState(journal, project);
  const to = state?.finished?.outcome === "failed" ? state.finished.rollbackTo : undefined;
  return state === undefined || to === undefined ? undefined : { ...state, to };
};

/** The word that lets a rollout go past a step at which it would wait. */
export const promotionOf = ({ promotions }: RolloutState, step: string): RolloutState["promotions"][number] | undefined =>
  promotions.find((one) => one.step === step || one.full === true);

type Timer = Pick<Clock, "now" | "boot">;

/** Milliseconds until a pause is over by itself, none or less when it is; undefined when only a word ends it. */
export const pauseLeftMs = (
  { untilAt, untilBoot }: Pick<NonNullable<RolloutState["paused"]>, "untilAt" | "untilBoot">,
  clock: Timer,
): number | undefined => {
  const boot = untilBoot === undefined ? undefined : clock.boot?.();
  if (untilBoot !== undefined && boot?.id === untilBoot.id) return untilBoot.ms - boot.ms;
  return untilAt === undefined ? undefined : untilAt - clock.now();
};

/** Waits undecided, and for longer than until now. */
export const isWaiting = ({ paused, abort, finished }: RolloutState, clock: Timer): boolean =>
  paused !== undefined && abort === undefined && finished === undefined && (pauseLeftMs(paused, clock) ?? 1) > 0;

/** The newest release that became live; what serves when nothing is under way. */
export const liveRelease = (journal: Journal, project: string): RolloutState | undefined => {
  for (const release of journal.numbers(project)) {
    const state = rolloutState(journal, project, release);
    if (state?.finished?.outcome === "live") return state;
  }
  return undefined;
};

/** The rollout that was begun and neither finished nor taken back: an actor died in it. At most one a project, because the next one converges it first. */
export const unfinishedRollout = (journal: Journal, project: string): RolloutState | undefined => {
  const state = newestState(journal, project);
  return state?.finished === undefined ? state : undefined;
};
