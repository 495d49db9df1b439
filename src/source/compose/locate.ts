import { type ComposeNode, entryPlace, placeOf } from "./node.ts";
import type { Place } from "./problem.ts";

/** Where a path of keys and indexes was written, below `root`. Falls back to the nearest parent that was written; undefined only for an empty path. */
export const placeIn = (root: ComposeNode, path: readonly (string | number)[]): Place | undefined => {
  let node = root;
  let place: Place | undefined;
  for (const step of path) {
    if (node.kind === "mapping") {
      const entry = node.entries.get(String(step));
      if (entry === undefined) return place;
      place = entryPlace(entry);
      node = entry.value;
    } else if (node.kind === "sequence") {
      const item = node.items[Number(step)];
      if (item === undefined) return place;
      place = placeOf(item);
      node = item;
    } else return place;
  }
  return place;
};
