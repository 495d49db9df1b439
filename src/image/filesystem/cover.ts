import { hash } from "node:crypto";

/** What the names in a layer do to those below it. Each is in the form that `keyOf` gives. */
export interface Cover {
  /** Everything that is no folder. */
  readonly files: ReadonlySet<string>;
  readonly folders: ReadonlySet<string>;
  /** Whiteouts: what they name. */
  readonly gone: ReadonlySet<string>;
  /** Folders whose content below is deleted. */
  readonly emptied: ReadonlySet<string>;
}

/** Longer names are kept as their hash: memory must not grow with what an image calls its files. */
const KEPT_LENGTH = 96;

/** No path begins with a slash, so a hash is no path; and no key holds a NUL. */
export const keyOf = (path: string): string => (path.length <= KEPT_LENGTH ? path : `/${hash("sha256", path, "base64").slice(0, 24)}`);

/** What becomes of that which a lower layer has at this path, once a layer lies on it; undefined when it stays. `isFolder`: folders are merged, not replaced. */
export const hides = ({ files, folders, gone, emptied }: Cover, path: string, isFolder: boolean): "deleted" | "replaced" | undefined => {
  const own = keyOf(path);
  if (files.has(own) || (!isFolder && folders.has(own))) return "replaced";
  if (gone.has(own)) return "deleted";
  for (let slash = path.lastIndexOf("/"); slash >= 0; slash = path.lastIndexOf("/", slash - 1)) {
    const above = keyOf(path.slice(0, slash));
    if (files.has(above)) return "replaced";
    if (gone.has(above) || emptied.has(above)) return "deleted";
  }
  return emptied.has("") ? "deleted" : undefined;
};
