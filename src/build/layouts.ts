import { existsSync, type Dirent, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { SeaworthyError, tryLock } from "../core/index.ts";

/** `layouts/<project>/<service>`. */
const DEPTH = 2;

const foldersIn = (folder: string): readonly string[] => {
  let entries: readonly Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // There is none: nothing was built here.
    return [];
  }
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
};

/** Every image layout below a folder of them. */
export const layoutsIn = (folder: string): readonly string[] => {
  let level: readonly string[] = [folder];
  for (let depth = 0; depth < DEPTH; depth += 1) level = level.flatMap(foldersIn);
  return level.filter((path) => existsSync(join(path, "oci-layout")) || existsSync(`${path}.lock`));
};

/** Whether a build is at work in the layout. */
export const isBuilding = (layoutFolder: string): boolean => {
  if (!existsSync(`${layoutFolder}.lock`)) return false;
  using held = tryLock(`${layoutFolder}.lock`, { who: "seaworthy prune", what: "look whether a build is at work" });
  return held === undefined;
};

/** When a layout got its last image, in milliseconds since the epoch; undefined when none was ever whole. */
export const builtAt = (layoutFolder: string): number | undefined =>
  statSync(join(layoutFolder, "index.json"), { throwIfNoEntry: false })?.mtimeMs;

const sizeOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0);

/** A layout that nobody builds into, with what it takes. */
export interface IdleLayout {
  readonly folder: string;
  readonly builtAt: number;
  readonly sizeBytes: number;
}

export const idleLayouts = (folder: string): readonly IdleLayout[] =>
  layoutsIn(folder).flatMap((layout) => {
    const at = builtAt(layout);
    return at === undefined || isBuilding(layout) ? [] : [{ folder: layout, builtAt: at, sizeBytes: sizeOf(layout) }];
  });

/** Only as long as nobody builds into it. @throws LOCKED */
export const dropLayout = (layoutFolder: string): void => {
  using held = tryLock(`${layoutFolder}.lock`, { who: "seaworthy prune", what: `remove ${layoutFolder}` });
  if (held === undefined) throw new SeaworthyError("LOCKED", `a build is at work in ${layoutFolder}`);
  rmSync(layoutFolder, { recursive: true, force: true });
};
