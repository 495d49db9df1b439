import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What one process of Node took, from its start to its end. */
export interface Cost {
  readonly wallSeconds: number;
  /** User and system, all threads. */
  readonly cpuSeconds: number;
  readonly maxRssMib: number;
}

/** Runs scripts of Node one at a time. @param scratch a folder for a moment */
export const measuring = (scratch: string): ((args: readonly string[], env?: Readonly<Record<string, string>>) => Cost) => {
  const hook = join(scratch, "usage.cjs");
  const usage = join(scratch, "usage.json");
  writeFileSync(
    hook,
    `const { writeFileSync } = require("node:fs"); process.on("exit", () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); writeFileSync(${JSON.stringify(usage)}, JSON.stringify({ maxRSS, cpu: userCPUTime + systemCPUTime })); });`,
  );
  return (args, env = {}) => {
    const begun = performance.now();
    const { status, stderr } = spawnSync(process.execPath, ["--require", hook, ...args], {
      encoding: "utf8",
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
    const wallSeconds = (performance.now() - begun) / 1000;
    if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr.slice(0, 2000)}`);
    const { maxRSS, cpu } = JSON.parse(readFileSync(usage, "utf8")) as { readonly maxRSS: number; readonly cpu: number };
    return { wallSeconds, cpuSeconds: cpu / 1e6, maxRssMib: Math.round(maxRSS / 1024) };
  };
};
