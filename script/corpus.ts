import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { compare, type Outcome } from "./corpus.d/compare.ts";
import { isCase, readRecords, whyNot } from "./corpus.d/record.ts";

interface Tally {
  cases: number;
  agree: number;
  disagree: number;
  noRule: number;
  outOfScope: number;
}

const usage = (words: string): never => {
  process.stderr.write(`corpus: ${words}\nusage: script/corpus DIR [--verbose] [--json]\n`);
  process.exit(2);
};

const options = { verbose: { type: "boolean", default: false }, json: { type: "boolean", default: false } } as const;
const { values, positionals } = (() => {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
})();
const [folder = usage("which folder?")] = positionals;
if (!existsSync(folder)) usage(`there is no folder ${folder}`);

const sources: Record<string, Tally> = {};
const skipped: Record<string, string> = {};
const notes: string[] = [];

const add = (tally: Tally, outcome: Outcome): void => {
  if (outcome.verdict === "outOfScope") {
    tally.outOfScope += 1;
    return;
  }
  tally.cases += 1;
  tally[outcome.verdict] += 1;
};

for (const file of globSync("*.jsonl", { cwd: folder }).toSorted()) {
  const name = basename(file, ".jsonl");
  const records = readRecords(join(folder, file), readFileSync(join(folder, file), "utf8"));
  const why = whyNot(records);
  if (why !== undefined) {
    skipped[name] = why;
    continue;
  }
  const tally: Tally = { cases: 0, agree: 0, disagree: 0, noRule: 0, outOfScope: 0 };
  for (const record of records.filter(isCase)) {
    const outcome = await compare(record);
    add(tally, outcome);
    if (values.verbose && outcome.verdict !== "agree" && outcome.verdict !== "outOfScope")
      notes.push(`${name} ${record.id} ${record.rule}: ${outcome.words}`);
  }
  sources[name] = tally;
}

if (values.json) process.stdout.write(`${JSON.stringify({ sources, skipped })}\n`);
else {
  const share = (part: number, whole: number): string => (whole === 0 ? "" : `${((100 * part) / whole).toFixed(1)} %`);
  const row = (cells: readonly (string | number)[]): string =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(24) : String(cell).padStart(13))).join("");
  const rows = Object.entries(sources).map(([name, { cases, agree, disagree, noRule, outOfScope }]) =>
    row([name, cases, agree, disagree, noRule, share(agree, cases), outOfScope]),
  );
  const lines = [
    ...notes,
    row(["source", "cases", "agree", "disagree", "no such rule", "agreement", "out of scope"]),
    ...rows,
    ...Object.entries(skipped).map(([name, why]) => `${name.padEnd(24)}  not run: ${why}`),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
if (values.json && values.verbose) process.stderr.write(`${notes.join("\n")}\n`);
