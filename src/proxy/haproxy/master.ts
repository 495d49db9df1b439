import type { Runtime } from "./runtime.ts";

/** Processes of one HAProxy, from `show proc` on the master's socket (management.txt 9.4). */
export interface Processes {
  readonly workers: readonly number[];
  /** Workers of earlier configurations that still serve connections. Their list of servers is frozen. */
  readonly oldWorkers: readonly number[];
}

export const readProcesses = async (master: Runtime): Promise<Processes> => {
  const sections = (await master("show proc")).split(/^# /m);
  const pids = (title: string): readonly number[] =>
    sections
      .filter((section) => section.startsWith(title))
      .flatMap((section) => section.split("\n").slice(1))
      .map((line) => /^(\d+)\s/.exec(line)?.[1])
      .filter((pid) => pid !== undefined)
      .map(Number);
  return { workers: pids("workers"), oldWorkers: pids("old workers") };
};
