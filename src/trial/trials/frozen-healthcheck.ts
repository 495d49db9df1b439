import { setTimeout as sleep } from "node:timers/promises";
import { healthcheckOf } from "../healthcheck.ts";
import { lookAt } from "../lab/processes.ts";
import { signalAll } from "../lab/signals.ts";
import { comesUp } from "../up.ts";
import type { Reading, Trial } from "../trial.ts";

/** As often as the engine would ask, only faster: what is shown is that a check that hangs counts as failed. */
const FAST = { Interval: 1e9, Retries: 2, StartPeriod: 1e9 } as const;
const LEAST_TIMEOUT_MS = 2000;
/** How many times as long as it takes when all is well a check is given: what is cut off for being slow on a busy machine shows nothing. */
const TIMES = 4;
/** What hangs for so long hangs. */
const LONGEST_MS = 10_000;

/** What a check is given that took so long, and has so long by its own settings. */
export const timeoutMsOf = (tookMs: number, ownMs: number): number =>
  Math.round(Math.max(LEAST_TIMEOUT_MS, Math.min(tookMs * TIMES, ownMs)));

/** Of a container that answers its requests and does not become healthy: `exitCode` is that of its check when it was given several times as long. */
export const neverHealthy = (exitCode: number | undefined, said: string, timeoutMs: number): Reading =>
  exitCode === 0
    ? { state: "not-tried", because: `its health check succeeds, and not within ${timeoutMs / 1000} s: the machine is too busy to tell` }
    : { state: "disproved", because: `it answers its requests and its health check fails: ${said}` };

export const frozenHealthcheck: Trial = {
  id: "frozen-healthcheck",
  items: ["healthcheck"],
  proves: ["healthcheck"],
  level: "standard",
  summary: "The health check notices a program that hangs, and that it is well again.",
  why: "A deadlock, an endless loop, a lost connection: the process is there and its port is open, and nobody is served. Only a check that asks for an answer can tell.",
  method:
    "Every process of the container is stopped by a signal until the engine calls it unhealthy, then let go on until it is healthy; the check's times are shortened to seconds.",
  source: "https://docs.docker.com/reference/dockerfile/#healthcheck",
  applies: (subject) => (healthcheckOf(subject) === undefined ? "the service has no health check" : true),
  run: async (lab, { running: usual, smoke, limitMs }) => {
    const health = healthcheckOf(lab.subject);
    if (health === undefined) return { state: "not-tried", because: "the service has no health check" };
    const asked = performance.now();
    await usual.exec(health.command, { timeoutMs: health.timeoutMs });
    const timeoutMs = timeoutMsOf(performance.now() - asked, health.timeoutMs);
    const running = await lab.start({
      name: "frozen",
      change: (config) => ({ ...config, Healthcheck: { ...FAST, Timeout: timeoutMs * 1e6, Test: ["CMD", ...health.command] } }),
    });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const becomes = async (status: string, over = new AbortController().signal): Promise<number | undefined> => {
      const begun = performance.now();
      while (!over.aborted && performance.now() - begun < Math.max(15_000, limitMs, timeoutMs * FAST.Retries * 2)) {
        if ((await running.state()).health?.status === status) return Math.round(performance.now() - begun);
        await sleep(100);
      }
      return undefined;
    };
    if ((await becomes("healthy")) === undefined) {
      const said = (await running.state()).health?.lastOutput.slice(0, 160) ?? "";
      const { exitCode } = await running.exec(health.command, { timeoutMs: Math.max(LONGEST_MS, timeoutMs * TIMES) });
      return neverHealthy(exitCode, said, timeoutMs);
    }
    const probe = await running.probe();
    await signalAll(lab, running, "SIGSTOP");
    const going = (await lookAt(probe)).processes.filter(({ pid, parent, state }) => (pid === 1 || parent !== 0) && !/[TZ]/.test(state));
    if (going.length > 0)
      return { state: "not-tried", because: `its processes could not be stopped: ${going[0]?.command.slice(0, 80) ?? ""} goes on` };
    // The engine cuts it off earlier than it would with its own times, and calls that a failure: what succeeds with them is told apart by asking it.
    const over = new AbortController();
    const [noticedMs, { exitCode }] = await Promise.all([
      becomes("unhealthy", over.signal),
      running.exec(health.command, { timeoutMs: Math.min(health.timeoutMs, LONGEST_MS) }).then((asked) => {
        if (asked.exitCode === 0) over.abort();
        return asked;
      }),
    ]);
    await signalAll(lab, running, "SIGCONT");
    if (exitCode === 0) {
      await running.remove();
      return {
        state: "disproved",
        because: "with every process stopped the health check succeeds",
        measured: { exitCode, noticedMs: noticedMs ?? "never" },
      };
    }
    const recoveredMs = noticedMs === undefined ? undefined : await becomes("healthy");
    await running.remove();
    const measured = { noticedMs: noticedMs ?? "never", recoveredMs: recoveredMs ?? "never" };
    const own = Math.round((health.retries * (health.intervalMs + health.timeoutMs)) / 1000);
    if (noticedMs === undefined)
      return { state: "disproved", because: "with every process stopped the health check goes on succeeding", measured };
    if (recoveredMs === undefined)
      return { state: "disproved", because: "once it was unhealthy it did not become healthy again", measured };
    return {
      state: "proven",
      because: "stopped, it became unhealthy, and healthy again when it went on",
      measured,
      unless: `with its own times it takes up to ${own} s to be noticed`,
    };
  },
};
