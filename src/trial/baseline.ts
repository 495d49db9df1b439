import { setTimeout as sleep } from "node:timers/promises";
import { SeaworthyError } from "../core/index.ts";
import { healthcheckOf } from "./healthcheck.ts";
import type { Lab } from "./lab/lab.ts";
import { type Listener, lookAt, type Process } from "./lab/processes.ts";
import type { Running } from "./lab/running.ts";
import { discoverSmoke } from "./smoke/discover.ts";
import type { Smoke } from "./smoke/smoke.ts";
import type { Subject } from "./subject.ts";
import { comesUp } from "./up.ts";

/** The container as production would run it, in the lab: what every other experiment is compared with. It goes on running. */
export interface Baseline {
  readonly running: Running;
  readonly smoke: Smoke;
  /** From start to the first time that everything answered. */
  readonly upMs: number;
  /** What a variant is given to come up: a multiple of what the baseline took. */
  readonly limitMs: number;
  readonly processes: readonly Process[];
  readonly listeners: readonly Listener[];
  /** What it depends on and runs for real beside it, by name. */
  readonly dependencies: ReadonlyMap<string, Running>;
}

const FIRST_LIMIT_MS = 60_000;
const LEAST_LIMIT_MS = 8000;
const TIMES = 8;
/** A program that says nothing of ports and requests, has no health check and opens no port within it is taken for a worker. */
const SETTLE_MS = 3000;

/** Whether anything says that it serves. */
const serves = ({ spec, image, ready, requests }: Subject): boolean =>
  ready !== undefined || requests.length + image.config.exposedPorts.length + spec.expose.length + spec.ports.length > 0;

/** Until it listens, or has had the time to. */
const firstSigns = async (lab: Lab, running: Running): Promise<readonly Listener[]> => {
  const patient = serves(lab.subject) || healthcheckOf(lab.subject) !== undefined;
  const probe = await running.probe();
  for (;;) {
    const state = await running.state();
    if (state.state !== "running") return [];
    const { listeners } = await lookAt(probe);
    if (listeners.some(({ protocol }) => protocol === "tcp")) return listeners;
    const age = performance.now() - running.startedAt;
    if (!patient && age > SETTLE_MS) return listeners;
    if (age > FIRST_LIMIT_MS) return listeners;
    await sleep(50);
  }
};

/**
 * Runs the subject as production would and finds what shows that it works.
 * @throws INPUT_INVALID when it does not come up: nothing can be tried on what does not run; the message has its last lines
 */
export const runBaseline = async (lab: Lab, dependencies: Baseline["dependencies"]): Promise<Baseline> => {
  const { subject } = lab;
  const running = await lab.start({ name: "baseline" });
  const failed = (words: string): SeaworthyError =>
    new SeaworthyError(
      "INPUT_INVALID",
      `${subject.service} does not come up as production would run it, so nothing could be tried: ${words}`,
      {
        exit: 1,
        hint: "Mend that first; seaworthy run and docker run show the same.",
      },
    );
  const signs = await firstSigns(lab, running).catch((error: unknown) => error);
  const state = await running.state();
  if (state.state !== "running") {
    const up = await comesUp(running, { requests: [], ports: [] }, 0);
    throw failed(up.up ? "it ended" : up.words);
  }
  if (!Array.isArray(signs)) throw signs;
  let smoke: Smoke = await discoverSmoke(subject, running, signs);
  // A server may listen before it can answer: what failed at first is asked again until it is ready.
  const ready = subject.ready === undefined ? [] : [{ method: "GET", path: subject.ready.path, port: subject.ready.port, expect: 200 }];
  const first = await comesUp(
    running,
    smoke.requests.length === 0 && ready.length > 0 ? { requests: ready, ports: [] } : smoke,
    FIRST_LIMIT_MS,
  );
  if (!first.up) throw failed(first.words);
  const probe = await running.probe();
  const seen = await lookAt(probe);
  smoke = await discoverSmoke(subject, running, seen.listeners);
  const upMs = first.tookMs;
  return {
    running,
    smoke,
    upMs,
    limitMs: Math.max(LEAST_LIMIT_MS, upMs * TIMES) * Math.max(1, lab.atOnce / 2),
    processes: seen.processes,
    listeners: seen.listeners,
    dependencies,
  };
};
