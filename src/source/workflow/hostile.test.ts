import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isSeaworthyError, SourceText } from "../../core/index.ts";
import { scriptOf, parseExpression, parseWorkflow, templatesIn, templateSpan } from "./index.ts";

const HEAD = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ";

/** Reads a text and everything that is read from it on demand. A refusal with a code is an answer. */
const readAll = (text: string, path: string): void => {
  try {
    const { file } = parseWorkflow(new SourceText(path, text));
    if (file === undefined) return;
    for (const template of templatesIn(file.root)) {
      const span = templateSpan(template, template.expression);
      if (span.start > span.end || span.end > text.length) throw new Error(`a place outside of the file: ${span.start} to ${span.end}`);
    }
    if (file.dialect === "gitlab") for (const job of file.jobs) for (const line of job.script) scriptOf(line, "bash");
    if (file.dialect === "github-workflow")
      for (const job of file.jobs)
        for (const { run } of job.steps) if (run !== undefined) for (const shell of ["bash", "pwsh"]) scriptOf(run, shell);
  } catch (error) {
    if (!isSeaworthyError(error)) throw error;
  }
};

describe("hostile texts end soon", () => {
  const texts: readonly (readonly [string, string])[] = [
    ["fences that do not close", `${HEAD}${JSON.stringify("${{ ".repeat(20_000))}`],
    ["many fences", `${HEAD}${JSON.stringify("${{ a.b }}".repeat(20_000))}`],
    ["an expression of brackets", `${HEAD}${JSON.stringify(`\${{ ${"a[".repeat(9000)} }}`)}`],
    ["substitutions within each other", `${HEAD}${JSON.stringify("$(".repeat(5000))}`],
    ["PowerShell quotes", `${HEAD}${JSON.stringify('"`'.repeat(20_000))}`],
    ["white space alone", `${HEAD}|\n${"          \n".repeat(20_000)}`],
    ["braces that almost close a template", `${HEAD}${JSON.stringify(`\${{ ${"}'".repeat(20_000)}`)}`],
    [
      "jobs that extend each other",
      Array.from({ length: 400 }, (_, index) => `j${index}: {extends: [j${index + 1}, j${index + 2}]}\n`).join(""),
    ],
  ];
  for (const [name, text] of texts)
    test(name, () => {
      const started = performance.now();
      readAll(text, name.startsWith("jobs") ? ".gitlab-ci.yml" : ".github/workflows/ci.yml");
      expect(performance.now() - started).toBeLessThan(2000);
    });
  test("a long expression is none", () => expect(parseExpression(`a ${"|| a ".repeat(50_000)}`)).toBeUndefined());
});

const corpus = join(import.meta.dirname, "../../../../shared/corpora/zizmor.jsonl");
test.skipIf(!existsSync(corpus))("mutations of real files are read or refused, never thrown at (needs ../shared)", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const texts = readFileSync(corpus, "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { content: string }).content)
    .filter((text) => text !== "");
  const pieces = ["${{", "}}", "'", '"', "\n", "  ", ": ", "- ", "|", "&a ", "*a", "$(", "`", "\t", "é", "#", "\\"];
  for (const text of texts)
    for (let round = 0; round < 8; round += 1) {
      const at = random(text.length);
      const cut = random(20);
      readAll(text.slice(0, at) + (pieces[random(pieces.length)] ?? "") + text.slice(at + cut), ".github/workflows/ci.yml");
    }
});
