import type { LayeredFile } from "../image/index.ts";
import type { Note } from "./note.ts";
import type { FoundPackage, Package } from "./package.ts";

const keyOf = ({ type, namespace, name, version, arch }: Package): string => JSON.stringify([type, namespace, name, version, arch]);

/**
 * A database of packages is written anew by each step that installs one, so the layer that holds it is the last such step's. A package is that layer's where the
 * versions of the file below it, back to one that was deleted, know nothing of it; else it came with the first of those that have it.
 */
export const withOrigins = (packages: readonly FoundPackage[], files: readonly LayeredFile<Note>[]): readonly FoundPackage[] => {
  const earlier = Map.groupBy(
    files.filter(({ hidden, note }) => hidden?.how === "replaced" && note.kind === "cataloged"),
    ({ header }) => header.path,
  );
  const contents = new Map(
    [...earlier].map(([path, versions]) => [
      path,
      versions
        .toSorted((a, b) => b.layerIndex - a.layerIndex)
        .map(({ note, layer, layerIndex, hidden }) => ({
          layer,
          layerIndex,
          by: hidden?.by,
          keys: new Set(note.kind === "cataloged" ? note.found.packages.map(keyOf) : []),
        })),
    ]),
  );
  return packages.map((one) => {
    let origin = one;
    for (const { layer, layerIndex, by, keys } of contents.get(one.path) ?? []) {
      // Another file that was deleted in between is no earlier version.
      if (by !== origin.layerIndex || !keys.has(keyOf(one))) break;
      origin = { ...one, layer, layerIndex };
    }
    return origin;
  });
};
