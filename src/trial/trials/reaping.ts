import { setTimeout as sleep } from "node:timers/promises";
import type { Probe } from "../lab/probe.ts";
import { lookAt } from "../lab/processes.ts";
import type { Trial } from "../trial.ts";

/** A shell that starts a program and ends at once: what it started is the first process's from then on, which has to collect it when it ends. Prints who that is. */
const ORPHAN = "(/bin/busybox sleep 0.2 </dev/null >/dev/null 2>&1 & echo $!)";
/** Some look for what has ended only once in a while. */
const COLLECTED_MS = 2000;
const ENDED_MS = 10_000;
const PAUSE_MS = 100;

/** `gone`: collected. Until it has ended, which on a busy machine takes a while, it shows nothing. */
const becomesOf = async (probe: Probe, pid: string): Promise<"gone" | "zombie" | "going on"> => {
  const begun = performance.now();
  for (let ended: number | undefined; ; await sleep(PAUSE_MS)) {
    const { output } = await probe.sh(`cat /proc/${pid}/stat 2>/dev/null; true`);
    // The name stands in brackets and may hold anything (proc(5)).
    const state = /^.*\) (\S) /s.exec(output)?.[1];
    const now = performance.now();
    if (state === undefined) return "gone";
    if (state === "Z") ended ??= now;
    if (ended !== undefined && now - ended > COLLECTED_MS) return "zombie";
    if (ended === undefined && now - begun > ENDED_MS) return "going on";
  }
};

export const reaping: Trial = {
  id: "reaping",
  items: ["reaps-zombies"],
  proves: ["reaps-zombies"],
  level: "quick",
  summary: "The first process collects children that others left behind.",
  why: "What nobody collects stays in the process table: after days the limit of processes is reached and nothing can be started any more, not even a health check.",
  method:
    "A process that loses its parent is left to the container's first process and ends; two seconds later it must be gone from the process table.",
  source: "https://man7.org/linux/man-pages/man2/wait.2.html",
  applies: () => true,
  run: async (lab, { running }) => {
    const probe = await running.probe();
    const { exitCode, output } = await probe.sh(ORPHAN);
    const pid = output.trim();
    if (exitCode !== 0 || !/^\d+$/.test(pid))
      return { state: "not-tried", because: "no process could be left to it: the probe's own did not start" };
    const became = await becomesOf(probe, pid);
    if (became === "going on") return { state: "not-tried", because: "what was left to it did not end in time: the machine is too busy" };
    const first = (await lookAt(probe)).processes.find(({ pid }) => pid === 1);
    const who = first?.command.trim().slice(0, 80) ?? "the first process";
    const measured = { collected: became === "gone", init: lab.subject.spec.init };
    if (became === "gone") return { state: "proven", because: `${who} collected a process that was left to it`, measured };
    return {
      state: "disproved",
      because: `${who} does not collect what is left to it: it stayed a zombie`,
      measured,
      unless: "as long as the program starts none that outlive their parents it does no harm",
      proposals: [{ path: ["init"], value: true, because: "a process that was left to the first one stayed a zombie" }],
    };
  },
};
