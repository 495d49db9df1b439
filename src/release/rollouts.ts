import { hasCode, SeaworthyError, silentProgress, wordsOf } from "../core/index.ts";
import type { Actor } from "./actor.ts";
import { rolledBack } from "./bring-back.ts";
import { assertGoverned } from "./claim.ts";
import { type Decided, outcomeOf } from "./decide.ts";
import { type RolloutOutcome, runRollout } from "./interpreter.ts";
import { letGo } from "./let-go.ts";
import type { RunOptions } from "./options.ts";
import { DEFAULT_KEEP } from "./retention.ts";
import { crossedJobs } from "./rollback-target.ts";
import { dueRollback, isWaiting, type RolloutState, rolloutState, unfinishedRollout } from "./rollout-state.ts";

/** Rollouts of one actor: begun, gone on with, and brought to their ends. */
export interface Rollouts {
  /** What may follow a failure by itself, the way back, is rolled out too. */
  readonly rollOut: (project: string, release: number, options: RunOptions) => Promise<RolloutOutcome>;
  /** Brings an unfinished one to its end; undefined when there is none. */
  readonly converge: (project: string, options: RunOptions) => Promise<RolloutOutcome | undefined>;
  /** The same with its leases taken. */
  readonly resume: (project: string, options?: RunOptions) => Promise<RolloutOutcome | undefined>;
  /** Goes on with one about which somebody decided, unless another process does. */
  readonly goOn: (project: string, open: RolloutState, what: string, options: RunOptions, waitMs: number) => Promise<Decided>;
  /** @throws PLAN_OUT_OF_DATE while one is unfinished */
  readonly assertSettled: (project: string) => void;
  /** @throws STATE_NEEDS_PERSON while one is unfinished */
  readonly assertFinished: (project: string) => void;
  /** @throws PAUSED while one waits for a decision */
  readonly assertDecided: (project: string) => void;
}

export const rolloutsOf = (actor: Actor): Rollouts => {
  const { journal, engine, state, clock, world, leased, servicesOf, keepOf, begin, planned } = actor;

  /** A rollout that is brought to its end first would move what the plan was made from. */
  const assertSettled = (project: string): void => {
    const open = unfinishedRollout(journal, project) ?? dueRollback(journal, project);
    if (open !== undefined)
      throw new SeaworthyError("PLAN_OUT_OF_DATE", `r${open.entry.release} of ${project} is unfinished, so a plan cannot hold`, {
        hint: "seaworthy deploy --resume brings it to its end; then plan again.",
      });
  };

  const assertFinished = (project: string): void => {
    const open = unfinishedRollout(journal, project) ?? dueRollback(journal, project);
    if (open === undefined) return;
    throw new SeaworthyError("STATE_NEEDS_PERSON", `r${open.entry.release} of ${project} is unfinished, and what runs is its own`, {
      hint: "seaworthy deploy --resume brings it to its end; then reconcile.",
    });
  };

  /** Begins the release that brings the one before a failed one back, and rolls it out. */
  const bringBack = async (project: string, { entry, finished, to }: NonNullable<ReturnType<typeof dueRollback>>, options: RunOptions) => {
    const target = rolloutState(journal, project, to)?.entry;
    if (target === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the journal lost r${to} of ${project}`);
    const { manifest, digest, evidence } = target;
    const { plan: made } = await planned(manifest, "rollback");
    const why = `r${entry.release} failed: ${finished?.because ?? ""}`;
    options.progress?.note(`bringing r${to} (${manifest.version}) back`);
    for (const { release, job } of crossedJobs(journal, project, to))
      options.progress?.note(`the job ${job} of r${release} is not undone by that`);
    // It was verified when it was deployed, and nothing of it can have changed since: it is named by digest.
    begin({ manifest, digest, why, evidence, plan: made, rollbackTo: to, after: entry.release }, options);
    return rollOut(project, made.release, options);
  };

  const rollOut = async (project: string, release: number, options: RunOptions): Promise<RolloutOutcome> => {
    const outcome = await runRollout(journal, world(project, options), release, options.hook);
    if (outcome.state === "live") {
      const { progress = silentProgress } = options;
      const { keep = DEFAULT_KEEP } = keepOf(project, options);
      await letGo({ engine, state, journal, project, keep, progress, now: clock.now() });
    }
    if (outcome.state === "failed") {
      const due = dueRollback(journal, project);
      return due === undefined ? followed(project, release, rolledBack(outcome, undefined, undefined)) : bringBack(project, due, options);
    }
    return followed(project, release, outcome);
  };

  /** A rollback that followed a failure by itself is told together with it. */
  const followed = (project: string, release: number, outcome: RolloutOutcome): RolloutOutcome => {
    const { after, rollbackTo } = rolloutState(journal, project, release)?.entry ?? {};
    const first = after === undefined ? undefined : rolloutState(journal, project, after)?.finished;
    if (after === undefined || first === undefined) return outcome;
    const because = new SeaworthyError("RELEASE_NOT_LIVE", first.because ?? "", { problems: first.problems ?? [] });
    const reports = first.report === undefined ? {} : { reports: first.report };
    return rolledBack({ state: "failed", release: after, because, seconds: first.seconds, ...reports }, outcome, rollbackTo);
  };

  const converge = async (project: string, options: RunOptions): Promise<RolloutOutcome | undefined> => {
    const open = unfinishedRollout(journal, project);
    if (open !== undefined) return rollOut(project, open.entry.release, options);
    const due = dueRollback(journal, project);
    return due === undefined ? undefined : bringBack(project, due, options);
  };

  const assertDecided = (project: string): void => {
    const open = unfinishedRollout(journal, project);
    if (open === undefined || !isWaiting(open, clock)) return;
    const { release, manifest } = open.entry;
    throw new SeaworthyError(
      "PAUSED",
      `r${release} (${manifest.version}) of ${project} waits for a decision: ${open.paused?.because ?? ""}`,
      {
        hint: "seaworthy promote goes on with it, seaworthy abort takes it back; then deploy again.",
      },
    );
  };

  const goOn = async (project: string, open: RolloutState, what: string, options: RunOptions, waitMs: number): Promise<Decided> => {
    const { release, manifest } = open.entry;
    try {
      return await leased(project, servicesOf(manifest), `${what} ${project} r${release}`, { ...options, waitMs }, async () => {
        const outcome = outcomeOf(journal, project, release) ?? (await converge(project, options));
        if (outcome === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the journal lost r${release} of ${project}`);
        return outcome;
      });
    } catch (error) {
      if (!hasCode(error, "LOCKED")) throw error;
      return { state: "asked", release, words: wordsOf(error) };
    }
  };

  const resume = async (project: string, options: RunOptions = {}): Promise<RolloutOutcome | undefined> => {
    const open = unfinishedRollout(journal, project) ?? dueRollback(journal, project);
    if (open === undefined) return undefined;
    await assertGoverned(engine, state);
    return leased(project, servicesOf(open.entry.manifest), `resume ${project} r${open.entry.release}`, options, () =>
      converge(project, options),
    );
  };

  return { rollOut, converge, resume, goOn, assertSettled, assertFinished, assertDecided };
};
