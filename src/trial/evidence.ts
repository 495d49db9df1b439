import type { Evidence, Verdict } from "../checklist/index.ts";
import type { TrialOutcome, TrialReport } from "./run.ts";

/** A trial that shows a part of what an item claims disproves it when it fails, and otherwise only has nothing against it. */
const verdictOf = ({ trial, state, because }: TrialOutcome, item: Evidence["item"]): Verdict => {
  if (state === "not-tried") return { state, reason: because };
  if (state === "proven" && trial.proves?.includes(item) !== true)
    return { state: "not-tried", reason: `${trial.id} found nothing against it (${because}), which alone proves nothing` };
  return { state };
};

/** What a report says of the checklist. */
export const trialEvidence = ({ subject, at, outcomes }: TrialReport): readonly Evidence[] =>
  outcomes.flatMap((outcome) =>
    outcome.trial.items.map((item): Evidence => ({
      item,
      subject: { kind: "service", service: subject.service },
      kind: "trial",
      verdict: verdictOf(outcome, item),
      source: `trial/${outcome.trial.id}`,
      because: outcome.because,
      at,
    })),
  );
