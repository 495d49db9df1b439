import type { Counters } from "../proxy/index.ts";

/** What the proxy counted for one service between the first and the last step of a rollout. */
export type DropReport =
  | {
      readonly service: string;
      readonly measured: true;
      readonly requests: number;
      /** Answers that HAProxy had to make itself (502, 503, 504) and answers that a server broke off. */
      readonly failed: number;
      /** 5xx that the service itself answered. */
      readonly serverErrors: number;
      readonly cutByClient: number;
      readonly retries: number;
      readonly redispatches: number;
    }
  | { readonly service: string; readonly measured: false; readonly why: string };

/** `removed` is the sum of 5xx answers of servers that left between the two readings, counted as they left. */
export const dropReport = (
  service: string,
  before: Counters | undefined,
  after: Counters | undefined,
  removedServerErrors: number,
): DropReport => {
  if (before === undefined || after === undefined)
    return { service, measured: false, why: "the proxy did not know the service at both ends of the rollout" };
  if (before.worker !== after.worker)
    return { service, measured: false, why: "HAProxy was restarted or reloaded during the rollout, and its counters began anew" };
  const errors = after.errors - before.errors;
  const serverErrors = after.serverErrors + removedServerErrors - before.serverErrors;
  return {
    service,
    measured: true,
    requests: after.requests - before.requests,
    failed: Math.max(0, errors - serverErrors) + (after.cutByServer - before.cutByServer),
    serverErrors,
    cutByClient: after.cutByClient - before.cutByClient,
    retries: after.retries - before.retries,
    redispatches: after.redispatches - before.redispatches,
  };
};

export const formatDropReport = (report: DropReport): string =>
  report.measured
    ? `${report.service}: ${report.failed.toLocaleString("en")} of ${report.requests.toLocaleString("en")} requests failed`
    : `${report.service}: not measured, because ${report.why}`;
