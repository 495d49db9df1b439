import { hexOf, parseReference } from "../core/index.ts";
import type { Engine, ImageSummary } from "../engine/index.ts";

/** An image without a tag is "dangling" to the engine, and goes with `docker image prune`; ours are pulled by digest and have none. */
const REPOSITORY = "seaworthy-kept";

/** The name that keeps an image, by its digest. Enough of it for no two of one host to be the same. */
export const keptTag = (reference: string): string => {
  const { digest } = parseReference(reference);
  return `${REPOSITORY}:${digest === undefined ? "none" : hexOf(digest).slice(0, 16)}`;
};

export const isKeptTag = (tag: string): boolean => tag.startsWith(`${REPOSITORY}:`);

/** Gives those of the images that the engine has the name that keeps them. @returns how many were given one */
export const keepImages = async (engine: Engine, references: Iterable<string>, images: readonly ImageSummary[]): Promise<number> => {
  const named = new Set(images.flatMap(({ tags }) => tags));
  let given = 0;
  for (const reference of new Set(references)) {
    const tag = keptTag(reference);
    if (named.has(tag) || (await engine.images.inspect(reference)) === undefined) continue;
    await engine.images.tag(reference, tag);
    given += 1;
  }
  return given;
};
