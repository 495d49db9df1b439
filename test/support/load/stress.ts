import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

export interface Stress {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** Busy until killed, or until the process that started it is gone. */
const busy =
  "const parent = process.ppid; for (;;) { const until = Date.now() + 250; while (Date.now() < until); if (process.ppid !== parent) process.exit(); }";

/** Contends the CPU with `processes` busy loops (default: one for each processor) at normal priority, until stopped. */
export function startStress({ processes = availableParallelism() }: { processes?: number } = {}): Stress {
  const children = Array.from({ length: processes }, () => spawn(process.execPath, ["-e", busy], { stdio: "ignore" }));
  const gone = children.map((child) => new Promise<void>((resolve) => child.once("exit", () => resolve()).once("error", () => resolve())));
  return {
    pids: children.flatMap(({ pid }) => pid ?? []),
    async stop() {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all(gone);
    },
  };
}
