import type { Digest } from "../../core/index.ts";
import type { LayerContents, SeenFile } from "./layer.ts";

/** A file that some layer holds, and whether a container sees it. */
export interface LayeredFile<Note> extends SeenFile<Note> {
  /** The diffID of the layer that holds it. */
  readonly layer: Digest;
  /** Which one, from 0, base first. */
  readonly layerIndex: number;
  /** False where a later layer deletes or replaces it: whoever has the image has it all the same. */
  readonly visible: boolean;
}

/** Puts layers on each other, base first. */
export const stacked = <Note>(layers: readonly LayerContents<Note>[]): readonly LayeredFile<Note>[] =>
  layers.flatMap((layer, layerIndex) => {
    const above = layers.slice(layerIndex + 1);
    return [...layer.seen].map(([path, file]) => ({
      ...file,
      layer: layer.diffId,
      layerIndex,
      visible: !above.some((upper) => upper.hides(path, file.header.type === "directory")),
    }));
  });
