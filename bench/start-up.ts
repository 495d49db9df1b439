/**
 * What it costs to start: `--help` of the published bundle, and of the working copy, over an empty Node process. Milliseconds, wall and CPU (user and system), of
 * RUNS runs each in turn (default 40), after one that fills the compile cache. BENCH_NODE: another Node, for example the oldest the bundle runs on.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { thisMachine } from "./support/machine.ts";
import { report } from "./support/report.ts";

const ROOT = join(import.meta.dirname, "..");
const GOAL_MS = 25;
const runs = Number(process.env["RUNS"]) || 40;
const node = process.env["BENCH_NODE"] || process.execPath;

interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** The shell's own `time` reads the child's usage from the kernel, in microseconds, and prints milliseconds. */
const measure = (command: readonly string[]): Cost => {
  const timed = spawnSync("bash", ["-c", 'TIMEFORMAT="%R %U %S"; time "$0" "$@" >/dev/null 2>&1', ...command], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  const [wall = NaN, user = NaN, system = NaN] = timed.stderr.trim().split(" ").map(Number);
  if (timed.status !== 0 || Number.isNaN(wall + user + system))
    throw new Error(`${command.join(" ")} ended with ${timed.status}: ${timed.stderr}`);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
};

const minimum = (values: readonly number[]): number => Math.round(Math.min(...values));
const median = (values: readonly number[]): number => Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN);

const machine = thisMachine();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-start-up-"));
try {
  execFileSync(process.execPath, [join(ROOT, "script", "bundle.ts"), join(scratch, "bundle")], { stdio: ["ignore", "ignore", "inherit"] });
  writeFileSync(join(scratch, "empty.mjs"), "");
  const commands = {
    "empty process": [node, join(scratch, "empty.mjs")],
    "bundle --help": [node, join(scratch, "bundle", "bin", "seaworthy.js"), "--help"],
    "working copy --help": [join(ROOT, "seaworthy"), "--help"],
  };
  const costs = new Map(Object.keys(commands).map((what) => [what, [] as Cost[]]));
  for (const command of Object.values(commands)) measure(command);
  // In turn, so that what else the machine does falls on all alike.
  for (let run = 0; run < runs; run++) for (const [what, command] of Object.entries(commands)) costs.get(what)?.push(measure(command));

  const of = (what: string, pick: (values: readonly number[]) => number, kind: keyof Cost): number =>
    pick((costs.get(what) ?? []).map((cost) => cost[kind]));
  const over = (what: string, pick: (values: readonly number[]) => number, kind: keyof Cost): number =>
    of(what, pick, kind) - of("empty process", pick, kind);
  const rows = Object.keys(commands).map((what) => ({
    what,
    figures: {
      "wall min": of(what, minimum, "wallMs"),
      "wall median": of(what, median, "wallMs"),
      "CPU min": of(what, minimum, "cpuMs"),
      "CPU median": of(what, median, "cpuMs"),
      "over empty: wall median": over(what, median, "wallMs"),
      "over empty: CPU median": over(what, median, "cpuMs"),
    },
  }));
  const cost = over("bundle --help", median, "cpuMs");
  const wall = over("bundle --help", minimum, "wallMs");
  report(
    "start-up",
    rows,
    {
      words: `the bundle's --help costs at most ${GOAL_MS} ms over an empty process: ${cost} ms CPU (median), ${wall} ms wall (minimum; ${runs} runs, Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()})`,
      met: Math.max(cost, wall) <= GOAL_MS,
    },
    machine,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
