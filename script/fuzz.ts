import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { caseOf, isKind, KINDS, type Kind } from "./fuzz.d/case.ts";
import { baseTexts } from "./fuzz.d/texts.ts";
import type { Report, Slowest, Work } from "./fuzz.d/worker.ts";

/** A case that takes longer is one that does not end. */
const HANG_MS = 20_000;
const MEMORY_MB = 1024;
const FOLDER = join(import.meta.dirname, "..", "node_modules", ".cache", "seaworthy-fuzz");

const usage = (words: string): never => {
  process.stderr.write(
    `fuzz: ${words}\nusage: script/fuzz [MINUTES] [--seed N] [--kind ${KINDS.join("|")}] [--from CASE] [--cases COUNT]\n`,
  );
  process.exit(2);
};

const options = { seed: { type: "string" }, kind: { type: "string" }, from: { type: "string" }, cases: { type: "string" } } as const;
const { values, positionals } = (() => {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
})();
const numberOf = (name: string, text: string): number =>
  /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : usage(`${name} is a number, not "${text}"`);
const minutes = numberOf("MINUTES", positionals[0] ?? "1");
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : numberOf("--seed", values.seed);
const first = numberOf("--from", values.from ?? "0");
const last = values.cases === undefined ? Infinity : first + numberOf("--cases", values.cases);
const only = values.kind === undefined ? undefined : isKind(values.kind) ? values.kind : usage(`there is no kind "${values.kind}"`);

const counts = new Map<string, number>();
const slowest = new Map<Kind, Slowest>();
let faults = 0;

const keep = (index: number, kind: Kind, text: string, whole: string): string => {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${seed}-${index}-${kind}`);
  writeFileSync(path, text);
  writeFileSync(`${path}.whole`, whole);
  return path;
};

const show = (index: number, kind: Kind, what: string, words: string, text: string, whole: string): void => {
  faults += 1;
  const path = keep(index, kind, text, whole);
  const start = JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}...` : text);
  console.log(
    `${what} (${kind}, seed ${seed}, case ${index}): ${words}\n  ${text.length} of ${whole.length} characters, in ${path}\n  ${start}`,
  );
};

const take = (report: Report): void => {
  if (report.type === "fault") {
    show(report.index, report.kind, report.fault.what, report.fault.words, report.text, report.whole);
    return;
  }
  for (const [kind, count] of Object.entries(report.counts)) counts.set(kind, (counts.get(kind) ?? 0) + count);
  for (const one of report.slowest) if (one.tookMs > (slowest.get(one.kind)?.tookMs ?? 0)) slowest.set(one.kind, one);
};

/** Runs cases from one on in a worker, until it is done, dies, hangs or the time is up. Returns where to go on, if anywhere. */
const stint = (from: number, deadline: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const progress = new Float64Array(new SharedArrayBuffer(16));
    const work: Work = { seed, from, until: last, progress, ...(only === undefined ? {} : { only }) };
    const worker = new Worker(new URL("fuzz.d/worker.ts", import.meta.url), {
      workerData: work,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, stackSizeMb: 4 },
    });
    const end = async (next: number | undefined): Promise<void> => {
      clearInterval(watch);
      await worker.terminate();
      resolve(next);
    };
    const lost = (what: string, words: string): void => {
      const index = progress[0] ?? from;
      const { kind, text } = caseOf(seed, index, baseTexts(), only);
      show(index, kind, what, words, text, text);
      void end(index + 1);
    };
    const watch = setInterval(() => {
      const began = progress[1] ?? 0;
      if (began > 0 && Date.now() - began > HANG_MS) lost("does not end", `after ${HANG_MS / 1000} s`);
      else if (Date.now() > deadline && began > 0) void end(undefined);
    }, 100);
    worker.on("message", take);
    worker.on("error", (error) => lost("dies", String(error)));
    worker.on("exit", (code) => {
      if (code === 0) void end(undefined);
    });
  });

const started = Date.now();
const deadline = values.cases === undefined ? started + minutes * 60_000 : Infinity;
for (let from: number | undefined = first; from !== undefined && Date.now() < deadline && from < last;) from = await stint(from, deadline);

const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
console.log(
  `\n${total} cases in ${Math.round((Date.now() - started) / 1000)} s, seed ${seed}: ${faults === 0 ? "nothing found" : `${faults} found`}`,
);
for (const kind of KINDS) {
  const one = slowest.get(kind);
  if (one !== undefined)
    console.log(
      `  ${kind.padEnd(13)}${String(counts.get(kind) ?? 0).padStart(8)} cases; slowest ${Math.round(one.tookMs)} ms, case ${one.index} of ${one.length} characters`,
    );
}
process.exitCode = faults === 0 ? 0 : 1;
