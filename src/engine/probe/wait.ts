import type { Clock } from "../../core/index.ts";
import type { ProbeAnswer } from "./http.ts";

export interface WaitOptions {
  readonly probe: () => Promise<ProbeAnswer>;
  /** From now; the probe under way when it passes is still waited for. */
  readonly deadlineMs: number;
  /** Between the end of one probe and the next. Default 200 ms. */
  readonly intervalMs?: number;
  /** Answers in a row that must be good. Default 1. */
  readonly inARow?: number;
  /** Asked after each answer that is not ready: false ends the waiting, because what has exited will not become ready. */
  readonly stillRunning?: () => Promise<boolean>;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly onAnswer?: (answer: ProbeAnswer) => void;
}

/** How waiting ended. Only the signal and `stillRunning` can throw. */
export type Readiness = { readonly probes: number; readonly tookMs: number } & (
  | { readonly state: "ready"; readonly answer: ProbeAnswer }
  | { readonly state: "timed-out"; readonly last: ProbeAnswer }
  | { readonly state: "exited"; readonly last: ProbeAnswer }
);

/** Probes until the container answers well, ends, or the deadline passes. At least one probe is made. */
export const waitUntilReady = async (options: WaitOptions): Promise<Readiness> => {
  const { clock, deadlineMs, intervalMs = 200, inARow = 1, signal } = options;
  const begun = clock.elapsed();
  const took = (): number => Math.round(clock.elapsed() - begun);
  let good = 0;
  for (let probes = 1; ; probes += 1) {
    signal?.throwIfAborted();
    const answer = await options.probe();
    options.onAnswer?.(answer);
    good = answer.ready ? good + 1 : 0;
    if (good >= inARow) return { state: "ready", answer, probes, tookMs: took() };
    if (!answer.ready && (await options.stillRunning?.()) === false) return { state: "exited", last: answer, probes, tookMs: took() };
    const left = deadlineMs - (clock.elapsed() - begun);
    if (left <= 0) return { state: "timed-out", last: answer, probes, tookMs: took() };
    await clock.sleep(Math.min(intervalMs, left), signal);
  }
};
