import { type ConfusionSubject, RIGHT } from "./subject.ts";
import type { Run } from "./results.ts";

/** Of one experiment, over all subjects: how often it said what is true, and how often not. */
export interface Tally {
  trueProven: number;
  trueDisproved: number;
  falseProven: number;
  falseDisproved: number;
  /** Though something could be said. */
  notTried: number;
}

/** A verdict that is not what the subject was made to be. */
export interface False {
  readonly run: Run;
  readonly trial: string;
  readonly truth: string;
}

/** What was said of what nothing can be said of counts as false. */
export const tallied = (
  subjects: ReadonlyMap<string, ConfusionSubject>,
  runs: readonly Run[],
): { readonly tallies: ReadonlyMap<string, Tally>; readonly wrong: readonly False[] } => {
  const tallies = new Map<string, Tally>();
  const wrong: False[] = [];
  for (const run of runs) {
    const subject = subjects.get(run.subject);
    if (subject === undefined) continue;
    const truths = { ...RIGHT, ...subject.is };
    for (const [trial, { state }] of Object.entries(run.verdicts)) {
      const truth = truths[trial];
      if (truth === undefined || truth === null || (truth === "not-tried" && state === "not-tried")) continue;
      const tally = tallies.get(trial) ?? { trueProven: 0, trueDisproved: 0, falseProven: 0, falseDisproved: 0, notTried: 0 };
      tallies.set(trial, tally);
      if (state === "not-tried") tally.notTried += 1;
      else if (state === truth) tally[state === "proven" ? "trueProven" : "trueDisproved"] += 1;
      else {
        tally[state === "proven" ? "falseProven" : "falseDisproved"] += 1;
        wrong.push({ run, trial, truth });
      }
    }
  }
  return { tallies, wrong };
};
