import type { Digest } from "../core/index.ts";
import type { Images } from "../engine/index.ts";
import type { ImageFacts } from "./subject.ts";

/** What the engine knows of an image; undefined when it has none. `digest` is the manifest's when it is known; the engine's own id otherwise. */
export const readImageFacts = async (
  images: Pick<Images, "inspect">,
  reference: string,
  digest?: Digest,
): Promise<ImageFacts | undefined> => {
  const image = await images.inspect(reference);
  if (image === undefined) return undefined;
  return { digest: digest ?? image.id, platform: image.platform, sizeBytes: image.sizeBytes, config: image.config, layers: image.layers };
};
