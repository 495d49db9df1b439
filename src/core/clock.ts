/** Time as a port, so that waiting is a value a test can turn. */
export interface Clock {
  /** Milliseconds since the epoch, for records. */
  now(): number;
  /** Milliseconds that only grow, for measuring. */
  elapsed(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms, signal) =>
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
    }),
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
