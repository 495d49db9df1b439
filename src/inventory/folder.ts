import { closeSync, createReadStream, openSync, readSync } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";
import { fileError, SeaworthyError } from "../core/index.ts";
import { type Inventory, inventoryFrom, lookoutFor } from "./inventory.ts";
import type { NotedFile } from "./inventory.ts";
import type { Note } from "./note.ts";
import { weightOfNote } from "./weight.ts";

const MAX_FILES = 1_000_000;
const MAX_DEPTH = 100;
/** Of memory, as it is weighed. */
const MAX_NOTED_BYTES = 256 * 1024 * 1024;

const partOf = (path: string, offset: number, count: number): Buffer => {
  const handle = openSync(path, "r");
  try {
    const content = Buffer.alloc(count);
    let read = 0;
    while (read < count) {
      const got = readSync(handle, content, read, count - read, offset + read);
      if (got === 0) break;
      read += got;
    }
    return content.subarray(0, read);
  } finally {
    closeSync(handle);
  }
};

/** Folders first by name, so that the same tree gives the same list; links are not followed. */
async function* filesBelow(root: string, folder: string, depth: number): AsyncGenerator<string, void, undefined> {
  if (depth > MAX_DEPTH) throw new SeaworthyError("INPUT_INVALID", `${root} is nested deeper than ${MAX_DEPTH} folders`);
  const entries = await Array.fromAsync(await opendir(join(root, folder)));
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== ".git") yield* filesBelow(root, path, depth + 1);
    else if (entry.isFile()) yield path;
  }
}

/** What the files of a folder tell of packages: what is installed there, and what lock files ask for. @throws INPUT_NOT_FOUND, PERMISSION_DENIED, INPUT_TOO_LARGE */
export const inventoryOfFolder = async (root: string, signal: AbortSignal): Promise<Inventory> => {
  const lookout = lookoutFor(["installed", "declared"]);
  const files: NotedFile[] = [];
  let count = 0;
  let notedBytes = 0;
  const keep = (path: string, note: Note | undefined): void => {
    if (note === undefined) return;
    notedBytes += path.length + weightOfNote(note);
    if (notedBytes > MAX_NOTED_BYTES)
      throw new SeaworthyError("INPUT_TOO_LARGE", `the files of ${root} tell of packages in more than ${MAX_NOTED_BYTES} bytes`, {
        hint: "Name one of the folders in it.",
      });
    files.push({ path, note });
  };
  try {
    for await (const path of filesBelow(root, "", 0)) {
      signal.throwIfAborted();
      count += 1;
      if (count > MAX_FILES) throw new SeaworthyError("INPUT_TOO_LARGE", `${root} has more than ${MAX_FILES} files`);
      const { size: sizeBytes, mode, uid, gid, mtimeMs } = await lstat(join(root, path));
      const header = { path, type: "file", sizeBytes, mode, uid, gid, mtimeSeconds: mtimeMs / 1000, pax: [] } as const;
      const follower = lookout.follow?.(header);
      if (follower !== undefined) {
        if (
          follower.isWorth?.((offset, count) => partOf(join(root, path), offset, Math.max(0, Math.min(count, sizeBytes - offset)))) ===
          false
        )
          continue;
        for await (const chunk of createReadStream(join(root, path), { highWaterMark: 1024 * 1024, signal }))
          if (follower.take(chunk as Buffer) === false) break;
        keep(path, follower.end());
        continue;
      }
      const wanted = lookout.wants(header);
      if (wanted === undefined) continue;
      keep(path, lookout.note(header, partOf(join(root, path), 0, Math.min(wanted, sizeBytes))));
    }
  } catch (error) {
    throw fileError(error, `list the packages below ${root}`);
  }
  return inventoryFrom(files, "folder");
};
