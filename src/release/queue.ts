import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, SeaworthyError, writeFileAtomic } from "../core/index.ts";

/** How often one that waits looks whether somebody newer does. */
const LOOK_MS = 200;

/** A place in a project's queue, which has room for one: whoever comes later takes it. */
export interface Place extends Disposable {
  /** Aborted, as LOCKED, once somebody newer waits. */
  readonly signal: AbortSignal;
}

const read = (path: string): string => (existsSync(path) ? readTextFile(path) : "");

/**
 * Waits in the place of whoever waited before: of several deploys that wait for one another only the newest is worth doing. `what` names it for those who leave.
 * One that died while it waited is nobody's trouble: the next takes its place.
 */
export const takePlace = (folder: string, project: string, { who, what }: { readonly who: string; readonly what: string }): Place => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${project}.waits`);
  const mine = `${randomUUID()}\n${who}: ${what}`;
  writeFileAtomic(path, mine, 0o600);
  const controller = new AbortController();
  const look = (): void => {
    const newest = read(path);
    // Gone: the newer one has had its turn.
    if (newest === mine) return;
    const words = newest.split("\n")[1] ?? "it has begun by now";
    controller.abort(new SeaworthyError("LOCKED", `a newer one took the place of ${what} among those who wait: ${words}`));
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      if (read(path) === mine) rmSync(path, { force: true });
    },
  };
};
