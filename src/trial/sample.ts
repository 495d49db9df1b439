import { setTimeout as sleep } from "node:timers/promises";
import type { SeriesPoint } from "./series.ts";

const PAUSE_MS = 50;

/**
 * Reads again and again while something else goes on. Many engines tell the same for a second: a shorter peak can be missed. What cannot be read is left out.
 * `from`: where the points' times begin, by the clock that only grows.
 */
export const readWhile = async <T>(
  from: number,
  read: () => Promise<number | undefined>,
  work: () => Promise<T>,
): Promise<{ readonly peak: number; readonly points: readonly SeriesPoint[]; readonly result: T }> => {
  const points: SeriesPoint[] = [];
  const over = new AbortController();
  const reading = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const value = await read();
      if (value !== undefined) points.push({ at: Math.round(performance.now() - from), value });
      await sleep(PAUSE_MS);
    }
  };
  const [result] = await Promise.all([work().finally(() => over.abort()), reading()]);
  return { peak: Math.max(0, ...points.map(({ value }) => value)), points, result };
};
