import { existsSync, readFileSync } from "node:fs";
import { uptime } from "node:os";

/** Time as a port, so that waiting is a value a test can turn. */
export interface Clock {
  /** Milliseconds since the epoch, for records. */
  now(): number;
  /** Milliseconds that only grow, for measuring. */
  elapsed(): number;
  /** Which boot of the host this is, and how long ago, which no setting of the wall clock changes and every process knows alike; absent or undefined where nobody says. */
  boot?(): Boot | undefined;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Boot {
  readonly id: string;
  readonly ms: number;
}

/** proc_sys_kernel(5), random/boot_id. */
const BOOT_ID = "/proc/sys/kernel/random/boot_id";

/** The longest that setTimeout can wait; beyond it fires at once (24.8 days). */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const nap = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const aborted = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, ms);
    signal?.addEventListener("abort", aborted, { once: true });
  });

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  boot: () => (existsSync(BOOT_ID) ? { id: readFileSync(BOOT_ID, "utf8").trim(), ms: Math.round(uptime() * 1000) } : undefined),
  sleep: async (ms, signal) => {
    for (let left = ms; left > MAX_TIMEOUT_MS; left -= MAX_TIMEOUT_MS) await nap(MAX_TIMEOUT_MS, signal);
    await nap(ms > MAX_TIMEOUT_MS ? ms % MAX_TIMEOUT_MS : ms, signal);
  },
};

/** A clock that stands still until slept on: `sleep` moves it at once. */
export const fakeClock = (start = Date.UTC(2026, 0, 1)): Clock => {
  let time = start;
  return {
    now: () => time,
    elapsed: () => time - start,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      time += ms;
      await Promise.resolve();
    },
  };
};

/** ISO 8601 in UTC with seconds, as records and labels carry it. */
export const isoTime = (ms: number): string => new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
