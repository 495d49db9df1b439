import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../core/index.ts";
import { openTrialCache, trialKey } from "./cache.ts";
import { trialsOf } from "./catalogue.ts";
import type { TrialReport } from "./run.ts";
import type { Level } from "./trial.ts";

const KEY = trialKey({ images: ["a"], spec: {} });

const folderOf = (): string => {
  const root = mkdtempSync(join(tmpdir(), "sw-trials-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return join(root, "trials");
};

const report = (level: Level): TrialReport => ({
  subject: { service: "web", image: digestOf("an image") },
  at: 1_795_000_000_000,
  level,
  seconds: 9.5,
  smoke: "GET / with 200",
  upMs: 120,
  differences: ["it ran without privileged"],
  outcomes: trialsOf(level).map((trial) => ({
    trial,
    state: "proven",
    because: "it was seen",
    measured: { peak: "12 MiB", runs: 3, writes: ["/tmp/a"] },
    series: { name: "memory", unit: "bytes", points: [{ at: 5, value: 1 }], marks: [{ at: 4, label: "answers" }], limit: 3 },
    proposals: [{ path: ["read_only"], value: true, because: "it works so" }],
    seconds: 0.5,
  })),
});

test("a report is found again as it was, for its level and those below", () => {
  const folder = folderOf();
  const cache = openTrialCache(folder);
  expect(cache.find(KEY, "quick")).toBeUndefined();
  cache.keep(KEY, report("standard"));
  expect(openTrialCache(folder).find(KEY, "standard")).toEqual(report("standard"));
  expect(cache.find(KEY, "quick")).toEqual(report("standard"));
  expect(cache.find(KEY, "deep")).toBeUndefined();
  expect(cache.find(trialKey({ images: ["b"], spec: {} }), "quick")).toBeUndefined();
});

test("of several the newest that is enough; a quick one takes the place of no standard one", () => {
  const cache = openTrialCache(folderOf());
  cache.keep(KEY, report("standard"));
  const quick = { ...report("quick"), at: report("standard").at + 1000 };
  cache.keep(KEY, quick);
  expect(cache.find(KEY, "quick")).toEqual(quick);
  expect(cache.find(KEY, "standard")).toEqual(report("standard"));
});

test("one whose experiment went wrong is not kept", () => {
  const cache = openTrialCache(folderOf());
  const [first, ...others] = report("quick").outcomes;
  if (first === undefined) throw new Error("there are quick trials");
  cache.keep(KEY, { ...report("quick"), outcomes: [{ ...first, state: "not-tried", broken: true }, ...others] });
  expect(cache.find(KEY, "quick")).toBeUndefined();
});

test.each([
  ["cut off", (text: string) => text.slice(0, -10)],
  ["no JSON", () => "tried"],
  ["another's", () => "{}"],
  ["of an older catalogue", (text: string) => text.replaceAll('"id":"non-root"', '"id":"not-root"')],
  ["with an id that is none", (text: string) => text.replace("sha256:", "sha:")],
  ["of an endless size", (text: string) => `${text}${" ".repeat(2_000_000)}`],
])("a file that is %s is as good as none", (_what, change) => {
  const folder = folderOf();
  const cache = openTrialCache(folder);
  cache.keep(KEY, report("quick"));
  const [name = ""] = readdirSync(folder);
  writeFileSync(join(folder, name), change(readFileSync(join(folder, name), "utf8")));
  expect(cache.find(KEY, "quick")).toBeUndefined();
});

test("the oldest make room", () => {
  const folder = folderOf();
  const cache = openTrialCache(folder);
  for (let n = 0; n < 203; n += 1) cache.keep(trialKey({ n }), report("quick"));
  expect(readdirSync(folder)).toHaveLength(200);
  expect(cache.find(trialKey({ n: 202 }), "quick")).toBeDefined();
});
