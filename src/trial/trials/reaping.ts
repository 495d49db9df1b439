import { setTimeout as sleep } from "node:timers/promises";
import { lookAt } from "../lab/processes.ts";
import type { Trial } from "../trial.ts";

/** A program that forks twice and leaves its grandchild to the first process, which has to collect it when it ends. */
const ORPHAN = "/bin/busybox sh -c '(/bin/busybox sleep 0.2 >/dev/null 2>&1 &) ' </dev/null >/dev/null 2>&1; true";

export const reaping: Trial = {
  id: "reaping",
  items: ["reaps-zombies"],
  proves: ["reaps-zombies"],
  level: "quick",
  summary: "The first process collects children that others left behind.",
  why: "What nobody collects stays in the process table: after days the limit of processes is reached and nothing can be started any more, not even a health check.",
  method:
    "A process that loses its parent is left to the container's first process and ends; half a second later it must be gone from the process table.",
  source: "https://man7.org/linux/man-pages/man2/wait.2.html",
  applies: () => true,
  run: async (lab, { running }) => {
    const probe = await running.probe();
    const { exitCode } = await probe.sh(ORPHAN);
    if (exitCode !== 0) return { state: "not-tried", because: "no process could be left to it: the probe's own did not start" };
    await sleep(700);
    const { output } = await probe.sh("for d in /proc/[0-9]*; do cat $d/stat 2>/dev/null; done");
    const zombies = output.split("\n").filter((line) => / Z 1 /.test(line));
    const first = (await lookAt(probe)).processes.find(({ pid }) => pid === 1);
    const who = first?.command.trim().slice(0, 80) ?? "the first process";
    const measured = { zombies: zombies.length, init: lab.subject.spec.init };
    if (zombies.length === 0) return { state: "proven", because: `${who} collected a process that was left to it`, measured };
    return {
      state: "disproved",
      because: `${who} does not collect what is left to it: it stayed a zombie`,
      measured,
      unless: "as long as the program starts none that outlive their parents it does no harm",
      proposals: [{ path: ["init"], value: true, because: "a process that was left to the first one stayed a zombie" }],
    };
  },
};
