import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { hasCode, type Progress, wordsOf } from "../core/index.ts";
import type { Engine, ImageSummary } from "../engine/index.ts";

/** The engine's own copy of an image that is being built goes by a name under this one. */
const REPOSITORY = "seaworthy-build/";

/** Longer than any build may take, its assembly with it. */
const SURELY_DEAD_MS = 24 * 3_600_000;

/** Names the layout that a build writes: whoever holds its lock is the only one that builds under this name. */
const layoutId = (layoutFolder: string): string =>
  createHash("sha256")
    .update(`${hostname()}\n${resolve(layoutFolder)}`)
    .digest("hex")
    .slice(0, 12);

const repositoryOf = (service: string): string =>
  service
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "service";

/** A name that no other build has, for the engine's copy of an image until it is assembled. */
export const buildTag = (service: string, layoutFolder: string): string =>
  `${REPOSITORY}${repositoryOf(service)}:${layoutId(layoutFolder)}-${randomBytes(8).toString("hex")}`;

const tagsOf = (images: readonly ImageSummary[]): readonly { readonly tag: string; readonly image: ImageSummary }[] =>
  images.flatMap((image) => image.tags.filter((tag) => tag.startsWith(REPOSITORY)).map((tag) => ({ tag, image })));

/**
 * Takes away what earlier builds into the same layout left in the engine because they were killed. To be called by who holds the layout's lock.
 * What cannot be taken away is told: the build does not depend on it.
 */
export const sweepBuilds = async (engine: Engine, layoutFolder: string, progress: Progress): Promise<void> => {
  const mine = `:${layoutId(layoutFolder)}-`;
  for (const { tag } of tagsOf(await engine.images.list())) {
    if (!tag.includes(mine)) continue;
    try {
      await engine.images.remove(tag);
      progress.note(`removed ${tag}, which an earlier build left when it was cut off`);
    } catch (error) {
      if (!hasCode(error, "ENGINE_REFUSED")) throw error;
      progress.note(`${tag}, which an earlier build left, stays: ${wordsOf(error)}`);
    }
  }
};

/** The engine's copy of an image that was being built, and whether whoever built it is still at work. */
export interface BuildLeftover {
  readonly tag: string;
  readonly image: ImageSummary;
  readonly goes: boolean;
  readonly why: string;
}

/**
 * Every copy that builds have left in the engine, whoever's. `layouts`: folders of layouts whose locks can be looked at; `busy` says of one whether a build holds it.
 * Of a build into another folder, another user's or another machine's, only its age can be known.
 */
export const buildLeftovers = async (
  engine: Engine,
  { layouts, busy, now }: { readonly layouts: readonly string[]; readonly busy: (layoutFolder: string) => boolean; readonly now: number },
): Promise<readonly BuildLeftover[]> => {
  const known = new Map(layouts.map((folder) => [layoutId(folder), folder]));
  const judge = async (tag: string): Promise<Pick<BuildLeftover, "goes" | "why">> => {
    const layout = known.get(/:([0-9a-f]{12})-/.exec(tag)?.[1] ?? "");
    if (layout !== undefined)
      return busy(layout)
        ? { goes: false, why: "its build is at work" }
        : { goes: true, why: "its build was cut off: nobody builds there" };
    const taggedAt = (await engine.images.inspect(tag))?.taggedAt;
    if (taggedAt === undefined) return { goes: false, why: "another user's build, and the engine does not say of when" };
    const hours = Math.floor((now - taggedAt) / 3_600_000);
    return now - taggedAt > SURELY_DEAD_MS
      ? { goes: true, why: `left by a build ${hours} hours ago` }
      : { goes: false, why: `another user's build of ${hours} hours ago, which may be at work` };
  };
  return await Promise.all(tagsOf(await engine.images.list()).map(async (one) => ({ ...one, ...(await judge(one.tag)) })));
};
