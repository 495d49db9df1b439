import { type ChildProcess, fork } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { advisoryFiles, baseArchives, baseFiles } from "./fuzz-image.d/bases.ts";
import { ESCAPED } from "./fuzz-image.d/break-tar.ts";
import { type Case, caseOf } from "./fuzz-image.d/case.ts";
import type { Order, Result } from "./fuzz-image.d/child.ts";
import { judged, LIMITS, type Verdict } from "./fuzz-image.d/judge.ts";

const KEPT = join(import.meta.dirname, "..", "node_modules", ".cache", "seaworthy-fuzz-image");
/** Commands that one process runs, one after another. */
const COMMANDS_A_CHILD = 400;
const NAMES = { archive: "image.tar", folder: "image" } as const;

const usage = (words: string): never => {
  process.stderr.write(`fuzz-image: ${words}\nusage: script/fuzz-image [--minutes N] [--seed N] [--from CASE] [--cases COUNT] [--json]\n`);
  process.exit(2);
};
const word = { type: "string" } as const;
const { values } = (() => {
  try {
    return parseArgs({ options: { minutes: word, seed: word, from: word, cases: word, json: { type: "boolean" } } });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
})();
const numberOf = (name: string, text: string): number =>
  /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : usage(`${name} is a number, not "${text}"`);
const minutes = numberOf("--minutes", values.minutes ?? "1");
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : numberOf("--seed", values.seed);
const first = numberOf("--from", values.from ?? "0");
const last = values.cases === undefined ? Infinity : first + numberOf("--cases", values.cases);
const say = (line: string): void => void (values.json === true ? process.stderr : process.stdout).write(`${line}\n`);

const scratch = mkdtempSync(join(tmpdir(), "seaworthy-fuzz-image-"));
const [work, cwd, temporary, cache, advisories] = ["a", "a/b", "tmp", "cache", "advisories"].map((name) => join(scratch, name)) as [
  string,
  string,
  string,
  string,
  string,
];
for (const folder of [cwd, temporary, cache]) mkdirSync(folder, { recursive: true });
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: scratch,
  TMPDIR: temporary,
  XDG_CACHE_HOME: cache,
  // No engine is asked for anything.
  DOCKER_HOST: `unix://${join(scratch, "no-engine.sock")}`,
  NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
  SOURCE_DATE_EPOCH: "1800000000",
};

