import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { SeaworthyError, wordsOf } from "./errors.ts";

const errno = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** Makes a file-system failure a coded one, naming what was tried. Anything that is no errno is returned as it is. */
export const fileError = (error: unknown, tried: string): unknown => {
  switch (errno(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new SeaworthyError("DISK_FULL", `no space left: ${tried}`, { cause: error });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new SeaworthyError("PERMISSION_DENIED", `not permitted: ${tried} (${wordsOf(error)})`, { cause: error });
    case "ENOENT":
      return new SeaworthyError("INPUT_NOT_FOUND", `not found: ${tried}`, { cause: error });
    default:
      return error;
  }
};

const syncFolder = (folder: string): void => {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Replaces a file so that a reader, or a crash at any moment, sees the old bytes or the new ones: temporary file, fsync, rename, fsync of the folder. */
export const writeFileAtomic = (path: string, content: string | Uint8Array, mode = 0o644): void => {
  const folder = dirname(path);
  const temporary = join(folder, `.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    const handle = openSync(temporary, "wx", mode);
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, path);
    syncFolder(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileError(error, `write ${path}`);
  }
};

/** Reads a user's text file with a bound. Default 4 MiB. @throws INPUT_NOT_FOUND, INPUT_TOO_LARGE, PERMISSION_DENIED */
export const readTextFile = (path: string, maxBytes = 4 * 1024 * 1024): string => {
  try {
    const { size } = statSync(path);
    if (size > maxBytes) throw new SeaworthyError("INPUT_TOO_LARGE", `${path} has ${size} bytes; at most ${maxBytes} are read`);
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
};
