import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "./lab/running.ts";
import { type Smoke, smokeOnce } from "./smoke/smoke.ts";

/** Whether a container came to do its work. */
export type Up =
  | { readonly up: true; /** From its start to the first time that everything was as expected. */ readonly tookMs: number }
  | { readonly up: false; /** What was wrong last, with the container's last lines. */ readonly words: string; readonly exitCode?: number };

const PAUSE_MS = 25;

const lastLines = async (running: Running): Promise<string> => {
  const lines = (await running.logs(5)).map((line) => line.slice(0, 200));
  return lines.length === 0 ? "" : `; it said last: ${lines.join(" | ")}`;
};

/** Asks until everything is as it was in the baseline, the container ends, or the time is over. */
export const comesUp = async (running: Running, smoke: Smoke, limitMs: number): Promise<Up> => {
  const nothingToAsk = smoke.requests.length + smoke.ports.length === 0 && smoke.healthcheck === undefined;
  let words = "";
  for (;;) {
    const state = await running.state();
    if (state.state !== "running") {
      const exitCode = state.exitCode ?? 0;
      const how = state.oomKilled ? `was killed for want of memory (${exitCode})` : `ended with ${exitCode}`;
      return { up: false, words: `it ${how}${await lastLines(running)}`, exitCode };
    }
    const tookMs = performance.now() - running.startedAt;
    const result = nothingToAsk
      ? { ok: tookMs > Math.min(2000, limitMs), words: "" }
      : await smokeOnce(running, smoke, Math.max(1000, limitMs / 4));
    if (result.ok) return { up: true, tookMs: Math.round(performance.now() - running.startedAt) };
    words = result.words;
    if (performance.now() - running.startedAt > limitMs)
      return { up: false, words: `${words} within ${Math.round(limitMs / 100) / 10} s${await lastLines(running)}` };
    await sleep(PAUSE_MS);
  }
};