let child: ChildProcess | undefined;
let commandsOfChild = 0;
let childWords = "";
const end = (): void => {
  child?.kill("SIGKILL");
  child = undefined;
};
const started = (): Promise<ChildProcess> =>
  new Promise((resolve) => {
    const made = fork(new URL("fuzz-image.d/child.ts", import.meta.url), {
      env,
      cwd: scratch,
      execArgv: ["--expose-gc", "--disable-warning=ExperimentalWarning"],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    childWords = "";
    made.stderr?.on("data", (text) => (childWords = (childWords + String(text)).slice(-4000)));
    made.once("message", () => resolve(made));
  });

const residentMib = (pid: number | undefined): number => {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

/** One command in the child; words where it did not come to its end. */
const performed = async (order: Order): Promise<Result | string> => {
  if (commandsOfChild >= COMMANDS_A_CHILD) end();
  if (child === undefined) [child, commandsOfChild] = [await started(), 0];
  commandsOfChild += 1;
  const runs = child;
  const begun = Date.now();
  const result = await new Promise<Result | string>((resolve) => {
    const onExit = (code: number | null, signal: string | null): void =>
      resolve(`dies with ${signal ?? code}: ${childWords.split("\n").slice(0, 12).join(" ")}`);
    const watch = setInterval(() => {
      if (Date.now() - begun > LIMITS.wallMs) resolve(`does not end within ${LIMITS.wallMs / 1000} s`);
      else if (residentMib(runs.pid) > 2 * LIMITS.rssMib) resolve(`more than ${2 * LIMITS.rssMib} MiB`);
    }, 200);
    const stop = (): void => {
      clearInterval(watch);
      runs.off("exit", onExit);
      runs.off("message", onMessage);
    };
    const onMessage = (message: unknown): void => {
      stop();
      resolve(message as Result);
    };
    runs.once("exit", onExit);
    runs.once("message", onMessage);
    runs.send(order);
  });
  if (typeof result === "string") end();
  return result;
};

const subjectOf = ({ subject }: Case): string => NAMES[subject.kind];
const put = (one: Case, folder: string): void => {
  const { subject } = one;
  if (subject.kind === "archive") return writeFileSync(join(folder, NAMES.archive), subject.bytes);
  for (const { path, content } of subject.files) {
    const to = join(folder, NAMES.folder, path);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, content, { mode: 0o755 });
  }
  mkdirSync(join(folder, NAMES.folder), { recursive: true });
};

/** What lies where nothing should; it is taken away. */
const leftOver = (): readonly string[] => {
  const expected = new Map([
    [scratch, new Set(["a", "tmp", "cache", "advisories"])],
    [work, new Set(["b"])],
    [temporary, new Set<string>()],
    [cwd, new Set<string>([NAMES.archive, NAMES.folder, "out", "out.tar"])],
  ]);
  const found = [...expected].flatMap(([folder, names]) =>
    readdirSync(folder).flatMap((name) => (names.has(name) ? [] : [join(folder, name)])),
  );
  const escaped = [`/tmp/${ESCAPED}`, `/tmp/${ESCAPED}.jar`].filter((path) => existsSync(path));
  for (const path of [...found, ...escaped]) rmSync(path, { recursive: true, force: true });
  return [...found, ...escaped];
};

const outcomes = new Map<string, number>();
const count = (words: string): void => void outcomes.set(words, (outcomes.get(words) ?? 0) + 1);
const worst = { cpuMs: 0, cpuCase: 0, peakMib: 0, peakCase: 0 };
let [cases, commands, defects] = [0, 0, 0];
const found: { readonly case: number; readonly command: string; readonly why: string; readonly what: readonly string[] }[] = [];

const tell = (index: number, one: Case, args: readonly string[], why: string): void => {
  defects += 1;
  const folder = join(KEPT, `${seed}-${index}`);
  mkdirSync(folder, { recursive: true });
  put(one, folder);
  const command = `seaworthy ${args.join(" ")}`;
  writeFileSync(join(folder, "found.txt"), `${command}\n${why}\n${one.what.join("\n")}\n`);
  found.push({ case: index, command, why, what: one.what });
  say(`case ${index}: ${command}\n  ${why}\n  ${one.what.join("; ")}\n  in ${folder}`);
};

const perform = async (index: number): Promise<void> => {
  const one = caseOf(seed, index, bases);
  for (const name of readdirSync(cwd)) rmSync(join(cwd, name), { recursive: true, force: true });
  try {
    put(one, cwd);
  } catch {
    // A file in the place of a folder: there is no such folder.
    return count("not made");
  }
  cases += 1;
  for (const command of one.commands) {
    const subject = subjectOf(one);
    const placed = command.map((part) =>
      part === "IMAGE" ? (subject === NAMES.archive ? subject : `./${subject}`) : part.replace("OUT", "out"),
    );
    const args = command[0] === "scan" ? [...placed, "--db", advisories] : placed;
    const result = await performed({ args, cwd });
    commands += 1;
    const verdict: Verdict = typeof result === "string" ? { outcome: "defect", why: result } : judged(args, subject, result);
    if (typeof result !== "string") {
      if (result.cpuMs > worst.cpuMs) [worst.cpuMs, worst.cpuCase] = [result.cpuMs, index];
      if (result.peakMib > worst.peakMib) [worst.peakMib, worst.peakCase] = [result.peakMib, index];
    }
    const left = leftOver();
    count(verdict.outcome === "refused" ? `refused ${verdict.why}` : verdict.outcome);
    if (verdict.outcome === "defect") tell(index, one, args, verdict.why);
    else if (left.length > 0) tell(index, one, args, `left behind: ${left.join(", ")}`);
  }
};

const bases = { archives: baseArchives(), files: baseFiles() };
const begun = Date.now();
try {
  const built = await performed({ args: ["db", "build", ...advisoryFiles(), "--db", advisories], cwd: scratch });
  if (advisoryFiles().length > 0 && (typeof built === "string" || built.exit !== 0))
    throw new Error(`no advisories could be built: ${JSON.stringify(built)}`);
  mkdirSync(advisories, { recursive: true });
  const deadline = values.cases === undefined ? Date.now() + minutes * 60_000 : Infinity;
  for (let index = first; index < last && Date.now() < deadline; index += 1) {
    await perform(index);
    if (index % 300 === 0) rmSync(cache, { recursive: true, force: true });
  }
} finally {
  end();
  rmSync(scratch, { recursive: true, force: true });
}
const seconds = Math.round((Date.now() - begun) / 1000);
const sorted = [...outcomes].toSorted(([, a], [, b]) => b - a);
say(
  `\n${cases} cases, ${commands} commands in ${seconds} s, seed ${seed}: ${defects === 0 ? "nothing found" : `${defects} defects`}\n` +
    `  ${sorted.map(([what, times]) => `${what} ${times}`).join(", ")}\n` +
    `  at most ${(worst.cpuMs / 1000).toFixed(1)} s of processor time (case ${worst.cpuCase}) and ${Math.round(worst.peakMib)} MiB (case ${worst.peakCase})`,
);
if (values.json === true)
  process.stdout.write(
    `${JSON.stringify({ schema: "seaworthy/fuzz-image@1", seed, cases, commands, seconds, outcomes: Object.fromEntries(sorted), worst, defects: found })}\n`,
  );
process.exitCode = defects === 0 ? 0 : 1;
