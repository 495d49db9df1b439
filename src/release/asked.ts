import { type Clock, hasCode, SeaworthyError } from "../core/index.ts";
import type { World } from "./actions/index.ts";
import type { Journal } from "./journal.ts";
import { canComeBack, rolloutState } from "./rollout-state.ts";

/** Between two looks at the journal while something is waited for. */
const LOOK_MS = 250;

const ABORTED = "ABORTED";

/** Whether a rollout ended its step because somebody asked for its end. */
export const isAborted = (error: unknown): error is SeaworthyError =>
  hasCode(error, "RELEASE_NOT_LIVE") && error instanceof SeaworthyError && error.details["reason"] === ABORTED;

/**
 * Throws when somebody asked for the rollout to be taken back and that still can be.
 * @throws RELEASE_NOT_LIVE with who and why, which `isAborted` tells from others
 */
export const assertNotAborted = (journal: Journal, project: string, release: number): void => {
  if (!journal.has(project, release, "abort-requested")) return;
  const state = rolloutState(journal, project, release);
  if (state?.abort === undefined || !canComeBack(state)) return;
  const { who, why } = state.abort;
  throw new SeaworthyError("RELEASE_NOT_LIVE", `${who} aborted it${why === "" ? "" : `: ${why}`}`, {
    hint: "The previous release serves.",
    details: { reason: ABORTED },
  });
};

/** The same world, whose waits end when somebody asks for the rollout's end: between two looks at what is waited for, never within a deed. */
export const watchful = (world: World, journal: Journal, release: number): World => {
  const { clock, project } = world;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const sleep: Clock["sleep"] = async (ms, signal) => {
    for (let left = ms; ;) {
      if (clock.elapsed() - lookedAt >= LOOK_MS) {
        lookedAt = clock.elapsed();
        assertNotAborted(journal, project, release);
      }
      const nap = Math.min(left, LOOK_MS);
      await clock.sleep(nap, signal);
      left -= nap;
      if (left <= 0) return;
    }
  };
  return { ...world, clock: { ...clock, sleep } };
};
