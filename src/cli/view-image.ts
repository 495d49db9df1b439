import {
  formatPlatform,
  hasCode,
  HERE,
  isSeaworthyError,
  parsePlatform,
  type Platform,
  type Progress,
  samePlatform,
  SeaworthyError,
} from "../core/index.ts";
import { flawWords, type ImageContents, type LayerCache, type Lookout } from "../image/index.ts";
import type { Context } from "./context.ts";
import { openImage } from "./open-image.ts";
import { layersOf } from "./render/image.ts";

/** Three times what the largest usual images hold; some 400 MB of memory. */
const MAX_FILES = 600_000;

/** A variant of an architecture may stand in for another one. */
const sameMachine = (one: Platform, other: Platform): boolean => one.os === other.os && one.architecture === other.architecture;

/** Reads every file's name and size of an image, wherever it is. @throws what openImage throws, INPUT_TOO_LARGE */
export const viewImage = async <Note>(
  context: Pick<Context, "cwd" | "signal">,
  name: string,
  {
    lookout,
    platform,
    progress,
    cache,
    holdsDisk = false,
  }: {
    readonly lookout: Lookout<Note>;
    readonly platform: string | undefined;
    readonly progress: Progress;
    readonly cache?: LayerCache<Note>;
    /** Archives and layouts are held to all their digests. */
    readonly holdsDisk?: boolean;
  },
): Promise<ImageContents<Note>> => {
  const begun = performance.now();
  const { contents } = await openImage(context, name, progress, {
    lookout,
    maxNotes: MAX_FILES,
    trustDiffIds: true,
    holdsDisk,
    ...(cache === undefined ? {} : { cache }),
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
  }).catch((error: unknown) => {
    if (!isSeaworthyError(error) || !hasCode(error, "PLATFORM_MISSING")) throw error;
    throw new SeaworthyError("PLATFORM_MISSING", error.message, { hint: "Name one of those with --platform.", cause: error });
  });
  if (platform !== undefined && !sameMachine(contents.config.platform, parsePlatform(platform)))
    throw new SeaworthyError("PLATFORM_MISSING", `${name} is one image for ${formatPlatform(contents.config.platform)}`, {
      hint: "Leave --platform out, or name an index.",
    });
  for (const words of [...contents.flaws.map(flawWords), ...contents.unseen]) progress.note(`${name}: ${words}`);
  const { platform: own } = contents.config;
  if (platform === undefined && own.architecture !== "unknown" && !samePlatform(own, HERE))
    progress.note(`${name}: the image is for ${formatPlatform(own)}, the only platform it has`);
  progress.end(`read ${name}`, `${layersOf(contents.layers.length)}, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return contents;
};
