import { processRuns } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import type { SubjectImage } from "../trial/index.ts";

/** What an image is called that only a trial needs: by the process that needs it, and by its digest. */
const NAMES = "seaworthy-trial/image:";

/** A name for an image that this process loads for a trial. `mark` tells several apart. */
export const nameForTrial = (mark: string): string => `${NAMES}${process.pid}-${mark}`;

/** Takes the names away that this process, or one that has ended, gave to images for its trials; the engine forgets an image without any. */
export const forgetTriedImages = async (engine: Engine): Promise<void> => {
  const tags = (await engine.images.list()).flatMap((image) => image.tags).filter((tag) => tag.startsWith(NAMES));
  for (const tag of tags) {
    const pid = Number.parseInt(tag.slice(NAMES.length), 10);
    if (pid === process.pid || !processRuns(pid)) await engine.images.remove(tag);
  }
};

/** An image of the engine's store as a trial takes it; undefined when the engine has none of that name or id. */
export const inspected = async (engine: Engine, reference: string): Promise<SubjectImage | undefined> => {
  const found = await engine.images.inspect(reference);
  return found === undefined ? undefined : { id: found.id, config: found.config, sizeBytes: found.sizeBytes };
};
