// node script/precision.ts CORPORA [--roots DIR,DIR] [--seed N] [--findings N] [--per-rule N] [--top N] [--counts] [--json]
//
// Chooses real-looking files of the corpora (and of other folders) by a seed, checks each in a folder of its own with the default profile,
// and draws findings to be read by hand: --findings at most --per-rule of one rule; with --top, --per-rule findings of each of the most frequent rules.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { checkRepository } from "../src/check/index.ts";
import type { Finding } from "../src/checklist/index.ts";
import { fixed, seeded, shuffled } from "./precision.d/draw.ts";
import { candidates, type Candidate, KINDS } from "./precision.d/candidates.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    roots: { type: "string", default: "" },
    seed: { type: "string", default: "1" },
    findings: { type: "string", default: "60" },
    "per-rule": { type: "string", default: "3" },
    top: { type: "string" },
    counts: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const [corpora] = positionals;
if (corpora === undefined) {
  process.stderr.write(
    "usage: node script/precision.ts CORPORA [--roots DIR,DIR] [--seed N] [--findings N] [--per-rule N] [--top N] [--counts] [--json]\n",
  );
  process.exit(2);
}

interface Read {
  readonly candidate: Candidate;
  readonly findings: readonly Finding[];
}

/** A file alone in its folder: what else its repository holds is not known, as in the corpora. */
const check = async (candidate: Candidate): Promise<Read> => {
  const folder = mkdtempSync(join(tmpdir(), "swt-precision-"));
  try {
    mkdirSync(dirname(join(folder, candidate.path)), { recursive: true });
    writeFileSync(join(folder, candidate.path), candidate.text);
    const { findings } = await checkRepository({ cwd: folder, env: {}, now: Date.parse("2026-11-21T00:00:00Z") });
    return { candidate, findings };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const random = seeded(Number(values.seed));
const chosen = KINDS.flatMap(({ kind, files }) =>
  shuffled(candidates(corpora, values.roots.split(",").filter(Boolean), kind), random).slice(0, files),
);
const read: Read[] = [];
for (const candidate of chosen) read.push(await check(candidate));

const all = read.flatMap(({ candidate, findings }) => findings.map((finding) => ({ candidate, finding })));
const byRule = [...Map.groupBy(shuffled(all, random), ({ finding }) => finding.rule)].toSorted(([, a], [, b]) => b.length - a.length);
const perRule = Number(values["per-rule"]);
const drawn =
  values.top === undefined
    ? shuffled(
        byRule.flatMap(([, some]) => some.slice(0, perRule)),
        random,
      ).slice(0, Number(values.findings))
    : byRule.slice(0, Number(values.top)).flatMap(([, some]) => some.slice(0, perRule));

const shown = ({ candidate, finding }: (typeof all)[number], index: number): string => {
  const line = finding.range?.start.line ?? 1;
  const end = Math.min(finding.range?.end.line ?? line, line + 3);
  const lines = candidate.text
    .split("\n")
    .map((text, at) => `${String(at + 1).padStart(4)}${at + 1 >= line && at + 1 <= end ? ">" : " "} ${text}`);
  const around = lines.slice(Math.max(0, line - 7), end + 5).join("\n");
  return `#${index + 1} ${finding.rule} ${finding.severity} ${finding.confidence} ${candidate.id}:${line}:${finding.range?.start.column ?? 1}\n  ${finding.message}\n  do: ${finding.advice}\n${around}\n`;
};

const write = (text: string): void => void process.stdout.write(text);
if (values.json) {
  write(
    `${JSON.stringify(
      drawn.map(({ candidate, finding }) => ({ id: candidate.id, finding })),
      undefined,
      1,
    )}\n`,
  );
} else {
  for (const { kind } of KINDS) {
    const ofKind = read.filter(({ candidate }) => candidate.kind === kind);
    const count = ofKind.flatMap(({ findings }) => findings).length;
    write(`${kind}: ${ofKind.length} files, ${count} findings, ${fixed(count / Math.max(1, ofKind.length))} a file\n`);
  }
  if (values.counts)
    for (const [rule, some] of byRule) write(`${String(some.length).padStart(5)} ${some[0]?.finding.severity ?? ""} ${rule}\n`);
  else write(`\n${drawn.map(shown).join("\n")}`);
}
