import type { LayeredFile } from "../image/index.ts";
import type { Note } from "./note.ts";
import type { FoundPackage } from "./package.ts";

/** The last layer in which each owner put its files there: a list of dpkg's is written with them; a database of all packages also when others come, so there it is the owner's own. */
const layersOf = (packages: readonly FoundPackage[], files: readonly LayeredFile<Note>[]): ReadonlyMap<string, number> => {
  const last = new Map<string, number>();
  const note = (owner: string, layerIndex: number): void => void last.set(owner, Math.max(layerIndex, last.get(owner) ?? 0));
  const databases = new Set<string>();
  for (const { header, note: told, layerIndex } of files) {
    if (told.kind !== "cataloged" || told.found.owns === undefined) continue;
    if (told.found.packages.length > 0) databases.add(header.path);
    else for (const owner of told.found.owns.keys()) note(owner, layerIndex);
  }
  for (const { path, name, layerIndex } of packages) if (layerIndex !== undefined && databases.has(path)) note(name, layerIndex);
  return last;
};

/**
 * Takes back what belongs to no package of the distribution any more: the distribution says that the path is its own, and what lies there came with a later layer, as
 * what pip or COPY put over it. That the distribution does not mend.
 * @param packages each with the layer that brought it (`withOrigins`), so that a file which was only copied up, as by chmod, is still the distribution's
 * @param files as a container sees them
 */
export const withoutReplaced = (packages: readonly FoundPackage[], files: readonly LayeredFile<Note>[]): readonly FoundPackage[] => {
  const last = layersOf(packages, files);
  return packages.map((one) => {
    const { ownedBy, ...rest } = one;
    const layer = ownedBy === undefined ? undefined : last.get(ownedBy);
    return layer === undefined || one.layerIndex === undefined || one.layerIndex <= layer ? one : rest;
  });
};
