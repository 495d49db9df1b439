import type { Clock } from "../../core/index.ts";
import { forgetOldest } from "../forget-oldest.ts";
import { Refusal } from "../refusal.ts";

const MAX_KNOWN = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Requests of one account, or of one address that has none: so many a second on average, and of those of ten seconds any number at once.
 * @throws TOOMANYREQUESTS with the time after which the next is taken
 */
export const createRateLimit = (perSecond: number, clock: Clock): ((who: string) => void) => {
  const buckets = new Map<string, Bucket>();
  const most = perSecond * 10;
  return (who) => {
    const now = clock.elapsed();
    const before = buckets.get(who) ?? { tokens: most, at: now };
    const tokens = Math.min(most, before.tokens + ((now - before.at) / 1000) * perSecond);
    buckets.delete(who);
    buckets.set(who, { tokens: Math.max(0, tokens - 1), at: now });
    forgetOldest(buckets, MAX_KNOWN);
    if (tokens >= 1) return;
    const seconds = Math.max(1, Math.ceil((1 - tokens) / perSecond));
    throw new Refusal(429, "TOOMANYREQUESTS", `more than ${perSecond} requests a second; go on in ${seconds} s`, {
      "retry-after": String(seconds),
    });
  };
};
