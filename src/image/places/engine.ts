import { archiveStream } from "./archive-stream.ts";
import { allOf } from "./archive-destination.ts";
import type { ImageDestination } from "./destination.ts";
import { spooledArchive } from "./open-archive.ts";
import type { ImageSource } from "./source.ts";

/** The engine's way to give and take images. */
export interface EngineImages {
  save(reference: string): AsyncIterable<Uint8Array>;
  load(archive: AsyncIterable<Uint8Array>): Promise<void>;
}

/** An image of the engine, which saves it into a file for that long. */
export const engineSource = (images: Pick<EngineImages, "save">, reference: string, signal?: AbortSignal): Promise<ImageSource> =>
  spooledArchive(images.save(reference), {
    where: `the engine's image ${reference}`,
    ...(signal === undefined ? {} : { signal }),
  });

/** Under this name the engine will have it. */
export const engineDestination = (images: Pick<EngineImages, "load">, reference: string): ImageDestination => ({
  where: `the engine's image ${reference}`,
  holds: "one",
  layers: "loadable",
  has: async () => false,
  write: async (image, source, progress) => {
    progress.begin(`load ${reference}`, "into the engine");
    await images.load(archiveStream(image, source, "docker", reference));
    progress.end(`load ${reference}`, "into the engine");
    return allOf(image);
  },
  close: async () => undefined,
});
