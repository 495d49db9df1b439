import { type Waiver, waiverOf } from "../checklist/index.ts";
import type { TrialOutcome, TrialReport } from "./run.ts";

/** The project's decision to live with what was disproved of a service: one for each of the items that the experiment is about. `now`: milliseconds since the epoch. */
export const waivedBy = (
  { trial, state }: Pick<TrialOutcome, "trial" | "state">,
  { subject }: Pick<TrialReport, "subject">,
  waivers: readonly Waiver[],
  now: number,
): Waiver | undefined => {
  if (state !== "disproved" || subject.reference !== undefined) return undefined;
  const found = trial.items.map((item) => waiverOf(waivers, item, subject.service, now));
  return found.includes(undefined) ? undefined : found[0];
};
