import { setTimeout as sleep } from "node:timers/promises";
import { formatByteSize, isSeaworthyError } from "../../core/index.ts";
import { healthcheckOf } from "../healthcheck.ts";
import type { Lab } from "../lab/lab.ts";
import { TRIAL_LABEL } from "../lab/names.ts";
import { belowFirst, lookAt, type Process } from "../lab/processes.ts";
import type { Running } from "../lab/running.ts";
import { load } from "../load.ts";
import { MEMORY_PATH, roomyLimit } from "../memory-limit.ts";
import { bisect } from "../search/bisect.ts";
import { smokeOnce } from "../smoke/smoke.ts";
import type { Baseline } from "../baseline.ts";
import { comesUp } from "../up.ts";
import type { Trial } from "../trial.ts";

const MIB = 1024 * 1024;
/** No engine takes a smaller limit. */
const FLOOR = 6 * MIB;
const RUNS = 6;
/** How near to what works the search comes. */
const RATIO = 1.15;
/** Whose limit is not at least so many times what it was killed with has too small a limit. */
const ROOM = 1.2;
/** How many times as long as the baseline a run is given. */
const TIMES = 4;
const LEAST_MS = 3000;

/** How a run with less memory went. `late`: neither killed nor done in time, which a busy machine is enough for. */
type Squeezed = { readonly how: "works" | "killed" | "late" | "lives-on"; readonly words: string };

