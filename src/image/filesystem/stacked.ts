import type { Digest } from "../../core/index.ts";
import { type Cover, hides, keyOf } from "./cover.ts";
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

/** What the layers above do to what lies below them: by each key the lowest of them that has it. */
interface Above {
  readonly add: (cover: Cover, layerIndex: number) => void;
  /** The first layer that hides what a lower one has at this path; undefined where none does. */
  readonly hiding: (path: string, isFolder: boolean) => number | undefined;
}

const createAbove = (): Above => {
  const files = new Map<string, number>();
  const folders = new Map<string, number>();
  const gone = new Map<string, number>();
  const emptied = new Map<string, number>();
  let isEmpty = true;
  const first = (key: string, ...maps: readonly ReadonlyMap<string, number>[]): number =>
    Math.min(...maps.map((map) => map.get(key) ?? Infinity));
  // Files of a folder come one after another.
  let asked = { folder: "", hiding: Infinity };
  const below = (folder: string): number => {
    if (folder === asked.folder) return asked.hiding;
    let hiding = first("", emptied);
    for (let end = folder.length; end > 0; end = folder.lastIndexOf("/", end - 1))
      hiding = Math.min(hiding, first(keyOf(folder.slice(0, end)), files, gone, emptied));
    asked = { folder, hiding };
    return hiding;
  };
  return {
    add: (cover, layerIndex) => {
      for (const key of cover.files) files.set(key, layerIndex);
      for (const key of cover.folders) folders.set(key, layerIndex);
      for (const key of cover.gone) gone.set(key, layerIndex);
      for (const key of cover.emptied) emptied.set(key, layerIndex);
      isEmpty &&= files.size + folders.size + gone.size + emptied.size === 0;
      asked = { folder: "", hiding: first("", emptied) };
    },
    hiding: (path, isFolder) => {
      if (isEmpty) return undefined;
      const own = keyOf(path);
      const slash = path.lastIndexOf("/");
      const found = Math.min(
        isFolder ? first(own, files, gone) : first(own, files, folders, gone),
        below(slash < 0 ? "" : path.slice(0, slash)),
      );
      return found === Infinity ? undefined : found;
    },
  };
};

/** The files of layers, base first, once it is known what hides which. */
export const laidOut = <Note>(
  layers: readonly LayerContents<Note>[],
  hiddenOf: (layerIndex: number, path: string) => LayeredFile<Note>["hidden"],
): readonly LayeredFile<Note>[] =>
  layers.flatMap(({ diffId, seen }, layerIndex) =>
    [...seen].map(([path, file]) => {
      const hidden = hiddenOf(layerIndex, path);
      return { ...file, layer: diffId, layerIndex, visible: hidden === undefined, ...(hidden === undefined ? {} : { hidden }) };
    }),
  );

/** Puts layers on each other, base first. What it takes does not grow with how many layers lie on a file. */
export const stacked = <Note>(layers: readonly LayerContents<Note>[]): readonly LayeredFile<Note>[] => {
  const above = createAbove();
  const hidden = layers.map(() => new Map<string, NonNullable<LayeredFile<Note>["hidden"]>>());
  for (const [layerIndex, layer] of [...layers.entries()].toReversed()) {
    for (const [path, { header }] of layer.seen) {
      const isFolder = header.type === "directory";
      const by = above.hiding(path, isFolder);
      const cover = by === undefined ? undefined : layers[by]?.cover();
      const how = cover === undefined ? undefined : hides(cover, path, isFolder);
      if (by !== undefined && how !== undefined) hidden[layerIndex]?.set(path, { by, how });
    }
    // Of the lowest layer nobody asks it.
    if (layerIndex > 0) above.add(layer.cover(), layerIndex);
  }
  return laidOut(layers, (layerIndex, path) => hidden[layerIndex]?.get(path));
};
