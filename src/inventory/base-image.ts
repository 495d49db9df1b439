import type { Digest } from "../core/index.ts";
import type { ImageConfig } from "../image/index.ts";
import { baseLayersByHistory, stepsOf } from "../source/history/index.ts";

/** Where the image that this one was built on ends. */
export interface BaseImage {
  /** How many of the first layers are its own. */
  readonly layers: number;
  /** `layers`: they are those of the image of that name. `dockerfile`: the Dockerfile's steps come after them. `history`: a guess, by the CMD that ends a base's history. */
  readonly by: "layers" | "dockerfile" | "history";
  /** As the user, the Dockerfile or the image's label names it. */
  readonly name?: string;
}

/** A layer, and the step that made it where the history tells. */
export interface InventoryLayer {
  readonly diffId: Digest;
  /** Unpacked. */
  readonly sizeBytes: number;
  /** Number of the step in the history, from 1. */
  readonly step?: number;
  readonly createdBy?: string;
}

/** The layers of an image with their steps; without steps where their number does not fit. */
export const layersOf = (
  layers: readonly { readonly diffId: Digest; readonly sizeBytes: number }[],
  { history }: Pick<ImageConfig, "history">,
): readonly InventoryLayer[] => {
  const made = stepsOf(history).filter(({ number }) => history[number - 1]?.emptyLayer === false);
  return layers.map(({ diffId, sizeBytes }, at) => {
    const step = made.length === layers.length ? made[at] : undefined;
    return { diffId, sizeBytes, ...(step === undefined ? {} : { step: step.number, createdBy: step.text }) };
  });
};

/** Who can say nothing better guesses by the history. */
export const guessedBase = ({ history, diffIds, run }: Pick<ImageConfig, "history" | "diffIds" | "run">): BaseImage | undefined => {
  const layers = baseLayersByHistory(history);
  const made = history.filter(({ emptyLayer }) => !emptyLayer).length;
  if (layers === undefined || made !== diffIds.length || layers >= diffIds.length) return undefined;
  const name = run.labels["org.opencontainers.image.base.name"];
  return { layers, by: "history", ...(name === undefined || name === "" ? {} : { name: name.slice(0, 300) }) };
};

/** What an image whose first layers are all of another one's is built on; undefined where they are not. */
export const baseByLayers = (name: string, base: readonly Digest[], image: readonly Digest[]): BaseImage | undefined =>
  base.length > 0 && base.length <= image.length && base.every((diffId, at) => diffId === image[at])
    ? { layers: base.length, by: "layers", name }
    : undefined;

/** Whose a package is; undefined where nobody knows where the base ends. */
export const broughtBy = (layerIndex: number | undefined, base: BaseImage | undefined): "base" | "own" | undefined =>
  layerIndex === undefined || base === undefined ? undefined : layerIndex < base.layers ? "base" : "own";
