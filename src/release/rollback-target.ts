import { SeaworthyError } from "../core/index.ts";
import type { Keep } from "../project/index.ts";
import type { Journal } from "./journal.ts";
import { completes, type ReleaseManifest } from "./manifest.ts";
import { jobName } from "./rollout/jobs.ts";
import { rolloutState } from "./rollout-state.ts";
import { DEFAULT_KEEP, retentionOf } from "./retention.ts";

export interface RollbackTarget {
  readonly release: number;
  readonly manifest: ReleaseManifest;
  /** Jobs that ran since, newest release first. */
  readonly crosses: readonly Crossed[];
}

const missing = (why: string): SeaworthyError => new SeaworthyError("INPUT_NOT_FOUND", why, { hint: "See seaworthy history." });

/** What ran once and is not undone by going back, in words. */
export type Crossed = { readonly release: number; readonly job: string };

/** Jobs of the releases after one, taken back or not: what they changed stays, and the release before them does not know of it. */
export const crossedJobs = (journal: Journal, project: string, to: number): readonly Crossed[] =>
  journal
    .numbers(project)
    .filter((release) => release > to)
    .flatMap((release) => {
      const state = rolloutState(journal, project, release);
      if (state === undefined || state.entry.rollbackTo !== undefined) return [];
      const { plan, manifest } = state.entry;
      return plan.steps
        .filter(({ id }) => state.begun.includes(id))
        .flatMap((step) => {
          if (step.action.do === "run-job") return [{ release, job: jobName(step) }];
          const service = step.action.do === "await-exit" ? step.service : undefined;
          return service === undefined || !completes(manifest, service) ? [] : [{ release, job: service }];
        });
    });

/**
 * The release to go back to: the named one, or the newest kept one before the live one that is not the same again.
 * @throws INPUT_NOT_FOUND when there is none, or it is beyond what is kept
 */
export const rollbackTarget = (journal: Journal, project: string, now: number, to?: number, keep: Keep = DEFAULT_KEEP): RollbackTarget => {
  const { kept } = retentionOf(journal, project, keep, now);
  const [live, ...earlier] = kept.map(({ entry }) => entry);
  const chosen = to === undefined ? earlier.find(({ digest }) => digest !== live?.digest) : earlier.find(({ release }) => release === to);
  if (chosen !== undefined) {
    const { release, manifest } = chosen;
    return { release, manifest, crosses: crossedJobs(journal, project, release) };
  }
  if (to === undefined) throw missing(`${project} has no earlier release to go back to`);
  if (to === live?.release) throw missing(`r${to} of ${project} is the live release`);
  const beyond = rolloutState(journal, project, to)?.finished?.outcome === "live";
  throw missing(
    beyond
      ? `r${to} of ${project} is beyond the ${keep.releases} past releases that are kept (x-seaworthy.release.keep)`
      : `${project} has no release r${to} that was live`,
  );
};
