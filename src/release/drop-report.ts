import type { Counters } from "../proxy/index.ts";

/** What the proxy counted for one service between the first and the last step of a rollout. */
export type DropReport =
  | {
      readonly service: string;
      readonly measured: true;
      readonly requests: number;
      /** Answers of 500 and above, whoever gave them, and answers that a server broke off: what a client counts as failed. */
      readonly failed: number;
      /** The part of them that the service itself answered; the rest HAProxy had to make, because nobody answered it. */
      readonly byService: number;
      readonly cutByClient: number;
      readonly retries: number;
      readonly redispatches: number;
      /** WebSockets, event streams and tunnels that were closed because their container left, as `release.websockets` says; not failures of requests. */
      readonly closed?: number;
      /** What was still under way when a drain was over, and was cut: those that had no answer's head yet are among the failed. */
      readonly cut?: number;
      /** Where requests had to wait for the only container's replacement: the longest that one can have, and how many did at the end. */
      readonly held?: { readonly ms: number; readonly requests: number };
    }
  | { readonly service: string; readonly measured: false; readonly why: string };

/** What drains have ended. */
export interface Drained {
  readonly closed: number;
  /** Event streams among those closed: HAProxy counts them as answers that a server broke off. */
  readonly streams: number;
  readonly cut: number;
}

/** `removed` is the sum of 5xx answers of servers that left between the two readings, counted as they left. */
export const dropReport = (
  service: string,
  before: Counters | undefined,
  after: Counters | undefined,
  removedServerErrors: number,
  held?: { readonly ms: number; readonly requests: number },
  drained: Drained = { closed: 0, streams: 0, cut: 0 },
): DropReport => {
  if (before === undefined || after === undefined)
    return { service, measured: false, why: "the proxy did not know the service at both ends of the rollout" };
  if (before.worker !== after.worker || before.startedSeconds !== after.startedSeconds)
    return { service, measured: false, why: "HAProxy was restarted or reloaded during the rollout, and its counters began anew" };
  const errors = after.errors - before.errors;
  return {
    service,
    measured: true,
    requests: after.requests - before.requests,
    failed: errors + Math.max(0, after.cutByServer - before.cutByServer - drained.streams),
    byService: Math.min(errors, Math.max(0, after.serverErrors + removedServerErrors - before.serverErrors)),
    cutByClient: after.cutByClient - before.cutByClient,
    retries: after.retries - before.retries,
    redispatches: after.redispatches - before.redispatches,
    ...(drained.closed === 0 ? {} : { closed: drained.closed }),
    ...(drained.cut === 0 ? {} : { cut: drained.cut }),
    ...(held === undefined ? {} : { held }),
  };
};

const endedWords = ({ closed = 0, cut = 0 }: Partial<Drained>): string =>
  `${closed === 0 ? "" : `; ${number(closed)} long connections were closed as their container left`}${cut === 0 ? "" : `; ${number(cut)} were cut when the drain was over`}`;

const number = (amount: number): string => amount.toLocaleString("en");

export const formatDropReport = (report: DropReport): string =>
  report.measured
    ? `${report.service}: ${number(report.failed)} of ${number(report.requests)} requests failed${report.byService === 0 ? "" : ` (${number(report.byService)} of them the service answered itself with 5xx)`}${endedWords(report)}${report.held === undefined ? "" : `; requests waited up to ${(report.held.ms / 1000).toFixed(1)} s for its only container, ${number(report.held.requests)} at the end`}`
    : `${report.service}: not measured, because ${report.why}`;
