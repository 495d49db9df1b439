import { comesUp } from "../up.ts";
import { healthcheckOf } from "../healthcheck.ts";
import type { Series } from "../series.ts";
import type { Trial } from "../trial.ts";

const RUNS = 3;
const HEADROOM = 2;

export const startUp: Trial = {
  id: "start-up",
  items: ["healthcheck"],
  level: "standard",
  summary: "It is ready well within the time that its health check gives it to start.",
  why: "A start that takes longer than the start period is counted as failing: the container is called unhealthy, restarted or taken back while it was only slow.",
  method: `It is started ${RUNS} times; from the start to the first time that all its requests are answered, the longest counts.`,
  source: "https://docs.docker.com/reference/dockerfile/#healthcheck",
  alone: true,
  applies: () => true,
  run: async (lab, { smoke, limitMs, upMs }) => {
    const times = [upMs];
    for (let run = 1; run < RUNS; run += 1) {
      const running = await lab.start({ name: `start-up-${run}` });
      const up = await comesUp(running, smoke, limitMs);
      await running.remove();
      if (!up.up) return { state: "disproved", because: `started ${RUNS} times it did not come up each time: ${up.words}` };
      times.push(up.tookMs);
    }
    const longest = Math.max(...times);
    const health = healthcheckOf(lab.subject);
    const givenMs = health === undefined ? undefined : health.startPeriodMs + health.retries * health.intervalMs;
    const series: Series = {
      name: "start-up",
      unit: "ms",
      points: times.map((value, index) => ({ at: index + 1, value })),
      ...(givenMs === undefined ? {} : { limit: givenMs }),
    };
    const measured = { startUpMs: times.map(String), longestMs: longest };
    if (givenMs === undefined)
      return {
        state: "not-tried",
        because: `it is ready after at most ${longest} ms; there is no health check whose times could fit`,
        measured,
        series,
      };
    if (longest * HEADROOM > givenMs)
      return {
        state: "disproved",
        because: `it takes up to ${longest} ms to be ready, and counts as unhealthy after ${givenMs} ms`,
        measured,
        series,
        proposals: [
          {
            path: ["healthcheck", "start_period"],
            value: `${Math.ceil((longest * HEADROOM * 2) / 1000)}s`,
            because: `it was ready after at most ${longest} ms in ${RUNS} starts`,
          },
        ],
      };
    return {
      state: "proven",
      because: `ready after at most ${longest} ms in ${RUNS} starts, and given ${givenMs} ms`,
      measured,
      series,
      unless: "a cold page cache and a busy host take longer",
    };
  },
};
