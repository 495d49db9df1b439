import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ProcessCost {
  /** From fork to exit. */
  readonly wallMs: { readonly minimum: number; readonly median: number };
  readonly cpuMs: number;
  /** Peak resident memory, of the runs that were asked for it: when V8 collects and compiles is not the same twice. */
  readonly rssBytes: { readonly median: number; readonly largest: number };
  readonly exit: number | null;
}

/** Writes what the process used, as it ends. Memory from proc(5): what getrusage gives begins with the size of the process that it was forked from. */
const USAGE = `import { readFileSync, writeFileSync } from "node:fs";
process.on("exit", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const [, kib] = /VmHWM:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "latin1"));
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ rssBytes: Number(kib) * 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 }));
});
`;

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What a Node program costs as a process: one run that fills caches, `runs` that are timed, and `memoryRuns` that are asked what they used. */
export const processCost = (
  command: readonly [string, ...string[]],
  {
    cwd,
    runs,
    memoryRuns = 1,
    env = {},
  }: { readonly cwd: string; readonly runs: number; readonly memoryRuns?: number; readonly env?: Readonly<Record<string, string>> },
): ProcessCost => {
  const scratch = mkdtempSync(join(tmpdir(), "seaworthy-usage-"));
  try {
    const [program, ...args] = command;
    const run = (more: Readonly<Record<string, string>> = {}): number | null => {
      const { status, error } = spawnSync(program, args, { cwd, env: { ...process.env, ...env, ...more }, stdio: "ignore" });
      if (error !== undefined) throw error;
      return status;
    };
    run();
    const walls = Array.from({ length: runs }, () => {
      const start = performance.now();
      run();
      return performance.now() - start;
    });
    writeFileSync(join(scratch, "usage.mjs"), USAGE);
    const usage = join(scratch, "usage.json");
    const used = Array.from({ length: memoryRuns }, () => {
      rmSync(usage, { force: true });
      const exit = run({ NODE_OPTIONS: `--import ${join(scratch, "usage.mjs")}`, BENCH_USAGE: usage });
      if (!existsSync(usage)) throw new Error(`${command.join(" ")} ended with ${exit} and left no usage`);
      const { rssBytes, cpuMs }: { rssBytes: number; cpuMs: number } = JSON.parse(readFileSync(usage, "utf8"));
      return { rssBytes, cpuMs, exit };
    });
    const sizes = used.map(({ rssBytes }) => rssBytes);
    return {
      wallMs: { minimum: Math.min(...walls), median: median(walls) },
      cpuMs: median(used.map(({ cpuMs }) => cpuMs)),
      rssBytes: { median: median(sizes), largest: Math.max(...sizes) },
      exit: used[0]?.exit ?? null,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
