import type { Clock } from "../../core/index.ts";

/** Ends within this time belong to one loop. */
const WINDOW_MS = 120_000;
const FIRST = 3;

/** Counts how often containers end, and says when that is a loop: at the third end within two minutes, and each time the number has doubled. */
export interface Crashes {
  note(container: string): { readonly times: number; readonly seconds: number } | undefined;
  forget(container: string): void;
}

export const createCrashes = ({ elapsed }: Pick<Clock, "elapsed">): Crashes => {
  const ends = new Map<string, readonly number[]>();
  const said = new Map<string, number>();
  return {
    note: (container) => {
      const now = elapsed();
      const recent = [...(ends.get(container) ?? []).filter((at) => now - at <= WINDOW_MS), now];
      ends.set(container, recent);
      const times = recent.length;
      if (times < FIRST) said.delete(container);
      const last = said.get(container) ?? 0;
      if (times < FIRST || (last > 0 && times < last * 2)) return undefined;
      said.set(container, times);
      return { times, seconds: Math.round((now - (recent[0] ?? now)) / 1000) };
    },
    forget: (container) => {
      ends.delete(container);
      said.delete(container);
    },
  };
};
