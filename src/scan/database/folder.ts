import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Clock, lock, writeFileAtomic } from "../../core/index.ts";
import { filesOf, type Manifest, MANIFEST_FILE, readManifest } from "./manifest.ts";

/** Whoever read the list of an edition may open its files for this long after the next one took its place. */
const RETIRED_FOR_MS = 60 * 60 * 1000;
/** How long another change of the same folder is waited for. */
const LOCK_WAIT_MS = 10 * 60 * 1000;
const SCRATCH = ".making-";

/** A folder of advisories that one process changes. */
export interface ChangedFolder extends Disposable {
  readonly path: string;
  /** For what is being fetched: outlives the process, so that the next one goes on with it. */
  readonly downloads: string;
  /** What is there now, after `publish` that. Undefined: nothing, or what this version does not read and replaces. */
  readonly before: Manifest | undefined;
  /** A folder within, for what is being made; gone at the end. */
  readonly scratch: string;
  /** Makes the list the folder's own. What was there before stays whole until then, and for an hour for those who read it. */
  readonly publish: (manifest: Manifest) => Manifest;
}

const beforeIn = (folder: string): Manifest | undefined => {
  try {
    return readManifest(folder);
  } catch {
    return undefined;
  }
};

/** @throws LOCKED when another process changes it for ten minutes, PERMISSION_DENIED, DISK_FULL */
export const changeFolder = async (path: string, clock: Clock, signal?: AbortSignal): Promise<ChangedFolder> => {
  mkdirSync(path, { recursive: true });
  const held = await lock(
    join(path, ".lock"),
    { who: "seaworthy db", what: "changes the advisories" },
    { waitMs: LOCK_WAIT_MS, clock, ...(signal === undefined ? {} : { signal }) },
  );
  try {
    // Of those that were killed: nobody else is at work here now.
    for (const name of readdirSync(path)) if (name.startsWith(SCRATCH)) rmSync(join(path, name), { recursive: true, force: true });
    const scratch = mkdtempSync(join(path, SCRATCH));
    let before = beforeIn(path);
    const publish = (next: Manifest): Manifest => {
      const now = clock.now();
      const current = new Set(filesOf(next).map(({ file }) => file));
      const retired = Object.fromEntries(
        [
          ...Object.entries(before?.retired ?? {}),
          ...(before === undefined ? [] : filesOf(before).map(({ file }) => [file, now] as const)),
        ].filter(([file, since]) => !current.has(file) && now - since < RETIRED_FOR_MS),
      );
      const { retired: _retired, ...rest } = next;
      const manifest: Manifest = { ...rest, ...(Object.keys(retired).length === 0 ? {} : { retired }) };
      writeFileAtomic(join(path, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
      for (const name of readdirSync(path))
        if (/\.sqlite$|^(?:exploited|endoflife)-.*\.json$/.test(name) && !current.has(name) && !Object.hasOwn(retired, name))
          rmSync(join(path, name), { force: true });
      before = manifest;
      return manifest;
    };
    return {
      path,
      downloads: join(path, ".downloads"),
      get before() {
        return before;
      },
      scratch,
      publish,
      [Symbol.dispose]: () => {
        rmSync(scratch, { recursive: true, force: true });
        held.release();
      },
    };
  } catch (error) {
    held.release();
    throw error;
  }
};
