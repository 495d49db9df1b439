import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock, type Clock } from "./clock.ts";
import { SeaworthyError, wordsOf } from "./errors.ts";

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

/** Who holds the lock, as far as the holder said; undefined when nobody does or nothing was written. */
export const readHolder = (path: string): LockHolder | undefined => {
  try {
    return JSON.parse(readFileSync(holderFile(path), "utf8")) as LockHolder;
  } catch {
    // The note is for people; the lock itself does not depend on it.
    return undefined;
  }
};

const isBusy = (error: unknown): boolean => /database is locked|SQLITE_BUSY/i.test(wordsOf(error));

const acquire = (path: string): DatabaseSync | undefined => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
};

/** Undefined when another process, or another part of this one, holds it. */
export const tryLock = (path: string, holder: Omit<LockHolder, "pid" | "since">): KernelLock | undefined => {
  const database = acquire(path);
  if (database === undefined) return undefined;
  writeFileSync(holderFile(path), JSON.stringify({ ...holder, pid: process.pid, since: Date.now() } satisfies LockHolder), { mode: 0o600 });
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
    if (clock.elapsed() >= until) throw lockedBy(holder.what, readHolder(path));
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
