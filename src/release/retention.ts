import { hasCode, type Progress, type StateFolder, wordsOf } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import { slotsOf } from "./file-slots.ts";
import { sweepFiles } from "./files.ts";
import type { Journal } from "./journal.ts";
import { rolloutState, type RolloutState } from "./rollout-state.ts";

/** Past releases kept for rollback when nobody says otherwise. */
export const DEFAULT_KEEP = 5;

/** Dropped releases whose images are looked for; older ones were swept when they were among these. */
const SWEEP_DEPTH = 50;

export interface Retention {
  /** Newest first: the live release, then the `keep` releases that were live before it. */
  readonly kept: readonly RolloutState[];
  /** Not ended yet: what it uses is in use. */
  readonly unfinished: readonly RolloutState[];
  /** All others, newest first: those beyond `keep`, and those that never became live. */
  readonly dropped: readonly RolloutState[];
}

/** Which releases of a project can still be gone back to. */
export const retentionOf = (journal: Journal, project: string, keep: number): Retention => {
  const all = journal.releases(project).flatMap(({ release }) => rolloutState(journal, project, release) ?? []);
  const lived = all.filter(({ finished }) => finished?.outcome === "live");
  // A repair is no release of its own to go back to.
  const since = lived.filter(({ entry }) => entry.repairs === undefined)[keep + 1];
  const kept = since === undefined ? lived : lived.slice(0, lived.indexOf(since));
  const unfinished = all.filter(({ finished }) => finished === undefined);
  return { kept, unfinished, dropped: all.filter((one) => !kept.includes(one) && !unfinished.includes(one)) };
};

const referencesOf = ({ entry }: RolloutState): readonly string[] =>
  entry.manifest.services.map(({ image }) => `${image.repository}@${image.digest}`);

/** What we brought into the engine: our own builds, and what a rollout's own step pulled. What was there before us is the user's. */
const broughtBy = ({ entry, results }: RolloutState): ReadonlySet<string> => {
  const own = entry.manifest.services.filter(({ unverified }) => unverified === undefined);
  const pulled = entry.plan.steps.flatMap(({ id, action }) =>
    action.do === "pull-image" && results.get(id)?.["pulled"] === true ? [action.reference] : [],
  );
  return new Set([...own.map(({ image }) => `${image.repository}@${image.digest}`), ...pulled]);
};

/** Every image that some project may still need. How much the others keep only they know, so all that was live or is under way there counts. */
const needed = (journal: Journal, project: string, { kept, unfinished }: Retention): ReadonlySet<string> => {
  const others = journal
    .projects()
    .filter((other) => other !== project)
    .flatMap((other) => journal.releases(other).flatMap(({ release }) => rolloutState(journal, other, release) ?? []))
    .filter(({ finished }) => finished === undefined || finished.outcome === "live");
  return new Set([...kept, ...unfinished, ...others].flatMap(referencesOf));
};

interface Parts {
  readonly engine: Engine;
  readonly state: StateFolder;
  readonly journal: Journal;
  readonly project: string;
  readonly keep: number;
  readonly progress: Progress;
}

const sweepImages = async ({ engine, journal, project, progress }: Parts, retention: Retention): Promise<readonly string[]> => {
  const use = needed(journal, project, retention);
  const running = new Set((await engine.containers.list({})).map(({ image }) => image));
  const candidates = new Set(retention.dropped.slice(0, SWEEP_DEPTH).flatMap((release) => [...broughtBy(release)]));
  const removed: string[] = [];
  for (const reference of candidates) {
    if (use.has(reference) || running.has(reference)) continue;
    if ((await engine.images.inspect(reference)) === undefined) continue;
    try {
      await engine.images.remove(reference);
      removed.push(reference);
    } catch (error) {
      // Somebody's container is made from it: it is theirs now as well.
      if (!hasCode(error, "ENGINE_REFUSED")) throw error;
      progress.note(`${reference} stays in the engine: ${wordsOf(error)}`);
    }
  }
  return removed;
};

/**
 * Lets go of what no release that can still be gone back to uses: images that we brought into the engine, secrets and configs. Never volumes.
 * The release is live whatever becomes of this: what fails is told and tried again after the next one.
 */
export const letGo = async (parts: Parts): Promise<void> => {
  const { state, journal, project, keep, progress } = parts;
  try {
    const retention = retentionOf(journal, project, keep);
    sweepFiles(
      state,
      project,
      [...retention.kept, ...retention.unfinished].flatMap(({ entry }) => slotsOf(entry.manifest)),
    );
    const removed = await sweepImages(parts, retention);
    if (removed.length > 0) progress.note(`removed ${removed.length} images that no kept release uses`);
  } catch (error) {
    progress.note(`what past releases left could not be removed: ${wordsOf(error)}`);
  }
};
