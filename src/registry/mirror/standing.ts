import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../../core/index.ts";
import type { Away } from "./upstream.ts";

/** After a failure, so that an outage does not cost each pull the time of a connection that fails. */
const PAUSE_MS = 5_000;
const PAUSE_WHEN_LIMITED_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

export interface RateLimit {
  /** Requests of a window, and what is left of them; the window in seconds where upstream tells it. */
  readonly limit?: number;
  readonly remaining: number;
  readonly windowSeconds?: number;
  readonly at: number;
}

/** How we stand with an upstream: whether it is being left alone after a failure, and what it says of its rate limit. */
export interface Standing {
  /** Reads `ratelimit-limit` and `ratelimit-remaining` (`76;w=21600`, as Docker Hub writes them). */
  heard(headers: IncomingHttpHeaders): void;
  answered(): void;
  leaveAlone(why: string, limited: boolean, waitMs: number): void;
  /** Undefined when it may be asked. */
  waiting(): Away | undefined;
  /** Of `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), an hour at most; a minute without one. */
  retryAfterMs(header: string | undefined): number;
  /** The same for a failure that is no rate limit: five seconds without the header. */
  pauseMs(header?: string): number;
  /** When nothing is left of the rate limit's window: that, as a reason to leave it alone. */
  spent(): Away | undefined;
  readonly rateLimit: RateLimit | undefined;
}

const amount = (
  header: string | readonly string[] | undefined,
): { readonly count: number; readonly windowSeconds?: number } | undefined => {
  const [, count, window] = /^\s*(\d{1,12})(?:\s*;\s*w=(\d{1,9}))?/.exec(header?.toString() ?? "") ?? [];
  if (count === undefined) return undefined;
  return { count: Number(count), ...(window === undefined ? {} : { windowSeconds: Number(window) }) };
};

export const createStanding = (clock: Clock): Standing => {
  let until = 0;
  let why = "";
  let limited = false;
  let rateLimit: RateLimit | undefined;
  const waitOf = (header: string | undefined, otherwise: number): number => {
    if (header === undefined) return otherwise;
    const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - clock.now();
    return Number.isNaN(wait) ? otherwise : Math.min(Math.max(wait, 1000), LONGEST_PAUSE_MS);
  };
  return {
    heard: (headers) => {
      const remaining = amount(headers["ratelimit-remaining"]);
      if (remaining === undefined) return;
      const limit = amount(headers["ratelimit-limit"]);
      const windowSeconds = remaining.windowSeconds ?? limit?.windowSeconds;
      rateLimit = {
        remaining: remaining.count,
        at: clock.now(),
        ...(limit === undefined ? {} : { limit: limit.count }),
        ...(windowSeconds === undefined ? {} : { windowSeconds }),
      };
    },
    answered: () => {
      until = 0;
    },
    leaveAlone: (reason, isLimit, waitMs) => {
      until = clock.elapsed() + waitMs;
      why = reason;
      limited = isLimit;
    },
    waiting: () => {
      const left = until - clock.elapsed();
      return left > 0 ? { kind: "away", why, limited, retryAfterMs: left } : undefined;
    },
    retryAfterMs: (header) => waitOf(header, PAUSE_WHEN_LIMITED_MS),
    pauseMs: (header) => waitOf(header, PAUSE_MS),
    spent: () => {
      if (rateLimit === undefined || rateLimit.remaining > 0) return undefined;
      const left = rateLimit.at + (rateLimit.windowSeconds ?? 3600) * 1000 - clock.now();
      return left > 0 ? { kind: "away", why: "its rate limit is used up", limited: true, retryAfterMs: left } : undefined;
    },
    get rateLimit() {
      return rateLimit;
    },
  };
};