/** Names of containers in which the kernel killed something for want of memory, as the engine tells it. */
const oomEvents = (lab: Lab, signal: AbortSignal): { readonly count: (container: string) => number; readonly over: Promise<void> } => {
  const counts = new Map<string, number>();
  const over = (async () => {
    for await (const { action, attributes } of lab.engine.system.events({ labels: { [TRIAL_LABEL]: lab.run }, signal })) {
      const name = attributes["name"] ?? "";
      if (action === "oom") counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  })();
  return { count: (container) => counts.get(container) ?? 0, over };
};

const squeezer = (lab: Lab, baseline: Baseline, kills: (container: string) => number) => {
  const { smoke, limitMs, upMs } = baseline;
  const withinMs = Math.min(limitMs, Math.max(LEAST_MS, upMs * TIMES));
  // Who waited once for something that never came does not wait for it again.
  let known: "lives-on" | "slow" | undefined;
  const outcome = async (running: Running): Promise<Squeezed> => {
    const up = await comesUp(running, smoke, withinMs);
    const loaded = up.up ? await load(running, smoke, { forMs: 800, connections: 4 }) : undefined;
    const answers = loaded !== undefined && loaded.failed === 0 && (await smokeOnce(running, smoke, withinMs)).ok;
    // The engine tells it a moment later than it happens.
    if (!answers) await sleep(200);
    const { state, exitCode, oomKilled } = await running.state();
    const killed = oomKilled || kills(running.name) > 0;
    if (state !== "running") return { how: "killed", words: `it ended with ${exitCode ?? "no status"}` };
    if (!killed) return answers ? { how: "works", words: "" } : { how: "late", words: up.up ? (loaded?.firstFailure ?? "") : up.words };
    known ??= await afterKill(running, baseline, () => kills(running.name));
    return known === "lives-on"
      ? { how: "lives-on", words: "killed for want of memory, its first process lived on and nothing was answered" }
      : { how: "killed", words: "part of it was killed for want of memory" };
  };
  return async (bytes: number): Promise<Squeezed> => {
    let running: Running;
    try {
      running = await lab.start({
        name: `memory-${Math.round(bytes / MIB)}`,
        change: (config) => ({ ...config, HostConfig: { ...config.HostConfig, Memory: bytes, MemorySwap: bytes, MemoryReservation: 0 } }),
      });
    } catch (error) {
      // So little that the engine's own part of the start is killed.
      if (isSeaworthyError(error) && error.code === "ENGINE_REFUSED") return { how: "killed", words: "the engine could not start it" };
      throw error;
    }
    const result = await outcome(running);
    await running.remove();
    return result;
  };
};

/**
 * What of a healthy container's processes is not there any more. A supervisor's child that was started anew is there again, however slow it is; command lines are
 * compared, for a supervisor and its child may be the same program.
 */
export const goneOf = (healthy: readonly Process[], now: readonly Process[]): readonly string[] => {
  const there = new Set(belowFirst(now).map(({ command }) => command));
  return belowFirst(healthy)
    .map(({ command }) => command)
    .filter((command) => command !== "" && !there.has(command));
};

/**
 * What becomes of it once part of it was killed. `lives-on`: it goes on running, nothing is killed any more, nothing answers, and what was killed was not started anew.
 * `slow`: what was started anew has not answered, and may yet. Undefined: it answered, ended, or was killed again.
 */
const afterKill = async (
  running: Running,
  { smoke, limitMs, processes }: Baseline,
  kills: () => number,
): Promise<"lives-on" | "slow" | undefined> => {
  const before = kills();
  const again = await comesUp({ ...running, startedAt: performance.now() }, smoke, limitMs);
  if (again.up || again.exitCode !== undefined || kills() !== before) return undefined;
  if (belowFirst(processes).length === 0) return "lives-on";
  return goneOf(processes, (await lookAt(await running.probe())).processes).length > 0 ? "lives-on" : "slow";
};

export const memorySqueeze: Trial = {
  id: "memory-squeeze",
  items: ["resource-limits"],
  level: "deep",
  summary: "Its memory limit is well above the least with which it works, and below that it ends where everybody sees it.",
  why: "What a program has in use is not what it needs: a runtime fills what it is given. And where only a child is killed for want of memory, the container goes on running and serves nobody.",
  method: `The container is run with less and less memory and no swap, at most ${RUNS} times: the least with which its smoke requests are answered under a short load counts, and how it ends below that.`,
  source: "https://docs.docker.com/engine/containers/resource_constraints/",
  alone: true,
  applies: () => true,
  run: async (lab, baseline) => {
    const own = lab.subject.spec.resources.memoryBytes;
    const { memory } = await lab.inside.usage(baseline.running.name);
    if (memory === undefined)
      return { state: "not-tried", because: "the engine does not count memory here: the kernel's memory cgroup is off" };
    const used = memory.workingSetBytes;
    const over = new AbortController();
    const events = oomEvents(lab, AbortSignal.any([lab.signal, over.signal]));
    const seen: (Squeezed & { readonly bytes: number })[] = [];
    const squeeze = squeezer(lab, baseline, events.count);
    try {
      const known = own ?? memory.limitBytes ?? 1024 * MIB;
      const { works: least, runs } = await bisect(
        { floor: Math.max(FLOOR, Math.round(used / 4)), works: known, first: Math.min(used * 1.1, known / ROOM), ratio: RATIO, runs: RUNS },
        async (bytes) => {
          const result = await squeeze(bytes);
          seen.push({ ...result, bytes });
          return result.how === "works";
        },
      );
      const killed = seen.filter(({ how }) => how === "killed" || how === "lives-on").toSorted((a, b) => b.bytes - a.bytes);
      const [highest] = killed;
      const lives = killed.find(({ how }) => how === "lives-on");
      const measured = {
        leastBytes: least,
        usedBytes: used,
        runs,
        ...(own === undefined ? {} : { limitBytes: own }),
        ...(highest === undefined ? {} : { killedAtBytes: highest.bytes, end: highest.words }),
      };
      const unless = "a short load needs less than a long day";
      const enough = `it answers with ${formatByteSize(least)}`;
      const proposal = {
        path: MEMORY_PATH,
        value: roomyLimit(Math.max(least, used)),
        because: `${enough}, and had ${formatByteSize(used)} in use`,
      };
      if (lives !== undefined && healthcheckOf(lab.subject) === undefined)
        return {
          state: "disproved",
          because: `with ${formatByteSize(lives.bytes)}, ${lives.words}; there is no health check to notice`,
          measured,
          unless,
        };
      if (own === undefined)
        return { state: "disproved", because: `it has no memory limit; ${enough}`, measured, unless, proposals: [proposal] };
      if (highest !== undefined && highest.bytes >= Math.round(own / ROOM))
        return {
          state: "disproved",
          because: `with ${formatByteSize(highest.bytes)} of the ${formatByteSize(own)} that it may use ${highest.words}`,
          measured,
          unless,
          proposals: [proposal],
        };
      if (least * ROOM > own)
        return {
          state: "not-tried",
          because: `with less than ${formatByteSize(least)} it was not killed and did not answer in time`,
          measured,
        };
      const below = highest === undefined ? "" : `; with ${formatByteSize(highest.bytes)} ${highest.words}`;
      return { state: "proven", because: `${enough} of the ${formatByteSize(own)} that it may use${below}`, measured, unless };
    } finally {
      over.abort();
      await events.over.catch(() => undefined);
    }
  },
};
