import type { Runtime } from "./runtime.ts";
import { numberIn, parseStat } from "./stat.ts";

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

/** Undefined when the running HAProxy does not know the backend. */
export const readCounters = async (runtime: Runtime, backend: string): Promise<Counters | undefined> => {
  const [stat, info] = await Promise.all([runtime(`show stat ${backend} 6 -1`), runtime("show info")]);
  const rows = parseStat(stat).filter((row) => row["pxname"] === backend);
  const total = rows.find((row) => row["svname"] === "BACKEND");
  if (total === undefined) return undefined;
  const servers = rows.filter((row) => row["svname"] !== "BACKEND");
  return {
    worker: Number(/^Pid: (\d+)/m.exec(info)?.[1] ?? 0),
    startedSeconds: Number(/^Start_time_sec: (\d+)/m.exec(info)?.[1] ?? 0),
    requests: numberIn(total, "req_tot"),
    errors: numberIn(total, "hrsp_5xx"),
    serverErrors: servers.reduce((sum, row) => sum + numberIn(row, "hrsp_5xx"), 0),
    cutByServer: numberIn(total, "srv_abrt"),
    cutByClient: numberIn(total, "cli_abrt"),
    retries: numberIn(total, "wretr"),
    redispatches: numberIn(total, "wredis"),
  };
};
