import { type Clock, hasCode, wordsOf } from "../core/index.ts";
import type { Rescan } from "../ship/index.ts";
import { type ScanNotice, scanNotices } from "./scan-notices.ts";

/** What scans again, and what says that there may be something to do. */
export interface Rescanning {
  /** Scans all that is due, outside of this process. @throws LOCKED while another process does */
  readonly round: (signal: AbortSignal) => Promise<Rescan>;
  /** Another value: what runs, or the advisories, are others. Cheap: it is asked every few seconds. */
  readonly edition: () => string;
}

interface Parts extends Rescanning {
  readonly clock: Clock;
  readonly say: (notice: ScanNotice) => void;
}

const LOOK_MS = 5000;
/** Between two rounds that nothing new asked for. */
const LEAST_MS = 60_000;
/** Another process does it: mostly one whose agent was killed, and which ends soon. */
const BUSY_MS = 10_000;
/** What failed is tried again after so long, or when there is something new. */
const AGAIN_MS = 600_000;

/**
 * Has what runs scanned again: when something is due, and when the advisories or the releases have changed and have stood so for one look, as an update or a
 * rollout writes many times. One round at a time, until the signal; nothing here stops or changes what runs.
 */
export const keepRescanning = async ({ round, edition, clock, say }: Parts, signal: AbortSignal): Promise<void> => {
  let done: string | undefined;
  let seen: string | undefined;
  let isFirst = true;
  /** By the clock that nobody sets. */
  let dueMs = Number.POSITIVE_INFINITY;
  let told: ReadonlySet<string> = new Set();

  const failed = (error: unknown): ScanNotice => ({
    at: clock.now(),
    words: `what runs could not be scanned again: ${wordsOf(error)}`,
    lasts: true,
  });

  /** What is as wrong as it was the last time is not said again. */
  const tell = (notices: readonly ScanNotice[]): void => {
    const lasting = notices.filter(({ lasts }) => lasts === true);
    const keyOf = ({ project = "", service = "", words }: ScanNotice): string => `${project}.${service} ${words}`;
    for (const one of notices) if (one.lasts !== true || !told.has(keyOf(one))) say(one);
    told = new Set(lasting.map(keyOf));
  };

  const scan = async (now: string): Promise<void> => {
    try {
      done = now;
      const report = await round(signal);
      dueMs = clock.elapsed() + Math.max(LEAST_MS, report.nextAt - clock.now());
      tell(scanNotices(report, isFirst));
      isFirst = false;
    } catch (error) {
      if (signal.aborted) return;
      const isBusy = hasCode(error, "LOCKED");
      dueMs = clock.elapsed() + (isBusy ? BUSY_MS : AGAIN_MS);
      if (!isBusy) tell([failed(error)]);
    }
  };

  while (!signal.aborted) {
    try {
      const now = edition();
      if ((now !== done && now === seen) || clock.elapsed() >= dueMs) await scan(now);
      seen = now;
    } catch (error) {
      tell([failed(error)]);
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
};
