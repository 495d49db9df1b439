import type { Answer } from "./http.ts";

/** What a registry lets one account or address pull (Docker Hub: `ratelimit-limit: 100;w=21600`). */
export interface RateLimit {
  readonly registry: string;
  readonly limit: number;
  readonly remaining: number;
  /** The limit is for so many seconds, counted back from now. */
  readonly windowSeconds: number;
  /** Whom it is counted for: an address, or an account's id. */
  readonly source?: string;
}

const FORM = /^\s*(\d{1,9})\s*(?:;\s*w=(\d{1,9}))?/;
const LONG_WINDOW_S = 60;

/** Reads `ratelimit-limit`, `ratelimit-remaining` and `docker-ratelimit-source`; undefined where the registry has none. */
export const rateLimitOf = (answer: Pick<Answer, "headers">, registry: string): RateLimit | undefined => {
  const read = (name: string): RegExpExecArray | null => FORM.exec(answer.headers[name]?.toString() ?? "");
  const [limit, remaining] = [read("ratelimit-limit"), read("ratelimit-remaining")];
  if (limit === null || remaining === null) return undefined;
  const source = answer.headers["docker-ratelimit-source"]?.toString().slice(0, 100);
  return {
    registry,
    limit: Number(limit[1]),
    remaining: Number(remaining[1]),
    windowSeconds: Number(limit[2] ?? remaining[2] ?? 0),
    ...(source === undefined ? {} : { source }),
  };
};

/** True where asking again within minutes is of no use. */
export const isSpent = (answer: Pick<Answer, "status" | "headers">): boolean => {
  const limit = answer.status === 429 ? rateLimitOf(answer, "") : undefined;
  return limit !== undefined && limit.remaining === 0 && limit.windowSeconds > LONG_WINDOW_S;
};

/** "100 pulls in 6 hours, 0 left" */
export const formatRateLimit = ({ limit, remaining, windowSeconds }: RateLimit): string => {
  const hours = windowSeconds / 3600;
  const span = hours >= 1 ? `${Math.round(hours * 10) / 10} h` : `${windowSeconds} s`;
  return `${limit} pulls in ${span}, ${remaining} left`;
};
