import type { Digest, Progress } from "../core/index.ts";
import { isSeaworthyError, silentProgress, wordsOf } from "../core/index.ts";
import type { Engine, Inside } from "../engine/index.ts";
import { type Baseline, runBaseline } from "./baseline.ts";
import { trialsOf } from "./catalogue.ts";
import { runJobs, startDependencies } from "./dependencies.ts";
import { differencesOf } from "./lab/container.ts";
import { type Lab, openLab } from "./lab/lab.ts";
import { sweepLeftOvers } from "./lab/sweep.ts";
import { smokeWords } from "./smoke/smoke.ts";
import type { Subject } from "./subject.ts";
import type { Level, Reading, Trial } from "./trial.ts";

export interface TrialOutcome extends Reading {
  readonly trial: Trial;
  /** The experiment itself went wrong, which says nothing of the subject. */
  readonly broken?: true;
  readonly seconds: number;
}

/** All that was found out about one subject. */
export interface TrialReport {
  readonly subject: {
    readonly service: string;
    /** Of an image that was tried by itself: what it was named. */
    readonly reference?: string;
    readonly image: Digest;
  };
  /** When, in milliseconds since the epoch. */
  readonly at: number;
  readonly level: Level;
  readonly seconds: number;
  /** What shows that it works. */
  readonly smoke: string;
  /** From start to the first answer, as production would run it. */
  readonly upMs: number;
  /** How the lab differs from production. */
  readonly differences: readonly string[];
  readonly outcomes: readonly TrialOutcome[];
}

export interface TrialOptions {
  readonly engine: Engine;
  readonly inside: Inside;
  readonly level: Level;
  readonly signal: AbortSignal;
  /** Experiments beside each other. Default: the engine's processors, at most 3. */
  readonly atOnce?: number;
  readonly progress?: Progress;
  /** Default: all of the level. */
  readonly trials?: readonly Trial[];
}

const seconds = (begun: number): number => Math.round((performance.now() - begun) / 10) / 100;

/** One experiment. What breaks in it is no verdict about the subject. */
const runOne = async (trial: Trial, lab: Lab, baseline: Baseline): Promise<TrialOutcome> => {
  const begun = performance.now();
  const applies = trial.applies(lab.subject, baseline);
  if (applies !== true) return { trial, state: "not-tried", because: applies, seconds: 0 };
  try {
    return { trial, ...(await trial.run(lab, baseline)), seconds: seconds(begun) };
  } catch (error) {
    lab.signal.throwIfAborted();
    if (isSeaworthyError(error) && error.code === "ENGINE_UNREACHABLE") throw error;
    const because = `the experiment could not be done: ${wordsOf(error)}`;
    return { trial, broken: true, state: "not-tried", because, seconds: seconds(begun) };
  }
};

/** Some beside each other, then those that measure time or use, one after the other. */
const runAll = async (trials: readonly Trial[], lab: Lab, baseline: Baseline, progress: Progress): Promise<readonly TrialOutcome[]> => {
  const outcomes = new Map<Trial, TrialOutcome>();
  const one = async (trial: Trial): Promise<void> => {
    progress.begin("trial", trial.id);
    const outcome = await runOne(trial, lab, baseline);
    outcomes.set(trial, outcome);
    progress.end("trial", `${trial.id}: ${outcome.state}`);
  };
  const beside = trials.filter(({ alone }) => alone !== true);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let trial = beside[next++]; trial !== undefined; trial = beside[next++]) await one(trial);
  };
  await Promise.all(Array.from({ length: lab.atOnce }, worker));
  for (const trial of trials.filter(({ alone }) => alone === true)) await one(trial);
  return trials.flatMap((trial) => outcomes.get(trial) ?? []);
};

/**
 * Runs a service's image as production would, in a harmless place, and finds out what of the checklist holds.
 * @throws INPUT_INVALID (exit 1) when it does not come up; IMAGE_NOT_FOUND; ENGINE_UNREACHABLE
 */
export const tryService = async (
  subject: Subject,
  { engine, inside, level, signal, atOnce, progress = silentProgress, trials = trialsOf(level) }: TrialOptions,
): Promise<TrialReport> => {
  const begun = performance.now();
  await sweepLeftOvers(engine);
  const { cpus } = await engine.system.info();
  await using lab = await openLab(subject, { engine, inside, signal, atOnce: atOnce ?? Math.max(1, Math.min(3, cpus)) });
  const { real, stubs } = await startDependencies(lab);
  await runJobs(lab);
  progress.begin("baseline", subject.service);
  const baseline = await runBaseline(lab, real);
  progress.end("baseline", `up after ${baseline.upMs} ms`);
  const outcomes = await runAll(trials, lab, baseline, progress);
  return {
    subject: {
      service: subject.service,
      ...(subject.reference === undefined ? {} : { reference: subject.reference }),
      image: subject.image.id,
    },
    at: Date.now(),
    level,
    seconds: seconds(begun),
    smoke: smokeWords(baseline.smoke),
    upMs: baseline.upMs,
    differences: [
      ...differencesOf(subject.spec, subject.folder),
      ...stubs.map((name) => `${name} was a stub that takes connections and answers nothing`),
    ],
    outcomes,
  };
};
