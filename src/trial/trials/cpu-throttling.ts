import { setTimeout as sleep } from "node:timers/promises";
import { load } from "../load.ts";
import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

const FOR_MS = 3000;
const PER_SECOND = 20;
/** Of the times in which it had something to do. */
const MOST_THROTTLED = 0.25;
/** With fewer requests than that of what was asked for, the machine was too busy to show anything. */
const LEAST_DONE = 0.8;
/** Many engines tell what they counted up to a second ago. */
const STALE_MS = 1200;
/** The kernel counts in tenths of a second. */
const LEAST_PERIODS = 10;

export const cpuThrottling: Trial = {
  id: "cpu-throttling",
  items: ["resource-limits"],
  level: "deep",
  summary: "Under a modest load it is not held back by its limit of processor time.",
  why: "A limit is enforced by standing still for the rest of each tenth of a second: answers take a tenth longer, and no average of the processor's use shows it.",
  method: `A load of ${PER_SECOND} requests a second runs for ${FOR_MS / 1000} s; in how many of the kernel's periods it was held back is read before and after.`,
  source: "https://docs.kernel.org/scheduler/sched-bwc.html",
  alone: true,
  applies: ({ spec }, { smoke }) =>
    spec.resources.cpus === undefined
      ? "it has no limit of processor time that could hold it back"
      : smoke.requests.length > 0
        ? true
        : "it answers no requests over HTTP that could be a load",
  run: async (lab, { smoke, limitMs }) => {
    const running = await lab.start({ name: "cpu-throttling" });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    await load(running, smoke, { forMs: 500, connections: 4, perSecond: PER_SECOND });
    await sleep(STALE_MS);
    const before = await lab.inside.usage(running.name);
    const { requests, tookMs } = await load(running, smoke, { forMs: FOR_MS, connections: 8, perSecond: PER_SECOND });
    await sleep(STALE_MS);
    const after = await lab.inside.usage(running.name);
    await running.remove();
    if (before.throttling === undefined || after.throttling === undefined)
      return { state: "not-tried", because: "the engine does not count throttled periods here" };
    const periods = after.throttling.periods - before.throttling.periods;
    const throttled = after.throttling.throttledPeriods - before.throttling.throttledPeriods;
    const cpus = lab.subject.spec.resources.cpus ?? 0;
    const measured = {
      cpus,
      periods,
      throttled,
      throttledMs: Math.round((after.throttling.throttledNanoseconds - before.throttling.throttledNanoseconds) / 1e6),
      requests,
      medianMs: Math.round(tookMs[Math.floor(tookMs.length / 2)] ?? 0),
    };
    const unless = `it is asked ${PER_SECOND} times a second, a moment after its start: a runtime may still be compiling`;
    if (periods >= LEAST_PERIODS && throttled > periods * MOST_THROTTLED)
      return {
        state: "disproved",
        because: `with ${cpus} processors it was held back in ${throttled} of ${periods} periods of a tenth of a second`,
        measured,
        unless,
        proposals: [
          {
            path: ["deploy", "resources", "limits", "cpus"],
            value: String(Math.ceil(cpus * 8) / 4),
            because: `with ${cpus} it was held back in ${throttled} of ${periods} periods; twice as much is a beginning`,
          },
        ],
      };
    // Another program that takes the processor hides what the limit would have done.
    if (requests < (FOR_MS / 1000) * PER_SECOND * LEAST_DONE)
      return {
        state: "not-tried",
        because: `only ${requests} requests were done in ${FOR_MS / 1000} s: the machine is too busy to tell`,
        measured,
      };
    return {
      state: "proven",
      because: `with ${cpus} processors it was held back in ${throttled} of ${periods} periods over ${requests} requests`,
      measured,
      unless,
    };
  },
};
