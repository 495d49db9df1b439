import type { Digest } from "../../core/index.ts";
import { type Cover, hides } from "./cover.ts";
import type { LayerContents, SeenFile } from "./layer.ts";

/** A file that some layer holds, and whether a container sees it. */
export interface LayeredFile<Note> extends SeenFile<Note> {
  /** The diffID of the layer that holds it. */
  readonly layer: Digest;
  /** Which one, from 0, base first. */
  readonly layerIndex: number;
  /** False where a later layer deletes or replaces it: whoever has the image has it all the same. */
  readonly visible: boolean;
  /** The first layer that hides it, and how. */
  readonly hidden?: { readonly by: number; readonly how: "deleted" | "replaced" };
}

/** Puts layers on each other, base first. */
export const stacked = <Note>(layers: readonly LayerContents<Note>[]): readonly LayeredFile<Note>[] => {
  const covers = new Map<number, Cover>();
  const coverOf = (at: number): Cover | undefined => {
    const found = covers.get(at) ?? layers[at]?.cover();
    if (found !== undefined) covers.set(at, found);
    return found;
  };
  return layers.flatMap((layer, layerIndex) => {
    const hiddenOf = (path: string, isFolder: boolean): LayeredFile<Note>["hidden"] => {
      for (let by = layerIndex + 1; by < layers.length; by += 1) {
        const cover = coverOf(by);
        const how = cover === undefined ? undefined : hides(cover, path, isFolder);
        if (how !== undefined) return { by, how };
      }
      return undefined;
    };
    return [...layer.seen].map(([path, file]) => {
      const hidden = hiddenOf(path, file.header.type === "directory");
      return { ...file, layer: layer.diffId, layerIndex, visible: hidden === undefined, ...(hidden === undefined ? {} : { hidden }) };
    });
  });
};
