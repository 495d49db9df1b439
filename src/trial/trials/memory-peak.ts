import { formatByteSize } from "../../core/index.ts";
import { load } from "../load.ts";
import { MEMORY_PATH, roomyLimit } from "../memory-limit.ts";
import { readWhile } from "../sample.ts";
import { type Series, thinned } from "../series.ts";
import { comesUp } from "../up.ts";
import type { Trial } from "../trial.ts";

export const memoryPeak: Trial = {
  id: "memory-peak",
  items: ["resource-limits"],
  level: "standard",
  summary: "Its memory limit leaves room over what it uses under load.",
  why: "Without a limit one leak takes the whole host; with one that is too small the kernel kills the program in the middle of the day.",
  method:
    "Its working set (without page cache that could be dropped) is read as often as the engine tells it, while it starts and under load; the most counts. Many engines tell it once a second: a shorter peak can be missed.",
  source: "https://docs.docker.com/engine/containers/resource_constraints/",
  alone: true,
  applies: () => true,
  run: async (lab, { smoke, limitMs }) => {
    const running = await lab.start({ name: "memory-peak" });
    const {
      peak,
      points,
      result: { up, requests },
    } = await readWhile(
      running.startedAt,
      async () => (await lab.inside.usage(running.name)).memory?.workingSetBytes,
      async () => {
        const came = await comesUp(running, smoke, limitMs);
        return { up: came, requests: came.up ? (await load(running, smoke, { forMs: 3000, connections: 8 })).requests : 0 };
      },
    );
    const { state, exitCode, oomKilled } = await running.state();
    await running.remove();
    if (!up.up) return { state: "not-tried", because: up.words };
    if (points.length === 0)
      return { state: "not-tried", because: "the engine does not count memory here: the kernel's memory cgroup is off" };
    const limit = lab.subject.spec.resources.memoryBytes;
    const measured = { peakBytes: peak, samples: points.length, requests, ...(limit === undefined ? {} : { limitBytes: limit }) };
    const series: Series = {
      name: "memory",
      unit: "bytes",
      points: thinned(points),
      marks: [{ at: up.tookMs, label: "answers" }],
      ...(limit === undefined ? {} : { limit }),
    };
    const value = roomyLimit(peak);
    const proposals = [
      {
        path: MEMORY_PATH,
        value,
        because: `its working set was at most ${formatByteSize(peak)} over ${requests} requests`,
      },
      // Where nothing is said about swap the engine allows as much again.
      ...(limit === undefined
        ? [{ path: ["memswap_limit"], value, because: `memory and swap together: it came up and answered within ${formatByteSize(peak)}` }]
        : []),
    ];
    const unless = "a short load uses less than a long day; runtimes with a heap size it by the limit";
    if (limit === undefined)
      return {
        state: "disproved",
        because: `it has no memory limit, and used at most ${formatByteSize(peak)}`,
        measured,
        series,
        unless,
        proposals,
      };
    // What is killed between two readings was never seen near its limit.
    if (state !== "running")
      return {
        state: "disproved",
        because: `under load it ${oomKilled ? "was killed for want of memory" : `ended with ${exitCode ?? "no status"}`}: it may use ${formatByteSize(limit)}`,
        measured,
        series,
        unless,
      };
    if (peak * 1.2 > limit)
      return {
        state: "disproved",
        because: `it used ${formatByteSize(peak)} of the ${formatByteSize(limit)} that it may`,
        measured,
        series,
        unless,
        proposals,
      };
    return {
      state: "proven",
      because: `it used at most ${formatByteSize(peak)} of ${formatByteSize(limit)} over ${requests} requests`,
      measured,
      series,
      unless,
    };
  },
};
