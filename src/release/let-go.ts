import { hasCode, type Progress, type StateFolder, wordsOf } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { Keep } from "../project/index.ts";
import { slotsOf } from "./file-slots.ts";
import { sweepFiles } from "./files.ts";
import type { Journal } from "./journal.ts";
import { keepImages, keptTag } from "./kept-images.ts";
import { judgeImages, removeImage } from "./prune/images.ts";
import { broughtBy, neededImages, retentionOf } from "./retention.ts";

interface Parts {
  readonly engine: Engine;
  readonly state: StateFolder;
  readonly journal: Journal;
  readonly project: string;
  readonly keep: Keep;
  readonly progress: Progress;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Releases that are not kept any more whose images are looked for after each release; those of older ones went when they were among these, or `prune` finds them. */
const SWEEP_DEPTH = 50;

const sweepImages = async ({ engine, state, journal, project, keep, progress, now }: Parts): Promise<number> => {
  const keeps = new Map([[project, keep]]);
  const needed = neededImages(journal, keeps, now);
  const { kept, unfinished } = retentionOf(journal, project, keep, now);
  // A name that an older release's image was given stays with it for as long as anybody needs it.
  const brought = new Set([...kept, ...unfinished].flatMap((release) => [...broughtBy(release)]));
  await keepImages(
    engine,
    [...needed.keys()].filter((reference) => brought.has(reference)),
    await engine.images.list(),
  );
  const stillKept = new Set([...needed.keys()].map(keptTag));
  let removed = 0;
  for (const { name, goes } of await judgeImages({ engine, state, journal, keeps, now }, new Map(), new Set(), SWEEP_DEPTH)) {
    if (!goes) continue;
    try {
      await removeImage(engine, name, stillKept);
      removed += 1;
    } catch (error) {
      // Somebody's container is made from it: it is theirs now as well.
      if (!hasCode(error, "ENGINE_REFUSED")) throw error;
      progress.note(`${name} stays in the engine: ${wordsOf(error)}`);
    }
  }
  return removed;
};

/**
 * Keeps what the kept releases need, and lets go of what none uses: images that we brought into the engine, secrets and configs. Never volumes.
 * The release is live whatever becomes of this: what fails is told and tried again after the next one.
 */
export const letGo = async (parts: Parts): Promise<void> => {
  const { state, journal, project, keep, progress, now } = parts;
  try {
    const { kept, unfinished } = retentionOf(journal, project, keep, now);
    sweepFiles(
      state,
      project,
      [...kept, ...unfinished].flatMap(({ entry }) => slotsOf(entry.manifest)),
    );
    const removed = await sweepImages(parts);
    if (removed > 0) progress.note(`removed ${removed} images that no kept release uses`);
  } catch (error) {
    progress.note(`what past releases left could not be removed: ${wordsOf(error)}`);
  }
};
