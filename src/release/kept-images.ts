import { formatReference, hexOf, parseReference } from "../core/index.ts";
import type { Engine, ImageSummary } from "../engine/index.ts";

/** An image without a tag is "dangling" to the engine, and goes with `docker image prune`; ours are pulled by digest and have none. */
const TAG = "seaworthy-kept-";

/**
 * The name that keeps an image, by its digest; enough of it for no two of one repository to be the same. In the image's own repository: the engine takes a tag and a
 * digest of one repository for a single reference (moby daemon/images/image_delete.go, isSingleReference), and `docker image prune -a` then leaves both where a container has it.
 */
export const keptTag = (reference: string): string => {
  const { registry, repository, digest } = parseReference(reference);
  return formatReference({ registry, repository, tag: `${TAG}${digest === undefined ? "none" : hexOf(digest).slice(0, 16)}` });
};

export const isKeptTag = (tag: string): boolean => tag.includes(`:${TAG}`);

/** The engine writes names of the hub without the hub; here they are in full. */
export const fullTag = (tag: string): string => formatReference(parseReference(tag));

/** Gives those of the images that the engine has the name that keeps them. @returns how many were given one */
export const keepImages = async (engine: Engine, references: Iterable<string>, images: readonly ImageSummary[]): Promise<number> => {
  const named = new Set(images.flatMap(({ tags }) => tags.filter(isKeptTag).map(fullTag)));
  let given = 0;
  for (const reference of new Set(references)) {
    const tag = keptTag(reference);
    if (named.has(tag) || (await engine.images.inspect(reference)) === undefined) continue;
    await engine.images.tag(reference, tag);
    given += 1;
  }
  return given;
};
