import { formatReference, parseReference, type StateFolder } from "../../core/index.ts";
import type { ContainerSummary, Engine, ImageSummary } from "../../engine/index.ts";
import type { Keep } from "../../project/index.ts";
import type { Journal } from "../journal.ts";
import { fullTag, isKeptTag, keptTag } from "../kept-images.ts";
import { broughtBy, neededImages, referencesOf, retentionOf } from "../retention.ts";
import type { RolloutState } from "../rollout-state.ts";
import type { Leftover } from "./leftover.ts";

/** What is looked at to judge leftovers. */
export interface Sources {
  readonly engine: Engine;
  readonly state: StateFolder;
  readonly journal: Journal;
  /** The projects whose leftovers go, each with what it keeps. Others' are only seen to be needed. */
  readonly keeps: ReadonlyMap<string, Keep>;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Hub names in full, so that the engine's short ones are the same. */
const inFull = (reference: string): string => {
  const { registry, repository, digest } = parseReference(reference);
  return formatReference({ registry, repository, ...(digest === undefined ? {} : { digest }) });
};

const isId = (image: string): boolean => /^(?:sha256:)?[0-9a-f]{12,64}$/.test(image);

/** Which container is made from the image, running or not. */
const userOf = (containers: readonly ContainerSummary[], reference: string, { id, tags }: ImageSummary): string | undefined =>
  containers.find(({ image }) =>
    isId(image)
      ? id.replace("sha256:", "").startsWith(image.replace("sha256:", ""))
      : tags.includes(image) || (image.includes("@") && inFull(image) === inFull(reference)),
  )?.name;

const past = (project: string, { entry, finished }: RolloutState): string => {
  const release = `r${entry.release} of ${project}`;
  return finished?.outcome === "live" ? `${release} is beyond what is kept` : `${release} was taken back`;
};

/**
 * Every image of a release that the engine has, and whether it goes: those of releases that can be gone back to, serve or are under way in any project of this host stay,
 * and so does what was in the engine before us, and what a container is made from. `leaving`: containers that are about to be removed;
 * `depth`: how many releases that are not kept are looked at, newest first. Default: all.
 */
export const judgeImages = async (
  { engine, journal, keeps, now }: Sources,
  sizes: ReadonlyMap<string, number> = new Map(),
  leaving: ReadonlySet<string> = new Set(),
  depth = Number.POSITIVE_INFINITY,
): Promise<readonly Leftover[]> => {
  const [images, all] = [await engine.images.list(), await engine.containers.list({})];
  const containers = all.filter(({ name }) => !leaving.has(name));
  const present = new Map(images.flatMap((image) => image.digests.map((digest) => [inFull(digest), image] as const)));
  const needed = neededImages(journal, keeps, now);
  const leftover = (name: string, image: ImageSummary, goes: boolean, why: string): Leftover => {
    const sizeBytes = sizes.get(image.id);
    return { kind: "image", name, goes, why, ...(sizeBytes === undefined ? {} : { sizeBytes }) };
  };
  const found = new Map<string, Leftover>();
  for (const [reference, why] of needed) {
    const image = present.get(inFull(reference));
    if (image !== undefined) found.set(reference, leftover(reference, image, false, why));
  }
  for (const [project, keep] of keeps)
    for (const state of Iterator.from(retentionOf(journal, project, keep, now).dropped()).take(depth)) {
      const brought = broughtBy(state);
      for (const reference of referencesOf(state.entry.manifest)) {
        const image = present.get(inFull(reference));
        if (image === undefined || needed.has(reference) || found.get(reference)?.goes === true) continue;
        const user = userOf(containers, reference, image);
        if (user !== undefined) found.set(reference, leftover(reference, image, false, `the container ${user} is made from it`));
        else if (brought.has(reference)) found.set(reference, leftover(reference, image, true, past(project, state)));
        else if (!found.has(reference))
          found.set(reference, leftover(reference, image, false, "it was in the engine before Seaworthy needed it"));
      }
    }
  return [...found.values(), ...strayTags(images, new Set([...needed.keys()].map(keptTag)), [...found.values()], leftover)];
};

/** Names that keep what nothing needs any more, of images that no release known here had. */
const strayTags = (
  images: readonly ImageSummary[],
  wanted: ReadonlySet<string>,
  found: readonly Leftover[],
  leftover: (name: string, image: ImageSummary, goes: boolean, why: string) => Leftover,
): readonly Leftover[] => {
  const known = new Set(found.map(({ name }) => keptTag(name)));
  return images.flatMap((image) =>
    image.tags
      .filter((tag) => isKeptTag(tag) && !wanted.has(fullTag(tag)) && !known.has(fullTag(tag)))
      .map((tag) => leftover(tag, image, true, "it kept an image that no release needs any more")),
  );
};

/** The name that kept it, where nobody else is kept by that, then its own: the engine takes the last digest of a repository away with its last tag. */
export const removeImage = async (engine: Engine, name: string, stillKept: ReadonlySet<string>): Promise<void> => {
  if (name.includes("@") && !stillKept.has(keptTag(name))) await engine.images.remove(keptTag(name));
  await engine.images.remove(name);
};
