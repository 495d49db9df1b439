import type { Runtime } from "./runtime.ts";
import { numberIn, parseStat, type StatRow } from "./stat.ts";

/** Totals of one backend since HAProxy's worker started. */
export interface Counters {
  /** Process id of the worker that counts; another one means that the totals began anew. */
  readonly worker: number;
  /** When it started, in seconds since the epoch: inside a container that was restarted, process ids come again. */
  readonly startedSeconds?: number;
  readonly requests: number;
  /** 5xx answers, the servers' own and HAProxy's. */
  readonly errors: number;
  /** 5xx answers that present servers gave themselves. */
  readonly serverErrors: number;
  /** Answers that a server broke off midway. */
  readonly cutByServer: number;
  readonly cutByClient: number;
  readonly retries: number;
  readonly redispatches: number;
}

/** Of the backend and, where there is one, of its `:next` together: a service's requests are the same whoever answers them. Undefined when the running HAProxy does not know it. */
export const readCounters = async (runtime: Runtime, backend: string, next?: string): Promise<Counters | undefined> => {
  const names = next === undefined ? [backend] : [backend, next];
  const [info, ...stats] = await Promise.all([runtime("show info"), ...names.map((name) => runtime(`show stat ${name} 6 -1`))]);
  const rows = stats.flatMap((stat, index) => parseStat(stat).filter((row) => row["pxname"] === names[index]));
  const totals = rows.filter((row) => row["svname"] === "BACKEND");
  if (!totals.some((row) => row["pxname"] === backend)) return undefined;
  const servers = rows.filter((row) => row["svname"] !== "BACKEND");
  const sum = (of: readonly StatRow[], column: string): number => of.reduce((total, row) => total + numberIn(row, column), 0);
  return {
    worker: Number(/^Pid: (\d+)/m.exec(info)?.[1] ?? 0),
    startedSeconds: Number(/^Start_time_sec: (\d+)/m.exec(info)?.[1] ?? 0),
    requests: sum(totals, "req_tot"),
    errors: sum(totals, "hrsp_5xx"),
    serverErrors: sum(servers, "hrsp_5xx"),
    cutByServer: sum(totals, "srv_abrt"),
    cutByClient: sum(totals, "cli_abrt"),
    retries: sum(totals, "wretr"),
    redispatches: sum(totals, "wredis"),
  };
};
