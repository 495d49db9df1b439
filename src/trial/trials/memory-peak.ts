import { formatByteSize } from "../../core/index.ts";
import { load } from "../load.ts";
import { MEMORY_PATH, roomyLimit } from "../memory-limit.ts";
import { countWhile, highest } from "../sample.ts";
import { type Series, thinned } from "../series.ts";
import { comesUp } from "../up.ts";
import type { Trial } from "../trial.ts";

const LOAD_MS = 3000;
const MOST_LOADS = 4;
/** A busy machine does fewer in the time; what each of them leaves behind is seen only after many. */
const LEAST_REQUESTS = 500;

/** Loads again while too few requests were done. @returns how many there were */
export const enoughRequests = async (loadOnce: () => Promise<number>): Promise<number> => {
  let requests = 0;
  for (let count = 0; count < MOST_LOADS && requests < LEAST_REQUESTS; count += 1) {
    const done = await loadOnce();
    if (done === 0) break;
    requests += done;
  }
  return requests;
};

export const memoryPeak: Trial = {
  id: "memory-peak",
  items: ["resource-limits"],
  level: "standard",
  summary: "Its memory limit leaves room over what it uses under load.",
  why: "Without a limit one leak takes the whole host; with one that is too small the kernel kills the program in the middle of the day.",
  method:
    "Its working set (without page cache that could be dropped) is read from the kernel's own counters some twenty times a second, while it starts and under load; the most counts. Where they cannot be reached the engine is asked, and many tell it once a second. The kernel's own highest value, page cache included, is read at the end.",
  source: "https://docs.docker.com/engine/containers/resource_constraints/",
  alone: true,
  applies: () => true,
  run: async (lab, { smoke, limitMs }) => {
    const {
      running,
      used,
      result: { up, requests },
    } = await countWhile(
      lab,
      () => lab.start({ name: "memory-peak" }),
      async (one) => {
        const came = await comesUp(one, smoke, limitMs);
        if (!came.up) return { up: came, requests: 0 };
        const loadOnce = async (): Promise<number> => (await load(one, smoke, { forMs: LOAD_MS, connections: 8 })).requests;
        return { up: came, requests: await enoughRequests(loadOnce) };
      },
    );
    const points = used.memory;
    const peak = highest(points);
    const { state, exitCode, oomKilled } = await running.state();
    await running.remove();
    if (!up.up) return { state: "not-tried", because: up.words };
    if (points.length === 0)
      return { state: "not-tried", because: "the engine does not count memory here: the kernel's memory cgroup is off" };
    const limit = lab.subject.spec.resources.memoryBytes;
    const measured = {
      peakBytes: peak,
      samples: points.length,
      from: used.from,
      requests,
      ...(used.memoryPeakBytes === undefined ? {} : { kernelPeakBytes: used.memoryPeakBytes }),
      ...(limit === undefined ? {} : { limitBytes: limit }),
    };
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
    const sampled = used.from === "engine" ? "sampled as often as the engine tells it: a shorter peak can be missed; " : "";
    const unless = `${sampled}a short load uses less than a long day; runtimes with a heap size it by the limit`;
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
    // With all that was cached it stayed below: nothing can have been missed.
    const whole =
      (used.memoryPeakBytes ?? Infinity) * 1.2 <= limit
        ? `, by the kernel's own count ${formatByteSize(used.memoryPeakBytes ?? 0)} with page cache`
        : "";
    return {
      state: "proven",
      because: `it used at most ${formatByteSize(peak)} of ${formatByteSize(limit)} over ${requests} requests${whole}`,
      measured,
      series,
      unless,
    };
  },
};
