import type { DecideOptions, Decided } from "../release/index.ts";
import { contentOf, pullCredentials, type Voyage } from "../ship/index.ts";
import { rolloutOutcome } from "./commands/deploy.run.ts";
import type { Outcome } from "./outcome.ts";

/** What a command that decides about a rollout gives the release with its word. */
export const decisionOptions = ({ project, contents, harbour, progress, signal, waitMs, why }: Voyage): DecideOptions => ({
  why,
  progress,
  signal,
  waitMs,
  keep: project.settings.release.keep,
  content: contentOf({ project, contents }),
  credentials: pullCredentials(harbour),
});

/** Being taken back is what `abort` is for: exit 0 then, and 3 when the release became live before it was heard. */
export const saidDecision = (decided: Decided, word: "promote" | "abort"): Outcome => {
  if (decided.state === "asked")
    return {
      exit: 0,
      human: `release r${decided.release}: the process that is at work on it was told (${decided.words})`,
      json: { schema: "seaworthy/deploy@1", ...decided },
    };
  const outcome = rolloutOutcome(decided);
  if (word === "promote") return outcome;
  return {
    ...outcome,
    exit: decided.state === "reverted" || decided.state === "rolled-back" ? 0 : decided.state === "live" ? 3 : outcome.exit,
  };
};
