import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What one process of Node took, from its start to its end. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system, all threads. */
  readonly cpuSeconds: number;
  readonly maxRssMib: number;
}

/** What it took, and how it ended. */
export interface Ended extends Cost {
  /** Null where a signal ended it. */
  readonly status: number | null;
  readonly stderr: string;
}

type Measuring<Result> = (args: readonly string[], env?: Readonly<Record<string, string>>) => Result;

/** Runs scripts of Node one at a time, whatever becomes of them. @param scratch a folder for a moment */
export const measuringAny = (scratch: string): Measuring<Ended> => {
  const hook = join(scratch, "usage.cjs");
  const usage = join(scratch, "usage.json");
  writeFileSync(
    hook,
    // What the kernel counts for a process begins with the size of the one that started it (getrusage(2), ru_maxrss): VmHWM does not.
    `const { readFileSync, writeFileSync } = require("node:fs"); process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); let own = maxRSS; try { own = Number(/^VmHWM:\\s+(\\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))[1]); } catch {} writeFileSync(${JSON.stringify(usage)}, JSON.stringify({ maxRSS: own, cpu: userCPUTime + systemCPUTime })); });`,
  );
  return (args, env = {}) => {
    const begun = performance.now();
    rmSync(usage, { force: true });
    const { status, stderr } = spawnSync(process.execPath, ["--require", hook, ...args], {
      encoding: "utf8",
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
    const wallSeconds = (performance.now() - begun) / 1000;
    // Nothing is written by a process that was killed, or that had no memory left.
    const { maxRSS, cpu } = existsSync(usage)
      ? (JSON.parse(readFileSync(usage, "utf8")) as { readonly maxRSS: number; readonly cpu: number })
      : { maxRSS: Infinity, cpu: 0 };
    return { status, stderr, wallSeconds, cpuSeconds: cpu / 1e6, maxRssMib: Math.round(maxRSS / 1024) };
  };
};

/** Those that have to end well. */
export const measuring = (scratch: string): Measuring<Cost> => {
  const measure = measuringAny(scratch);
  return (args, env) => {
    const { status, stderr, ...cost } = measure(args, env);
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr.slice(0, 2000)}`);
    return cost;
  };
};
