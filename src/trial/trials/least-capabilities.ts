import type { Baseline } from "../baseline.ts";
import { grantedCapabilities, unprivileged } from "../capabilities.ts";
import type { Lab } from "../lab/lab.ts";
import { ddmin } from "../search/ddmin.ts";
import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

/** Each takes about a start and a stop. */
const MOST_RUNS = 40;
/** How many times as long as the baseline a run is given at first. */
const TIMES = 4;
const LEAST_MS = 2000;
const LEAST_GRACE_SECONDS = 5;

interface Attempt {
  readonly up: boolean;
  /** It ended by itself within the grace period. */
  readonly stopped: boolean;
  readonly stopSeconds: number;
  /** It went on running, and was only not there in time: on a busy machine that need not be for want of a capability. */
  readonly late: boolean;
  readonly words: string;
}

interface Patience {
  readonly withinMs: number;
  readonly graceSeconds: number;
}

/** Runs it with some capabilities alone. A stop is part of it: an init that may not signal another user's process is seen there only. */
const attempts = (lab: Lab, { smoke }: Baseline) => {
  let runs = 0;
  return {
    runs: () => runs,
    attempt: async (capabilities: readonly string[], { withinMs, graceSeconds }: Patience): Promise<Attempt> => {
      runs += 1;
      if (runs > MOST_RUNS) throw new Error(`${MOST_RUNS} runs did not tell which capabilities it needs`);
      const running = await lab.start({
        name: `capabilities-${runs}`,
        change: (config) => ({ ...config, HostConfig: { ...config.HostConfig, CapDrop: ["ALL"], CapAdd: capabilities } }),
      });
      const up = await comesUp(running, smoke, withinMs);
      if (!up.up) {
        await running.remove();
        return { up: false, stopped: false, stopSeconds: 0, late: up.exitCode === undefined, words: up.words };
      }
      const { exitCode, seconds } = await running.stop(graceSeconds);
      await running.remove();
      const stopped = exitCode !== 137;
      return { up: true, stopped, stopSeconds: seconds, late: !stopped, words: stopped ? "" : `it did not end within ${graceSeconds} s` };
    },
  };
};

export const leastCapabilities: Trial = {
  id: "least-capabilities",
  items: ["least-capabilities"],
  level: "deep",
  summary: "It is given the capabilities that it needs, and no others.",
  why: "Root in a container has fourteen capabilities by default, and a usual program needs none or two of them. The others are there for whoever takes it over.",
  method:
    "The container is run again and again with every capability dropped and some added back, until the fewest are found with which its smoke requests are answered and it stops as before.",
  source: "https://man7.org/linux/man-pages/man7/capabilities.7.html",
  applies: ({ spec }) =>
    grantedCapabilities(spec).length > 0 ? unprivileged({ spec }) : "it is run without any capability: there is none to take away",
  run: async (lab, baseline) => {
    const granted = grantedCapabilities(lab.subject.spec);
    const { attempt, runs } = attempts(lab, baseline);
    const reference = await attempt(granted, { withinMs: baseline.limitMs, graceSeconds: LEAST_GRACE_SECONDS });
    if (!reference.up) return { state: "not-tried", because: `run again as in the baseline, ${reference.words}` };
    // Of a program that does not stop with all of them, not stopping shows nothing: it is killed at once.
    const graceSeconds = reference.stopped ? Math.ceil(Math.max(LEAST_GRACE_SECONDS, reference.stopSeconds * TIMES)) : 0;
    const works = ({ up, stopped }: Attempt): boolean => up && (stopped || !reference.stopped);
    const withinMs = Math.min(baseline.limitMs, Math.max(LEAST_MS, baseline.upMs * TIMES) * Math.max(1, lab.atOnce / 2));
    const failed = new Map<string, Attempt>();
    const found = await ddmin(granted, async (some) => {
      const result = await attempt(some, { withinMs, graceSeconds });
      if (!works(result)) failed.set(some.join(" "), result);
      return works(result);
    });
    // Without which it was only late, that is asked once more with the baseline's whole patience before it counts as needed.
    let needed = found;
    for (const capability of found) {
      const without = needed.filter((other) => other !== capability);
      const late = failed.get(without.join(" "))?.late ?? needed.length < found.length;
      if (late && works(await attempt(without, { withinMs: baseline.limitMs, graceSeconds }))) needed = without;
    }
    const measured = { granted, needed, runs: runs() };
    const unless = "a capability that only other requests need is not seen";
    const none = failed.get("")?.words ?? "";
    if (needed.length === granted.length)
      return { state: "proven", because: `it needs all that it is given, ${needed.join(", ")}: without any, ${none}`, measured, unless };
    const fewest = needed.length === 0 ? "none" : needed.join(", ");
    return {
      state: "disproved",
      because: `of the ${granted.length} capabilities that it is given it needs ${fewest}`,
      measured,
      unless,
      proposals: [
        { path: ["cap_drop"], value: ["ALL"], because: `in ${runs()} runs it needed ${fewest}` },
        ...(needed.length === 0 ? [] : [{ path: ["cap_add"], value: needed, because: `without any, ${none}` }]),
      ],
    };
  },
};
