import { LATENCY_BOUNDS_MS, type SideCounters } from "../proxy/index.ts";

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
  latency: after.latency.map((count, index) => count - (before.latency[index] ?? 0)),
});

/** The value below which that part of the answers lies, even within a class; undefined without answers. */
export const percentile = (latency: readonly number[], part: number): number | undefined => {
  const total = latency.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let below = 0;
  for (const [index, count] of latency.entries()) {
    if (count > 0 && below + count >= total * part) {
      const [from, to] = [LATENCY_BOUNDS_MS[index - 1] ?? 0, LATENCY_BOUNDS_MS[index]];
      // The last class is open: its lower bound is all that is known.
      return to === undefined ? from : from + ((to - from) * (total * part - below)) / count;
    }
    below += count;
  }
  return LATENCY_BOUNDS_MS.at(-1);
};

/** The least that the true part of failures can be, with 99 % confidence (Wilson's score interval). */
const atLeast = (failed: number, requests: number): number => {
  if (requests === 0) return 0;
  const part = failed / requests;
  const square = (Z * Z) / requests;
  return (part + square / 2 - Z * Math.sqrt((part * (1 - part)) / requests + square / (4 * requests))) / (1 + square);
};

const figures = ({ requests, errors, latency }: SideCounters): SideFigures => {
  const p95Ms = percentile(latency, 0.95);
  return { requests, failed: errors, ...(p95Ms === undefined ? {} : { p95Ms: Math.round(p95Ms * 10) / 10 }) };
};

const percent = (part: number): string => `${Math.round(part * 10_000) / 100} %`;
const inMs = (ms: number | undefined): string => (ms === undefined ? "nothing" : `${ms} ms`);

/** Compares what both sides did in the same time. Pure. */
export const judge = (stableSide: SideCounters, nextSide: SideCounters, criteria: Criteria): Verdict => {
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
  const [slow, usual] = [next.p95Ms, stable.p95Ms];
  const latency = `95 % of its answers came within ${inMs(slow)}, the stable one's within ${inMs(usual)}`;
  if (slow !== undefined && usual !== undefined && slow > usual * criteria.p95 && slow - usual > SLACK_MS)
    return { verdict: "bad", words: `the new release is slower than ${criteria.p95} times the stable one: ${latency}`, stable, next };
  return { verdict: "good", words: `${failing}; ${latency}`, stable, next };
};
