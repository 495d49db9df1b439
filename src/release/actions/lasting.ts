import type { World } from "./world.ts";

/** The last one is closed before the drain ends, not at its end with what has not finished. */
const PART_OF_DRAIN = 0.9;
/** HAProxy is asked for the connections of a server at most so often: the dump of ten thousand is some megabytes. */
const LOOK_MS = 200;

/**
 * How many of so many connections are to be closed now, so that the rest is closed evenly until the end: whoever is closed comes back at once, and all together would be
 * more than a new release takes. `lastMs` is when the one before was due.
 */
export const dueOf = (there: number, nowMs: number, lastMs: number, endMs: number): { readonly due: number; readonly lastMs: number } => {
  if (there === 0) return { due: 0, lastMs: nowMs };
  if (nowMs >= endMs) return { due: there, lastMs: nowMs };
  const everyMs = (endMs - lastMs) / there;
  const due = Math.min(there, Math.floor((nowMs - lastMs) / everyMs));
  return { due, lastMs: lastMs + due * everyMs };
};

export interface Closed {
  readonly closed: number;
  /** How many of them were event streams. */
  readonly streams: number;
}

/** Closes a server's lasting connections while it drains. Each call does what is due by then, and gives how many it has closed in all. */
export const lastingEnd = (
  { proxy, clock }: Pick<World, "proxy" | "clock">,
  backend: string,
  server: string,
  withinMs: number,
  policy: "cut" | "spread" | undefined,
): (() => Promise<Closed>) => {
  let sum: Closed = { closed: 0, streams: 0 };
  if (policy === undefined) return async () => sum;
  const begun = clock.elapsed();
  const endMs = begun + withinMs * PART_OF_DRAIN;
  let [lastMs, nextMs] = [begun, begun];
  const close = async (most: number): Promise<void> => {
    const { ended, streams } = await proxy.endLasting(backend, server, most);
    sum = { closed: sum.closed + ended, streams: sum.streams + streams };
  };
  return async () => {
    const now = clock.elapsed();
    if (now < nextMs) return sum;
    if (policy === "cut") {
      nextMs = now + LOOK_MS;
      await close(Number.MAX_SAFE_INTEGER);
      return sum;
    }
    const { there } = await proxy.endLasting(backend, server, 0);
    const step = dueOf(there, now, lastMs, endMs);
    if (step.due > 0) await close(step.due);
    lastMs = step.lastMs;
    const left = there - step.due;
    nextMs = Math.max(now + LOOK_MS, left > 0 ? lastMs + (endMs - lastMs) / left : 0);
    // What is upgraded only now is seen as well.
    nextMs = Math.min(nextMs, now + 1000);
    return sum;
  };
};
