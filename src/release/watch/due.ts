import { type Clock, hasCode, wordsOf } from "../../core/index.ts";
import type { RolloutOutcome } from "../interpreter.ts";
import type { Journal } from "../journal.ts";
import { pauseLeftMs, unfinishedRollout } from "../rollout-state.ts";

interface Parts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Brings the project's unfinished rollout to its end, or to where it waits. @throws LOCKED when somebody is at work on it */
  readonly goOn: (project: string) => Promise<RolloutOutcome | undefined>;
  readonly say: (project: string, words: string) => void;
}

const LOOK_MS = 15_000;

/** A rollout whose pause is over and that nobody has decided about, in words; undefined when there is none. */
const dueIn = ({ journal, clock }: Parts, project: string): string | undefined => {
  const newest = journal.nextRelease(project) - 1;
  // Reading a rollout whole every few seconds would be all that the watcher does.
  if (!journal.has(project, newest, "paused") || journal.has(project, newest, "finished")) return undefined;
  const open = unfinishedRollout(journal, project);
  const leftMs = open?.paused === undefined ? undefined : pauseLeftMs(open.paused, clock);
  return leftMs === undefined || leftMs > 0 ? undefined : `r${newest}`;
};

/**
 * Goes on with rollouts whose time to wait is over where the process that waited has died, as a shell that was closed. Until the signal.
 * What waits for somebody's word goes on waiting.
 */
export const goOnWhenDue = async (parts: Parts, signal: AbortSignal): Promise<void> => {
  const { journal, clock, goOn, say } = parts;
  const told = new Set<string>();
  while (!signal.aborted) {
    for (const project of journal.projects()) {
      const release = dueIn(parts, project);
      if (release === undefined) continue;
      try {
        const outcome = await goOn(project);
        if (outcome !== undefined) say(project, `${release} went on, as its time to wait was over: ${outcome.state}`);
      } catch (error) {
        if (signal.aborted) return;
        const words = `${release} could not go on: ${wordsOf(error)}`;
        // The one that waits in the foreground goes on by itself; what fails each time is said once.
        if (!hasCode(error, "LOCKED") && !told.has(words)) say(project, words);
        told.add(words);
      }
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
};
