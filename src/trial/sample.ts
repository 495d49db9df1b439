import { setTimeout as sleep } from "node:timers/promises";
import type { Counted } from "./lab/counters.ts";
import type { Lab } from "./lab/lab.ts";
import type { Running } from "./lab/running.ts";
import type { SeriesPoint } from "./series.ts";

const PAUSE_MS = 50;

/** What was counted of a container while something else went on. */
export interface Used extends Counted {
  /** Who said so: the kernel's own files, every few hundredths of a second, or the engine, many of which tell the same for a second. */
  readonly from: "kernel" | "engine";
}

/** Asks the engine again and again. What it does not count is left out. */
const askEngine = (lab: Lab, running: Running): { readonly end: () => Promise<Counted> } => {
  const memory: SeriesPoint[] = [];
  const pids: SeriesPoint[] = [];
  const over = new AbortController();
  let memoryPeakBytes: number | undefined;
  const reading = (async () => {
    while (!over.signal.aborted) {
      const use = await lab.inside.usage(running.name);
      const at = Math.round(performance.now() - running.startedAt);
      if (use.memory !== undefined) memory.push({ at, value: use.memory.workingSetBytes });
      if (use.pids !== undefined) pids.push({ at, value: use.pids });
      memoryPeakBytes = use.memory?.peakBytes ?? memoryPeakBytes;
      await sleep(PAUSE_MS);
    }
  })();
  // Whoever waits for the end hears of it.
  reading.catch(() => undefined);
  return {
    end: async () => {
      over.abort();
      await reading;
      return { memory, pids, ...(memoryPeakBytes === undefined ? {} : { memoryPeakBytes }) };
    },
  };
};

/** Counts what a container uses, from right after its start, while something else goes on. */
export const countWhile = async <T>(
  lab: Lab,
  start: () => Promise<Running>,
  work: (running: Running) => Promise<T>,
): Promise<{ readonly running: Running; readonly used: Used; readonly result: T }> => {
  // Before the start, of which the beginning would be missed.
  const counters = await lab.counters();
  const running = await start();
  const watched = await counters?.watch(running);
  const counting = watched ?? askEngine(lab, running);
  const result = await work(running).catch(async (error: unknown) => {
    await counting.end().catch(() => undefined);
    throw error;
  });
  return { running, used: { ...(await counting.end()), from: watched === undefined ? "engine" : "kernel" }, result };
};

/** The highest of a series; 0 of none. */
export const highest = (points: readonly SeriesPoint[]): number => points.reduce((most, { value }) => Math.max(most, value), 0);
