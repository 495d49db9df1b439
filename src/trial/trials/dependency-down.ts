import { setTimeout as sleep } from "node:timers/promises";
import type { Baseline } from "../baseline.ts";
import { startRefusing, waitFor } from "../dependencies.ts";
import type { Lab } from "../lab/lab.ts";
import type { Running } from "../lab/running.ts";
import { signalAll } from "../lab/signals.ts";
import { ask, type SmokeAnswer } from "../smoke/request.ts";
import type { Dependency } from "../subject.ts";
import type { Reading, Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

/** Long enough for what asks its dependency once in a while. */
const LEAST_MS = 3000;
/** An answer that takes longer is none. */
const ANSWER_MS = 15_000;
/** Who is slower than that with everything there is not judged by how long it takes. */
const QUICK_MS = ANSWER_MS / 10;
const GRACE_SECONDS = 10;
/** Some wait for half a minute before they ask again. */
const BACK_MS = 60_000;

/** What was seen of the subject while something was not there: `fault` when that should not be. */
interface Seen {
  readonly fault?: string;
  readonly readiness?: string;
}

const watch = async (lab: Lab, running: Running, { smoke, upMs }: Baseline, how: string, judgesTime: boolean): Promise<Seen> => {
  const begun = performance.now();
  const slow: string[] = [];
  const one = async ({ path, method, port, headers, body }: Baseline["smoke"]["requests"][number]): Promise<void> => {
    const answer = await ask(
      () => running.dial(port),
      { method, path, ...(headers === undefined ? {} : { headers }), ...(body === undefined ? {} : { body }) },
      { timeoutMs: ANSWER_MS, signal: lab.signal },
    );
    if (answer.status === undefined && answer.tookMs >= ANSWER_MS) slow.push(`${method} ${path}`);
  };
  const ended = async (): Promise<string | undefined> => {
    const state = await running.state();
    if (state.state === "running") return undefined;
    const last = (await running.logs(3)).map((line) => line.slice(0, 160)).join(" | ");
    return `${how} it ended with ${state.exitCode ?? "no status"}${last === "" ? "" : `; it said last: ${last}`}`;
  };
  while (performance.now() - begun < Math.max(LEAST_MS, upMs * 2)) {
    const fault = await ended();
    if (fault !== undefined) return { fault };
    await Promise.all(smoke.requests.map(one));
    if (slow.length > 0) break;
    await sleep(200);
  }
  const fault = await ended();
  if (fault !== undefined) return { fault };
  const { ready } = lab.subject;
  const answer: SmokeAnswer | undefined =
    ready === undefined
      ? undefined
      : await ask(() => running.dial(ready.port), { method: "GET", path: ready.path }, { timeoutMs: ANSWER_MS });
  const readiness = answer === undefined ? {} : { readiness: `${how} ${answer.status ?? "no answer"}` };
  if (slow.length > 0 && judgesTime) return { fault: `${how} ${slow[0] ?? ""} had no answer within ${ANSWER_MS / 1000} s`, ...readiness };
  return readiness;
};

/** Another dependency that did not outlive the last one's absence: what the subject does without both says nothing of the one. */
const endedAlong = async ({ subject }: Lab, { dependencies }: Baseline, without: string): Promise<Reading | undefined> => {
  for (const { name, until } of subject.dependencies)
    if (until !== "ended" && ((await dependencies.get(name)?.state())?.state ?? "running") !== "running")
      return { state: "not-tried", because: `without ${without}, ${name} ended, which it depends on as well` };
  return undefined;
};

/** One dependency away, refusing and silent, in turn. It is there again afterwards. */
const without = async (
  lab: Lab,
  running: Running,
  baseline: Baseline,
  dependency: Dependency,
  other: Running,
): Promise<Reading | readonly string[]> => {
  const { name, image } = dependency;
  if (image === undefined) return [];
  const { smoke, limitMs } = baseline;
  const usual = await Promise.all(smoke.requests.map((request) => ask(() => running.dial(request.port), request)));
  const judgesTime = usual.every(({ tookMs, status }) => status !== undefined && tookMs < QUICK_MS);
  const { startedAt } = await running.state();
  const readiness: string[] = [];
  const during = async (how: string, judges = judgesTime): Promise<Reading | undefined> => {
    const { fault, readiness: told } = await watch(lab, running, baseline, how, judges);
    if (told !== undefined) readiness.push(told);
    return fault === undefined ? undefined : { state: "disproved", because: fault, measured: { readiness } };
  };
  const afterwards = async (): Promise<Reading | undefined> => {
    const along = await endedAlong(lab, baseline, name);
    if (along !== undefined) return along;
    const up = await comesUp({ ...running, startedAt: performance.now() }, smoke, Math.max(limitMs, BACK_MS));
    const state = await running.state();
    if (up.up && state.startedAt === startedAt) return undefined;
    return {
      state: "disproved",
      because: `once ${name} was there again ${up.up ? "it had been restarted" : up.words}`,
      measured: { readiness },
    };
  };
  await lab.engine.containers.stop(other.name, GRACE_SECONDS);
  // How long an unknown name takes is the resolver's doing, which on a machine without a network waits for its own.
  let reading = await during(`without ${name}`, false);
  if (reading === undefined) {
    const refusing = await startRefusing(lab, name);
    reading = await during(`refused by ${name}`);
    await lab.engine.containers.remove(refusing);
  }
  const anew = await other.startAgain();
  await waitFor(dependency, image, anew);
  reading ??= await afterwards();
  if (reading !== undefined) return reading;
  await signalAll(lab, anew, "SIGSTOP");
  try {
    reading = await during(`with ${name} silent`);
  } finally {
    await signalAll(lab, anew, "SIGCONT");
  }
  return reading ?? (await afterwards()) ?? readiness;
};

export const dependencyDown: Trial = {
  id: "dependency-down",
  items: ["restart-policy"],
  level: "deep",
  summary: "It outlives what it depends on, answers meanwhile, and goes on when that is there again.",
  why: "A database restarts, a cache is moved, a network hangs. What ends then comes up again only to end again; what waits without a limit takes its callers with it.",
  method:
    "Each dependency is stopped, replaced by something that refuses, started again and then stopped by a signal, so that it takes connections and says nothing. Meanwhile the container must go on running and every smoke request have an answer, whatever it is; afterwards they must be answered as before.",
  source: "https://sre.google/sre-book/addressing-cascading-failures/",
  alone: true,
  applies: (_subject, { dependencies }) => (dependencies.size > 0 ? true : "nothing that it depends on runs for real beside it"),
  run: async (lab, baseline) => {
    const running = await lab.start({ name: "dependency-down" });
    const up = await comesUp(running, baseline.smoke, baseline.limitMs);
    if (!up.up) return { state: "not-tried", because: up.words };
    const readiness: string[] = [];
    const names: string[] = [];
    for (const dependency of lab.subject.dependencies) {
      const other = baseline.dependencies.get(dependency.name);
      if (other === undefined || dependency.until === "ended") continue;
      const result = await without(lab, running, baseline, dependency, other);
      if ("state" in result)
        return (
          (await endedAlong(lab, baseline, dependency.name)) ?? {
            ...result,
            unless: "what restarts it by itself makes a row of crashes of an end, or hides it",
          }
        );
      readiness.push(...result);
      names.push(dependency.name);
    }
    if (names.length === 0) return { state: "not-tried", because: "all that it depends on are programs that end" };
    await running.remove();
    return {
      state: "proven",
      because: `without ${names.join(", ")}, refused and kept waiting, it went on running and answering, and served as before afterwards`,
      measured: { readiness },
      unless: "what only other requests ask of a dependency is not seen",
    };
  },
};
