import { constants } from "node:os";
import { lookAt, type Process } from "../lab/processes.ts";
import type { Trial } from "../trial.ts";
import { comesUp } from "../up.ts";

const NUMBERS: Readonly<Record<string, number>> = constants.signals;

/** As the engine reads it: a number, or a name with or without SIG. */
export const signalNumber = (name: string): number => {
  if (/^\d+$/.test(name)) return Number(name);
  const upper = name.toUpperCase();
  return NUMBERS[upper.startsWith("SIG") ? upper : `SIG${upper}`] ?? 15;
};

/** Who has not ended by then with nothing to do does not end. */
const LONGEST_SECONDS = 10;

/** Whether the kernel delivers a signal to a program: the first of a container gets only what it has a handler for (pid_namespaces(7)). */
export const hears = ({ caught }: Process, signal: number): boolean => ((caught >> BigInt(signal - 1)) & 1n) === 1n;

export const stopSignal: Trial = {
  id: "stop-signal",
  items: ["graceful-stop"],
  level: "quick",
  summary: "The stop signal reaches the program.",
  why: "The kernel gives the first process of a container only the signals that it has a handler for. A shell in front has none: every stop waits out the grace period and ends in SIGKILL, with everything in flight cut off.",
  method:
    "The signals that the first process catches are read from the kernel while the container does its work; with an init, those of the program that it started.",
  source: "https://man7.org/linux/man-pages/man7/pid_namespaces.7.html",
  applies: () => true,
  run: async (lab, { running, smoke, limitMs }) => {
    const { spec, image } = lab.subject;
    const name = spec.stopSignal ?? image.config.stopSignal ?? "SIGTERM";
    const signal = signalNumber(name);
    const { processes } = await lookAt(await running.probe());
    const first = processes.find(({ pid }) => pid === 1);
    if (first === undefined) return { state: "not-tried", because: "the first process was not seen" };
    // With an init the signal goes to its child, for which the kernel's own default still ends a program that does not listen.
    const target = spec.init ? (processes.find(({ parent }) => parent === 1) ?? first) : first;
    const measured = { signal: name, process: target.command.trim().slice(0, 200), catches: hears(target, signal), init: spec.init };
    const who = `${target.command.trim().slice(0, 80) || target.name}${spec.init ? " (the init's child)" : ""}`;
    if (hears(target, signal)) {
      const idle = await lab.start({ name: "stop-signal" });
      const up = await comesUp(idle, smoke, limitMs);
      if (!up.up) return { state: "not-tried", because: up.words, measured };
      const graceSeconds = Math.min(spec.stopGraceSeconds, LONGEST_SECONDS);
      const { exitCode, seconds } = await idle.stop(graceSeconds);
      await idle.remove();
      const stopped = { ...measured, exitCode: exitCode ?? "unknown", seconds: Math.round(seconds * 100) / 100 };
      if (exitCode === 137)
        return {
          state: "disproved",
          because: `${who} catches ${name} and does not end: it was killed after ${graceSeconds} s`,
          measured: stopped,
        };
      return {
        state: "proven",
        because: `${who} catches ${name} and ended with ${exitCode ?? "no status"} after ${stopped.seconds} s`,
        measured: stopped,
        unless: "what becomes of requests in flight is shown by graceful-stop",
      };
    }
    return {
      state: "disproved",
      because: spec.init
        ? `${who} has no handler for ${name}: it is ended in the middle of its work`
        : `${who} has no handler for ${name}, so the kernel keeps it from it: each stop takes ${spec.stopGraceSeconds} s and ends in SIGKILL`,
      measured,
    };
  },
};
