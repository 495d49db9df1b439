import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock, type Clock } from "./clock.ts";
import { SeaworthyError, wordsOf } from "./errors.ts";
import { fileError } from "./files.ts";

/** A lock that the kernel holds for this process: freed by `release`, by `using`, or by the process's death, never by hand. */
export interface KernelLock extends Disposable {
  release(): void;
}

export interface LockHolder {
  readonly pid: number;
  readonly who: string;
  readonly what: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

const holderFile = (path: string): string => `${path}.holder`;

/** Who looks whether a lock is held has it for an instant; whoever wants it at that instant tries again for this long before it believes in a holder. */
const INSTANT_MS = 250;

const isBusy = (error: unknown): boolean => /database is locked|SQLITE_BUSY/i.test(wordsOf(error));

const coded = (error: unknown, path: string): unknown => {
  const words = wordsOf(error);
  if (/not a database|malformed/i.test(words))
    return new SeaworthyError("STATE_NEEDS_PERSON", `the lock ${path} is not one: ${words}`, {
      cause: error,
      hint: "It holds nothing worth keeping: remove the file when no seaworthy runs.",
    });
  if (/unable to open|readonly|access permission/i.test(words))
    return new SeaworthyError("PERMISSION_DENIED", `cannot open the lock ${path}: ${words}`, { cause: error });
  if (/disk is full|disk I\/O/i.test(words))
    return new SeaworthyError("DISK_FULL", `cannot take the lock ${path}: ${words}`, { cause: error });
  return fileError(error, `take the lock ${path}`);
};

const acquire = (path: string, sql = "BEGIN EXCLUSIVE"): DatabaseSync | undefined => {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new DatabaseSync(path, { timeout: INSTANT_MS });
    try {
      database.exec(sql);
      return database;
    } catch (error) {
      database.close();
      if (isBusy(error)) return undefined;
      throw error;
    }
  } catch (error) {
    throw coded(error, path);
  }
};

const readNote = (path: string): LockHolder | undefined => {
  try {
    return JSON.parse(readFileSync(holderFile(path), "utf8")) as LockHolder;
  } catch {
    // The note is for people; the lock itself does not depend on it.
    return undefined;
  }
};

/** Who holds the lock, as far as the holder said; undefined when nobody does, whatever a holder that was killed left behind, or when nothing was written. */
export const readHolder = (path: string): LockHolder | undefined => {
  if (!existsSync(path)) return undefined;
  // A reader's lock is enough to be told that somebody has the whole, and whoever wants the whole is let in before the next reader.
  const free = acquire(path, "SELECT count(*) FROM sqlite_schema");
  if (free === undefined) return readNote(path);
  free.close();
  return undefined;
};

/** Undefined when another process, or another part of this one, holds it. @throws PERMISSION_DENIED, DISK_FULL, STATE_NEEDS_PERSON */
export const tryLock = (path: string, holder: Omit<LockHolder, "pid" | "since">): KernelLock | undefined => {
  const database = acquire(path);
  if (database === undefined) return undefined;
  try {
    writeFileSync(holderFile(path), JSON.stringify({ ...holder, pid: process.pid, since: Date.now() } satisfies LockHolder), {
      mode: 0o600,
    });
  } catch (error) {
    database.close();
    throw coded(error, path);
  }
  const release = (): void => {
    if (!database.isOpen) return;
    rmSync(holderFile(path), { force: true });
    database.close();
  };
  return { release, [Symbol.dispose]: release };
};

/** Waits up to `waitMs` for the lock. @throws LOCKED naming the holder. */
export const lock = async (
  path: string,
  holder: Omit<LockHolder, "pid" | "since">,
  { waitMs = 0, clock = systemClock, signal }: { readonly waitMs?: number; readonly clock?: Clock; readonly signal?: AbortSignal } = {},
): Promise<KernelLock> => {
  const until = clock.elapsed() + waitMs;
  for (;;) {
    const held = tryLock(path, holder);
    if (held !== undefined) return held;
    if (clock.elapsed() >= until) throw lockedBy(holder.what, readNote(path));
    await clock.sleep(Math.min(50, Math.max(1, until - clock.elapsed())), signal);
  }
};

const lockedBy = (wanted: string, holder: LockHolder | undefined): SeaworthyError =>
  new SeaworthyError(
    "LOCKED",
    holder === undefined
      ? `${wanted}: another process holds the lock`
      : `${wanted}: ${holder.who} (process ${holder.pid}) has held it for ${Math.round((Date.now() - holder.since) / 1000)} s: ${holder.what}`,
    { details: { holder } },
  );
