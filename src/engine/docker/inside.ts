import { Readable } from "node:stream";
import * as v from "valibot";
import type { FileChange, Inside, ResourceUse } from "../ports.ts";
import { type Connection, path } from "./connection.ts";
import { unlessMissing } from "./containers.ts";
import { programStream } from "./execution.ts";

const CREATED = v.object({ Id: v.string() });
const ENDED = v.object({ ExitCode: v.nullish(v.number()), Running: v.boolean() });
const CHANGES = v.nullish(v.array(v.object({ Path: v.string(), Kind: v.picklist([0, 1, 2]) })), []);
const SIZED = v.object({ SizeRw: v.optional(v.number(), 0) });
const count = v.optional(v.number());
const STATS = v.object({
  read: v.string(),
  cpu_stats: v.optional(
    v.object({
      cpu_usage: v.optional(v.object({ total_usage: count })),
      throttling_data: v.optional(v.object({ periods: count, throttled_periods: count, throttled_time: count })),
    }),
  ),
  memory_stats: v.optional(
    v.object({ usage: count, max_usage: count, limit: count, stats: v.optional(v.record(v.string(), v.number()), {}) }),
  ),
  pids_stats: v.optional(v.object({ current: count })),
});

const KINDS = ["modified", "added", "deleted"] as const;

/** As the kernel's own tools count: page cache that could be dropped is not in use (kubelet and cAdvisor call it the working set). */
const memoryOf = (stats: NonNullable<v.InferOutput<typeof STATS>["memory_stats"]>): ResourceUse["memory"] => {
  if (stats.usage === undefined) return undefined;
  const droppable = stats.stats["total_inactive_file"] ?? stats.stats["inactive_file"] ?? 0;
  return {
    workingSetBytes: Math.max(0, stats.usage - droppable),
    ...(stats.max_usage === undefined ? {} : { peakBytes: stats.max_usage }),
    ...(stats.limit === undefined ? {} : { limitBytes: stats.limit }),
  };
};

const usageOf = (answer: unknown): ResourceUse => {
  const { read, cpu_stats: cpu, memory_stats: memory, pids_stats: pids } = v.parse(STATS, answer);
  const throttling = cpu?.throttling_data;
  const inUse = memory === undefined ? undefined : memoryOf(memory);
  return {
    at: Date.parse(read),
    ...(cpu?.cpu_usage?.total_usage === undefined ? {} : { cpuNanoseconds: cpu.cpu_usage.total_usage }),
    ...(throttling === undefined
      ? {}
      : {
          throttling: {
            periods: throttling.periods ?? 0,
            throttledPeriods: throttling.throttled_periods ?? 0,
            throttledNanoseconds: throttling.throttled_time ?? 0,
          },
        }),
    ...(inUse === undefined ? {} : { memory: inUse }),
    ...(pids?.current === undefined ? {} : { pids: pids.current }),
  };
};

export const dockerInside = (connection: Connection): Inside => ({
  exec: async (container, { command, user, env }) => {
    const tried = `run ${command[0] ?? ""} in ${container}`;
    const created = await connection.call({
      tried,
      method: "POST",
      path: path`/containers/${container}/exec`,
      body: {
        Cmd: command,
        AttachStdin: true,
        AttachStdout: true,
        AttachStderr: true,
        Tty: false,
        ...(user === undefined ? {} : { User: user }),
        ...(env === undefined ? {} : { Env: env }),
      },
    });
    const { Id: id } = v.parse(CREATED, created);
    const hijacked = await connection.upgrade({
      tried,
      method: "POST",
      path: path`/exec/${id}/start`,
      body: { Detach: false, Tty: false },
    });
    const { stream, stderr } = programStream(hijacked);
    return {
      stream,
      stderr,
      exitCode: async () => {
        const answer = await unlessMissing(connection.call({ tried, method: "GET", path: path`/exec/${id}/json` }));
        return answer === undefined ? undefined : (v.parse(ENDED, answer).ExitCode ?? undefined);
      },
    };
  },
  changes: async (container) => {
    const answer = await connection.call({
      tried: `see what ${container} changed`,
      method: "GET",
      path: path`/containers/${container}/changes`,
    });
    // The engine says null for none, which the client hands on as the four letters.
    const listed = Buffer.isBuffer(answer) ? null : answer;
    return v.parse(CHANGES, listed)?.map(({ Path, Kind }): FileChange => ({ path: Path, kind: KINDS[Kind] })) ?? [];
  },
  usage: async (container) =>
    usageOf(
      await connection.call({
        tried: `see what ${container} uses`,
        method: "GET",
        path: path`/containers/${container}/stats`,
        query: { stream: "0", "one-shot": "1" },
      }),
    ),
  ownLayerBytes: async (container) =>
    v.parse(
      SIZED,
      await connection.call({
        tried: `measure ${container}`,
        method: "GET",
        path: path`/containers/${container}/json`,
        query: { size: "1" },
      }),
    ).SizeRw,
  put: async (container, folder, tar) => {
    await connection.call({
      tried: `put files into ${folder} of ${container}`,
      method: "PUT",
      path: path`/containers/${container}/archive`,
      query: { path: folder },
      upload: Readable.from(tar, { objectMode: false }),
    });
  },
});
