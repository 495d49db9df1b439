import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { ChangedFolder } from "../database/folder.ts";
import { filesOf, type Manifest } from "../database/manifest.ts";
import { synced } from "../database/writing.ts";
import { type NamedFile, verifyFile } from "./verify-file.ts";

/** Files of a database that are not here yet. Their names hold their digests, and what this folder's own list names was looked at when it came. */
export const filesMissing = ({ path, before }: ChangedFolder, manifest: Manifest): readonly NamedFile[] => {
  const here = new Map((before === undefined ? [] : filesOf(before)).map((one) => [one.file, one.sha256]));
  return filesOf(manifest).filter(({ file, sha256 }) => here.get(file) !== sha256 || !existsSync(join(path, file)));
};

/** Puts a database that came from elsewhere in the place of what is here, once every file that is new was looked at. @throws INPUT_INVALID, and nothing is changed then */
export const takeOver = async (
  changed: ChangedFolder,
  manifest: Manifest,
  fetched: ReadonlyMap<NamedFile, string>,
  { where, now }: { readonly where: string; readonly now: number },
): Promise<Manifest> => {
  for (const [named, path] of fetched) await verifyFile(path, named, where);
  for (const [{ file }, path] of fetched) {
    synced(path);
    renameSync(path, join(changed.path, file));
  }
  const { retired: _retired, ...rest } = manifest;
  // Whoever made it may have a clock of his own: nothing is newer than now.
  const sources = Object.fromEntries(
    Object.entries(manifest.sources).map(([name, origin]) => [
      name,
      { ...origin, asOf: Math.min(origin.asOf, now), fetchedAt: Math.min(origin.fetchedAt, now) },
    ]),
  );
  return changed.publish({ ...rest, sources });
};
