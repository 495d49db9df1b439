import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { SourceText } from "../../core/index.ts";
import { findRules } from "../whole-catalogue.ts";
import { checkFiles } from "../files.ts";
import { applyFixes } from "../fix.ts";

const fixed = async (text: string, name: string): Promise<string> => {
  const rules = findRules(name);
  const { files } = await applyFixes(
    new Map([["m.yaml", text]]),
    async (texts) =>
      checkFiles([{ kind: "kubernetes", source: new SourceText("m.yaml", texts.get("m.yaml") ?? "") }], {
        now: 0,
        profile: "strict",
        rules,
      }).findings,
  );
  return files[0]?.after ?? text;
};

const pod = (containers: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n${containers}`;
const RULE = "kubernetes/pull-policy";

test("a key is written below another, as the file is written", async () => {
  expect(await fixed(pod("  - image: a:1.2.3 # ours\n    name: a\n"), RULE)).toBe(
    pod("  - image: a:1.2.3 # ours\n    imagePullPolicy: Always\n    name: a\n"),
  );
  expect(await fixed(pod("    - name: a\n      image: a:1.2.3"), RULE)).toBe(
    pod("    - name: a\n      image: a:1.2.3\n      imagePullPolicy: Always"),
  );
  const windows = pod("  - name: a\n    image: a:1.2.3\n").replaceAll("\n", "\r\n");
  expect(await fixed(windows, RULE)).toBe(`${windows}    imagePullPolicy: Always\r\n`);
});

test("a value is replaced where it stands", async () => {
  expect(await fixed(pod("  - {name: a, image: 'a:1.2.3', imagePullPolicy: IfNotPresent}\n"), RULE)).toBe(
    pod("  - {name: a, image: 'a:1.2.3', imagePullPolicy: Always}\n"),
  );
});

test("nothing is written into braces, nor where two objects share the text", async () => {
  const flow = pod("  - {name: a, image: 'a:1.2.3'}\n");
  expect(await fixed(flow, RULE)).toBe(flow);
  const shared = pod("  - &a\n    name: a\n    image: &i a:1.2.3\n  - {name: b, image: *i}\n");
  expect(parse(await fixed(shared, RULE))).toMatchObject({ spec: { containers: [{ imagePullPolicy: "Always" }, { name: "b" }] } });
});

interface FixCase {
  readonly rule: string;
  readonly before: string;
  readonly after: string;
}

const corpus = join(import.meta.dirname, "../../../../shared/corpora/polaris-fix.jsonl");
test.skipIf(!existsSync(corpus))("what is fixed of Polaris' cases means the same as its own result (needs ../shared)", async () => {
  const cases = readFileSync(corpus, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): FixCase => JSON.parse(line) as FixCase);
  let count = 0;
  for (const { rule, before, after } of cases) {
    const text = await fixed(before, `polaris:${rule}`);
    if (text === before) continue;
    count += 1;
    expect(parse(text), rule).toEqual(parse(after));
  }
  expect(count).toBe(2);
});
