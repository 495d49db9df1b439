import { setTimeout as sleep } from "node:timers/promises";
import { openRequests } from "../in-flight.ts";
import { load } from "../load.ts";
import { comesUp } from "../up.ts";
import type { Series } from "../series.ts";
import type { SmokeRequest } from "../smoke/request.ts";
import type { Smoke } from "../smoke/smoke.ts";
import type { Subject } from "../subject.ts";
import type { Trial } from "../trial.ts";
import { signalNumber } from "./stop-signal.ts";

const IN_FLIGHT = 8;
/** How long each is kept open by sending its last part late, when the service is asked to stop in between. */
const OPEN_MS = 1000;

/** Rather not the readiness path, which says 503 from the signal on, and rightly so. Unless the user said what to expect, any whole answer is one. */
const inFlightOf = ({ requests, ready }: Subject, smoke: Smoke): SmokeRequest | undefined => {
  const [first] = smoke.requests;
  const chosen =
    smoke.requests.find(({ path, body }) => body !== undefined && path !== ready?.path) ??
    smoke.requests.find(({ path }) => path !== ready?.path) ??
    first;
  if (chosen === undefined || requests.length > 0) return chosen;
  const { expect: _, ...rest } = chosen;
  return rest;
};

/** From the signal to the end: how many requests were still open. Those that were cut off stay open. */
const stopSeries = (
  signal: string,
  answeredMs: readonly number[],
  { exitMs, exit, graceMs }: { readonly exitMs: number; readonly exit: string; readonly graceMs: number },
): Series => {
  const answers = answeredMs.map(Math.round).toSorted((a, b) => a - b);
  const [end, lastAnswer] = [Math.round(exitMs), answers.at(-1)];
  return {
    name: "stop",
    unit: "requests",
    points: [
      { at: 0, value: IN_FLIGHT },
      ...answers.map((at, index) => ({ at, value: IN_FLIGHT - index - 1 })),
      { at: end, value: IN_FLIGHT - answers.length },
    ],
    marks: [
      { at: 0, label: signal },
      ...(lastAnswer === undefined ? [] : [{ at: lastAnswer, label: "last answer" }]),
      { at: end, label: exit },
    ],
    limit: graceMs,
  };
};

export const gracefulStop: Trial = {
  id: "graceful-stop",
  items: ["graceful-stop"],
  proves: ["graceful-stop"],
  level: "standard",
  summary: "Asked to stop, it finishes what it has begun and ends by itself within the grace period.",
  why: "Every release, every restart and every move stops containers. What is cut off then is a customer's order.",
  method: `Under steady load over kept connections, ${IN_FLIGHT} requests are begun, the engine's stop is asked for, and a second later they are completed. All of them must be answered, the exit status be 0 or the signal's, before SIGKILL.`,
  source: "https://docs.docker.com/reference/cli/docker/container/stop/",
  alone: true,
  applies: (_subject, { smoke }) => (smoke.requests.length > 0 ? true : "it answers no requests over HTTP that could be in flight"),
  run: async (lab, { smoke, limitMs }) => {
    const { spec, image } = lab.subject;
    const running = await lab.start({ name: "graceful-stop" });
    const up = await comesUp(running, smoke, limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const request = inFlightOf(lab.subject, smoke);
    if (request === undefined) return { state: "not-tried", because: "it answers no requests over HTTP" };
    const graceSeconds = Math.min(spec.stopGraceSeconds, 15);
    const begun = await openRequests(running, request, IN_FLIGHT);
    const background = load(running, smoke, { forMs: 200, connections: 2, perSecond: 50 });
    await sleep(150);
    const asked = performance.now();
    const stopped = running.stop(graceSeconds);
    await sleep(Math.min(OPEN_MS, (graceSeconds * 1000) / 3));
    const answers = await begun.finish();
    const [{ exitCode, seconds }] = await Promise.all([stopped, background]);
    const finished = answers.filter(({ fault }) => fault === undefined).length;
    const signal = signalNumber(spec.stopSignal ?? image.config.stopSignal ?? "SIGTERM");
    const killed = exitCode === 137 || seconds > graceSeconds - 0.1;
    const clean = exitCode === 0 || exitCode === 128 + signal;
    const measured = {
      inFlight: IN_FLIGHT,
      finished,
      exitCode: exitCode ?? "unknown",
      seconds: Math.round(seconds * 100) / 100,
      graceSeconds,
    };
    const series = stopSeries(
      spec.stopSignal ?? image.config.stopSignal ?? "SIGTERM",
      answers.filter(({ fault }) => fault === undefined).map(({ at }) => at - asked),
      { exitMs: seconds * 1000, exit: killed ? "SIGKILL" : `exit ${exitCode ?? "unknown"}`, graceMs: graceSeconds * 1000 },
    );
    const cut = IN_FLIGHT - finished;
    const faults = [
      ...(killed ? [`it did not end within ${graceSeconds} s and was killed`] : clean ? [] : [`it ended with ${exitCode ?? "no status"}`]),
      ...(cut > 0
        ? [`${cut} of ${IN_FLIGHT} requests in flight were cut off (${answers.find(({ fault }) => fault !== undefined)?.fault ?? ""})`]
        : []),
    ];
    const unless = `each request was kept open for ${OPEN_MS / 1000} s by ${begun.how}`;
    if (faults.length > 0) return { state: "disproved", because: faults.join("; "), measured, series, unless };
    return {
      state: "proven",
      because: `all ${IN_FLIGHT} requests in flight were answered and it ended with ${exitCode ?? ""} after ${measured.seconds} s of ${spec.stopGraceSeconds}`,
      measured,
      series,
      unless,
    };
  },
};
