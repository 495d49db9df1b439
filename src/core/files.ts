import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { SeaworthyError, wordsOf } from "./errors.ts";

const errno = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** What to do about a file system that takes no writes. */
export const READ_ONLY_HINT =
  "Its file system is mounted read-only, as the kernel does after a disk error (dmesg): mount it read-write, then run again.";

/** Makes a file-system failure a coded one, naming what was tried. Anything that is no errno is returned as it is. */
export const fileError = (error: unknown, tried: string): unknown => {
  switch (errno(error)) {
    case "ENOSPC":
    case "EDQUOT":
      return new SeaworthyError("DISK_FULL", `no space left: ${tried}`, { cause: error });
    case "EACCES":
    case "EPERM":
      return new SeaworthyError("PERMISSION_DENIED", `not permitted: ${tried} (${wordsOf(error)})`, { cause: error });
    case "EROFS":
      return new SeaworthyError("PERMISSION_DENIED", `not permitted: ${tried} (${wordsOf(error)})`, { cause: error, hint: READ_ONLY_HINT });
    case "ENOENT":
    case "ENOTDIR":
      return new SeaworthyError("INPUT_NOT_FOUND", `not found: ${tried}`, { cause: error });
    case "EISDIR":
      return new SeaworthyError("INPUT_INVALID", `it is a folder, not a file: ${tried}`, { cause: error });
    case "EEXIST":
      return new SeaworthyError("INPUT_INVALID", `something else is there: ${tried} (${wordsOf(error)})`, { cause: error });
    case "ENAMETOOLONG":
    case "ELOOP":
      return new SeaworthyError("INPUT_INVALID", `no usable path: ${tried} (${wordsOf(error)})`, { cause: error });
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

export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Writes beside `path` and hands the whole, synced file to `place`; nothing is left over when that fails. */
const writeBeside = (
  path: string,
  content: string | Uint8Array,
  { mode, owner }: { readonly mode: number; readonly owner?: FileOwner },
  place: (temporary: string) => void,
): void => {
  const folder = dirname(path);
  const temporary = join(folder, `.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`);
  let made = false;
  try {
    mkdirSync(folder, { recursive: true });
    const handle = openSync(temporary, "wx", mode);
    made = true;
    try {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
      if (owner !== undefined) {
        // Whoever names an owner needs this very mode; otherwise the umask keeps its say.
        fchownSync(handle, owner.uid, owner.gid);
        fchmodSync(handle, mode);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    place(temporary);
    syncFolder(folder);
  } catch (error) {
    if (made) rmSync(temporary, { force: true });
    throw fileError(error, `write ${path}`);
  }
};

/** Replaces a file so that a reader, or a crash at any moment, sees the old bytes or the new ones, with their mode and owner: temporary file, fsync, rename, fsync of the folder. */
export const writeFileAtomic = (path: string, content: string | Uint8Array, mode = 0o644, owner?: FileOwner): void =>
  writeBeside(path, content, { mode, ...(owner === undefined ? {} : { owner }) }, (temporary) => renameSync(temporary, path));

/** Makes a file unless it is there already. Of two processes that try at once the first wins, and both go on with its file. True for the one that made it. */
export const writeFileOnce = (path: string, content: string | Uint8Array, mode = 0o644): boolean => {
  let first = true;
  writeBeside(path, content, { mode }, (temporary) => {
    try {
      // A link, unlike a rename, fails where the name is taken.
      linkSync(temporary, path);
    } catch (error) {
      if (errno(error) !== "EEXIST") throw error;
      first = false;
    } finally {
      rmSync(temporary, { force: true });
    }
  });
  return first;
};

/** Reads a text file, pipe or device with a bound. Default 4 MiB. @throws INPUT_NOT_FOUND, INPUT_INVALID for a folder, INPUT_TOO_LARGE, PERMISSION_DENIED */
export const readTextFile = (path: string, maxBytes = 4 * 1024 * 1024): string => {
  try {
    const handle = openSync(path, "r");
    try {
      return readBounded(handle, path, maxBytes).toString("utf8");
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
};

/** Read into and copied from at once: a thousand files would leave a thousand of them. */
const CHUNK = Buffer.allocUnsafeSlow(65_536);

/** The size a file says it has is not believed: what /proc and /dev hold says 0, and a file may grow while it is read. */
const readBounded = (handle: number, path: string, maxBytes: number): Buffer => {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const count = readSync(handle, CHUNK);
    if (count === 0) return Buffer.concat(chunks, size);
    size += count;
    if (size > maxBytes) throw new SeaworthyError("INPUT_TOO_LARGE", `${path} is larger than ${maxBytes} bytes, the most that is read`);
    chunks.push(Buffer.from(CHUNK.subarray(0, count)));
  }
};
