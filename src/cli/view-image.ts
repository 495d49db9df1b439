import { hasCode, isSeaworthyError, parsePlatform, type Progress, SeaworthyError } from "../core/index.ts";
import type { ImageContents, Lookout } from "../image/index.ts";
import type { Context } from "./context.ts";
import { openImage } from "./open-image.ts";

/** Three times what the largest usual images hold; some 400 MB of memory. */
const MAX_FILES = 600_000;

/** Reads every file's name and size of an image, wherever it is. @throws what openImage throws, INPUT_TOO_LARGE */
export const viewImage = async <Note>(
  context: Pick<Context, "cwd" | "signal">,
  name: string,
  { lookout, platform, progress }: { readonly lookout: Lookout<Note>; readonly platform: string | undefined; readonly progress: Progress },
): Promise<ImageContents<Note>> => {
  const begun = performance.now();
  const { contents } = await openImage(context, name, progress, {
    lookout,
    maxNotes: MAX_FILES,
    trustDiffIds: true,
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
  }).catch((error: unknown) => {
    if (!isSeaworthyError(error) || !hasCode(error, "PLATFORM_MISSING")) throw error;
    throw new SeaworthyError("PLATFORM_MISSING", error.message, { hint: "Name one of those with --platform.", cause: error });
  });
  progress.end(`read ${name}`, `${contents.layers.length} layers, ${((performance.now() - begun) / 1000).toFixed(1)} s`);
  return contents;
};
