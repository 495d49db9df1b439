import { setTimeout as sleep } from "node:timers/promises";
import { healthcheckOf } from "../healthcheck.ts";
import type { Lab } from "../lab/lab.ts";
import type { Running } from "../lab/running.ts";
import { ask } from "../smoke/request.ts";
import { type Smoke, smokeOnce } from "../smoke/smoke.ts";
import type { Subject } from "../subject.ts";
import type { Trial } from "../trial.ts";

const PAUSE_MS = 20;
const ANSWER_MS = 2000;
/** How many times as long as it takes when all is well it is given: on a busy machine a health check alone takes seconds. */
const PATIENCE = 4;
const LONGEST_MS = 15_000;
/** So many times in a row it said ready and was not: one may have fallen into the moment between two questions. */
const TIMES = 2;

/** Who says that it is ready. */
interface Voice {
  readonly name: string;
  readonly says: (running: Running, withinMs: number) => Promise<boolean>;
  /** Whether it says so with nothing running: then it says nothing, which another experiment shows. */
  readonly isFake: (lab: Lab, withinMs: number) => Promise<boolean>;
}

const voiceOf = (subject: Subject): Voice | undefined => {
  const { ready } = subject;
  if (ready !== undefined)
    return {
      name: `GET ${ready.path} on port ${ready.port}`,
      isFake: () => Promise.resolve(false),
      says: async (running, timeoutMs) => {
        const { status = 0 } = await ask(() => running.dial(ready.port), { method: "GET", path: ready.path }, { timeoutMs });
        return status >= 200 && status < 400;
      },
    };
  const health = healthcheckOf(subject);
  if (health === undefined) return undefined;
  return {
    name: "its health check",
    isFake: async (lab, timeoutMs) => {
      const idle = await lab.startIdle({ name: "early-readiness-idle" });
      const { exitCode } = await idle.exec(health.command, { timeoutMs });
      await idle.remove();
      return exitCode === 0;
    },
    says: async (running, timeoutMs) => (await running.exec(health.command, { timeoutMs })).exitCode === 0,
  };
};

/** What is asked beside readiness itself. */
const others = ({ requests, ports }: Smoke, { ready }: Subject): Smoke => ({
  requests: requests.filter(
    ({ method, path, port }) => ready === undefined || method !== "GET" || path !== ready.path || port !== ready.port,
  ),
  ports,
});

export const earlyReadiness: Trial = {
  id: "early-readiness",
  items: ["healthcheck"],
  level: "standard",
  summary: "It does not say that it is ready before it serves.",
  why: "The proxy, and whatever depends on it, sends traffic from the moment that it says ready. What is answered wrong until then is lost, in each release.",
  method:
    "From its start it is asked whether it is ready, without a pause; each time that it says so its smoke requests are sent at once. Twice in a row ready and not serving is too early.",
  source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#types-of-probe",
  applies: (subject, { smoke }) => {
    if (voiceOf(subject) === undefined) return "nothing says that it is ready: it has no readiness path and no health check";
    const { requests, ports } = others(smoke, subject);
    return requests.length + ports.length > 0 ? true : "it is asked for nothing but its readiness";
  },
  run: async (lab, { running: usual, smoke, limitMs }) => {
    const voice = voiceOf(lab.subject);
    if (voice === undefined) return { state: "not-tried", because: "nothing says that it is ready" };
    const begun = performance.now();
    await voice.says(usual, LONGEST_MS).catch(() => false);
    const withinMs = Math.round(Math.max(ANSWER_MS, (performance.now() - begun) * PATIENCE));
    if (await voice.isFake(lab, withinMs))
      return { state: "not-tried", because: `${voice.name} succeeds with nothing running, as fake-healthcheck shows` };
    const asked = others(smoke, lab.subject);
    const running = await lab.start({ name: "early-readiness" });
    const age = (): number => Math.round(performance.now() - running.startedAt);
    let early = 0;
    let inRow = 0;
    let first: { readonly at: number; readonly words: string } | undefined;
    for (let readyAt: number | undefined; age() < limitMs; await sleep(PAUSE_MS)) {
      const { state, exitCode } = await running.state();
      if (state !== "running") return { state: "not-tried", because: `it ended with ${exitCode ?? "no status"}` };
      if (!(await voice.says(running, withinMs).catch(() => false))) {
        inRow = 0;
        continue;
      }
      readyAt ??= age();
      const { ok, words } = await smokeOnce(running, asked, withinMs);
      if (ok) {
        const servedAt = age();
        await running.remove();
        const measured = { readyMs: readyAt, servedMs: servedAt };
        if (first === undefined || early < TIMES)
          return {
            state: "proven",
            because: `${voice.name} said ready after ${readyAt} ms, and all was answered`,
            measured,
            unless: "with a dependency away it may say so too early; dependency-down tells what it said then",
          };
        return {
          state: "disproved",
          because: `${voice.name} said ready after ${first.at} ms, when ${first.words}; all was answered after ${servedAt} ms`,
          measured: { ...measured, readyMs: first.at },
        };
      }
      first ??= { at: readyAt, words };
      inRow += 1;
      early = Math.max(early, inRow);
    }
    return { state: "not-tried", because: `it did not serve within ${Math.round(limitMs / 1000)} s` };
  },
};
