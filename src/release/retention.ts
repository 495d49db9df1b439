import type { Keep } from "../project/index.ts";
import type { Journal } from "./journal.ts";
import type { ReleaseManifest } from "./manifest.ts";
import { rolloutState, type RolloutState } from "./rollout-state.ts";

/** What is kept for rollback when nobody says otherwise. */
export const DEFAULT_KEEP: Keep = { releases: 5, forMs: 0 };

export interface Retention {
  /** Newest first: the live release, then those that were live before it and can be gone back to. */
  readonly kept: readonly RolloutState[];
  /** Not ended yet: what it uses is in use. */
  readonly unfinished: readonly RolloutState[];
  /** All others, newest first: those beyond what is kept, and those that never became live. Read as they are asked for, because a long history has many. */
  readonly dropped: () => Iterable<RolloutState>;
}

/** Which releases of a project can still be gone back to. `now` in milliseconds since the epoch. */
export const retentionOf = (journal: Journal, project: string, { releases, forMs }: Keep, now: number): Retention => {
  const numbers = journal.numbers(project);
  const kept: RolloutState[] = [];
  const unfinished: RolloutState[] = [];
  const neverLive: RolloutState[] = [];
  let counted = 0;
  let at = 0;
  for (; at < numbers.length; at += 1) {
    const state = rolloutState(journal, project, numbers[at] ?? 0);
    if (state === undefined) continue;
    const { entry, finished } = state;
    if (finished === undefined) unfinished.push(state);
    else if (finished.outcome !== "live") neverLive.push(state);
    else {
      // A repair is no release of its own to go back to.
      if (entry.repairs === undefined) counted += 1;
      // One served until the next one was live.
      if (counted > releases + 1 && (kept.at(-1)?.finished?.at ?? now) <= now - forMs) break;
      kept.push(state);
    }
  }
  const older = numbers.slice(at);
  const isFinished = (release: number): boolean => journal.has(project, release, "finished");
  const read = (release: number): readonly RolloutState[] => {
    const state = rolloutState(journal, project, release);
    return state === undefined ? [] : [state];
  };
  return {
    kept,
    unfinished: [...unfinished, ...older.filter((release) => !isFinished(release)).flatMap(read)],
    dropped: function* () {
      yield* neverLive;
      for (const release of older) if (isFinished(release)) yield* read(release);
    },
  };
};

/** As its last release recorded it; undefined where an earlier version of Seaworthy made that one. */
export const recordedKeep = (journal: Journal, project: string): Keep | undefined => journal.newest(project)?.keep;

/** `repository@digest` of each service's image. */
export const referencesOf = ({ services }: ReleaseManifest): readonly string[] =>
  services.map(({ image }) => `${image.repository}@${image.digest}`);

/** What we brought into the engine: our own builds, and what a rollout's own step pulled. What was there before us is the user's. */
export const broughtBy = ({ entry, results }: RolloutState): ReadonlySet<string> => {
  const own = entry.manifest.services.filter(({ unverified }) => unverified === undefined);
  const pulled = entry.plan.steps.flatMap(({ id, action }) =>
    action.do === "pull-image" && results.get(id)?.["pulled"] === true ? [action.reference] : [],
  );
  return new Set([...own.map(({ image }) => `${image.repository}@${image.digest}`), ...pulled]);
};

/** Why the project needs what a release of it uses. */
const need = (project: string, { entry, finished }: RolloutState, serving: boolean): string =>
  `r${entry.release} of ${project} ${finished === undefined ? "is under way" : serving ? "serves it" : "can be gone back to"}`;

/** Every image that some project of this host may still need, with why: the releases that it keeps or has under way. Where how much it keeps is not known, all that was live. */
export const neededImages = (
  journal: Journal,
  /** Of the projects whose settings are at hand; others as they recorded it. */
  keeps: ReadonlyMap<string, Keep>,
  now: number,
): ReadonlyMap<string, string> => {
  const needed = new Map<string, string>();
  for (const project of journal.projects()) {
    const keep = keeps.get(project) ?? recordedKeep(journal, project) ?? { releases: Number.POSITIVE_INFINITY, forMs: 0 };
    const { kept, unfinished } = retentionOf(journal, project, keep, now);
    for (const state of [...unfinished, ...kept])
      for (const reference of referencesOf(state.entry.manifest))
        if (!needed.has(reference)) needed.set(reference, need(project, state, state === kept[0]));
  }
  return needed;
};
