import type { SideCounters, SideTimes } from "../proxy/index.ts";

/** When the next release counts as no worse than the stable one. */
export interface Criteria {
  /** Each side must have had so many requests, or nothing is said. */
  readonly requests: number;
  /** How much larger the part of failed requests may be: 0 to 1. */
  readonly errors: number;
  /** How many times as long the 95th percentile may be. */
  readonly p95: number;
}

export interface SideFigures {
  readonly requests: number;
  readonly failed: number;
  /** Milliseconds until the answer's head; undefined where nothing was answered. */
  readonly p95Ms?: number;
}

/** What one side did in a time: as HAProxy counted it, and as its access log tells how long it took. */
export type SideSeen = SideCounters & SideTimes;

/** `thin`: too little traffic to tell. */
export interface Verdict {
  readonly verdict: "good" | "bad" | "thin";
  readonly words: string;
  readonly stable: SideFigures;
  readonly next: SideFigures;
}

/** From so many requests on, failures that cannot be chance are enough, however far the wanted number is. */
const FEWEST = 10;
/** 99 % of a normal distribution lie below (one-sided). */
const Z = 2.33;
/** Differences below it are the machine's, not the release's. */
const SLACK_MS = 20;

/** What happened between two readings of one worker. */
export const between = (before: SideCounters, after: SideCounters): SideCounters => ({
  requests: after.requests - before.requests,
  errors: after.errors - before.errors,
});

/** The least that the true part of failures can be, with 99 % confidence (Wilson's score interval). */
const atLeast = (failed: number, requests: number): number => {
  if (requests === 0) return 0;
  const part = failed / requests;
  const square = (Z * Z) / requests;
  return (part + square / 2 - Z * Math.sqrt((part * (1 - part)) / requests + square / (4 * requests))) / (1 + square);
};

const figures = ({ requests, errors, p95Ms }: SideSeen): SideFigures => ({
  requests,
  failed: errors,
  ...(p95Ms === undefined ? {} : { p95Ms }),
});

/** A few requests are under way when the time is over: so many of those that are asked for must have their time in the log. */
const TOLD = 0.9;

const percent = (part: number): string => `${Math.round(part * 10_000) / 100} %`;
const inMs = (ms: number | undefined): string => (ms === undefined ? "nothing" : `${ms} ms`);

/** Compares what both sides did in the same time. Without the access log failures still count against a release, and nothing counts for it. Pure. */
export const judge = (stableSide: SideSeen, nextSide: SideSeen, criteria: Criteria): Verdict => {
  const [stable, next] = [figures(stableSide), figures(nextSide)];
  const partOf = ({ requests, failed }: SideFigures): number => (requests === 0 ? 0 : failed / requests);
  const allowed = partOf(stable) + criteria.errors;
  const failing = `${next.failed} of ${next.requests} requests to the new release failed (${percent(partOf(next))}), and ${percent(partOf(stable))} of ${stable.requests} to the stable one`;
  const enough = next.requests >= criteria.requests && stable.requests >= criteria.requests;
  if ((next.requests >= FEWEST && atLeast(next.failed, next.requests) > allowed) || (enough && partOf(next) > allowed))
    return { verdict: "bad", words: failing, stable, next };
  if (!enough)
    return {
      verdict: "thin",
      words: `inconclusive: a verdict needs ${criteria.requests} requests on each side; the new release had ${next.requests}, the stable one ${stable.requests}`,
      stable,
      next,
    };
  const told = Math.min(stableSide.answers, nextSide.answers);
  if (told < criteria.requests * TOLD)
    return {
      verdict: "thin",
      words: `inconclusive: how long answers took is not known, because HAProxy's access log has ${told} of ${told === nextSide.answers ? `${next.requests} requests to the new release` : `${stable.requests} requests to the stable one`}; ${failing}`,
      stable,
      next,
    };
  const [slow, usual] = [next.p95Ms, stable.p95Ms];
  const latency = `95 % of its answers came within ${inMs(slow)}, the stable one's within ${inMs(usual)}`;
  if (slow !== undefined && usual !== undefined && slow > usual * criteria.p95 && slow - usual > SLACK_MS)
    return { verdict: "bad", words: `the new release is slower than ${criteria.p95} times the stable one: ${latency}`, stable, next };
  return { verdict: "good", words: `${failing}; ${latency}`, stable, next };
};
