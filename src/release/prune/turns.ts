import { hasCode, wordsOf } from "../../core/index.ts";

/** A project that somebody is at work on, with who and what. */
export interface Busy {
  readonly project: string;
  readonly because: string;
}

/**
 * Does the work while it holds every project that can be had, one after the other; those that others hold are left out of it and told.
 * `hold` runs its callback while it holds the project, or throws LOCKED without having begun.
 */
export const withThoseFree = async <T>(
  projects: readonly string[],
  hold: (project: string, inner: () => Promise<T>) => Promise<T>,
  work: (free: readonly string[], busy: readonly Busy[]) => Promise<T>,
): Promise<T> => {
  const next = async (left: readonly string[], free: readonly string[], busy: readonly Busy[]): Promise<T> => {
    const [project, ...rest] = left;
    if (project === undefined) return work(free, busy);
    let held = false;
    try {
      return await hold(project, () => {
        held = true;
        return next(rest, [...free, project], busy);
      });
    } catch (error) {
      if (held || !hasCode(error, "LOCKED")) throw error;
      return next(rest, free, [...busy, { project, because: wordsOf(error) }]);
    }
  };
  return next(projects.toSorted(), [], []);
};
