import { SeaworthyError } from "../core/index.ts";
import { rolledBack } from "./bring-back.ts";
import type { RolloutOutcome } from "./interpreter.ts";
import type { Journal } from "./journal.ts";
import { canComeBack, isWayBack, rolloutState, type RolloutState, unfinishedRollout } from "./rollout-state.ts";

/** What came of somebody's word: how the rollout went on, or that the process which is at work on it goes on by itself. */
export type Decided = RolloutOutcome | { readonly state: "asked"; readonly release: number; readonly words: string };

/** Who decides, and why: for the history. */
export interface Word {
  readonly who: string;
  readonly why: string;
}

const open = (journal: Journal, project: string): RolloutState => {
  const state = unfinishedRollout(journal, project);
  if (state !== undefined) return state;
  throw new SeaworthyError("INPUT_NOT_FOUND", `${project}: no rollout is under way, so there is nothing to decide`, {
    hint: "seaworthy status shows what runs, seaworthy rollback goes back to an earlier release.",
  });
};

/** Writes the word to go on past where the rollout waits; `full`: past everything that would still wait or judge. @throws INPUT_NOT_FOUND, USAGE */
export const promoteIn = (journal: Journal, project: string, word: Word, full: boolean): RolloutState => {
  const state = open(journal, project);
  const { release } = state.entry;
  if (state.abort !== undefined || state.reverting !== undefined)
    throw new SeaworthyError("USAGE", `r${release} of ${project} is being taken back, so it cannot be promoted`, {
      hint: "seaworthy deploy --resume brings that to its end.",
    });
  if (state.paused === undefined)
    throw new SeaworthyError("USAGE", `r${release} of ${project} does not wait for anybody's word`, {
      hint: "seaworthy status shows where it stands; seaworthy deploy --resume goes on when nobody is at work on it.",
    });
  journal.append(project, release, { kind: "promoted", step: state.paused.step, ...word, ...(full ? { full } : {}) });
  return state;
};

/** Writes the word to take the rollout back. @throws INPUT_NOT_FOUND, USAGE when it only goes forward by now */
export const abortIn = (journal: Journal, project: string, word: Word): RolloutState => {
  const state = open(journal, project);
  const { release, after, rollbackTo } = state.entry;
  if (isWayBack(state))
    throw new SeaworthyError(
      "USAGE",
      `r${release} of ${project} brings r${rollbackTo} back because r${after} failed: there is nothing whole to go back to`,
      {
        hint: "Let it come to its end (seaworthy deploy --resume when nobody is at work on it), then deploy what should run.",
      },
    );
  if (!canComeBack(state))
    throw new SeaworthyError(
      "USAGE",
      `r${release} of ${project} is past the point where it could be taken back: the old containers leave`,
      {
        hint: "Let it come to its end (seaworthy deploy --resume when nobody is at work on it), then seaworthy rollback.",
      },
    );
  if (state.abort === undefined && state.reverting === undefined) journal.append(project, release, { kind: "abort-requested", ...word });
  return state;
};

/** How a rollout ended, as its journal tells it; undefined while it has not. */
export const outcomeOf = (journal: Journal, project: string, release: number): RolloutOutcome | undefined => {
  const finished = rolloutState(journal, project, release)?.finished;
  if (finished === undefined) return undefined;
  const { outcome, because = "", problems = [], report = [], seconds } = finished;
  const error = new SeaworthyError("RELEASE_NOT_LIVE", because, { problems });
  if (outcome === "live") return { state: "live", release, reports: report, seconds };
  const reports = report.length === 0 ? {} : { reports: report };
  if (outcome === "reverted") return { state: "reverted", release, because: error, seconds, ...reports };
  const following = journal.releases(project).find(({ after }) => after === release);
  const by = following === undefined ? undefined : outcomeOf(journal, project, following.release);
  return rolledBack({ state: "failed", release, because: error, seconds, ...reports }, by, following?.rollbackTo);
};
