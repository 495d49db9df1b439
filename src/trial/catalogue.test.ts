import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { itemOf } from "../checklist/index.ts";
import { TRIALS, trialsOf } from "./catalogue.ts";

test("the catalogue holds exactly the files of trials/, under their names", () => {
  const files = readdirSync(join(import.meta.dirname, "trials")).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  expect(TRIALS.map(({ id }) => `${id}.ts`).toSorted()).toEqual(files.toSorted());
});

test("every experiment is about items that a trial can prove, and says all in whole sentences", () => {
  for (const { id, items, proves, summary, why, method } of TRIALS) {
    for (const item of items) expect(itemOf(item).evidence, `${id}: ${item}`).toContain("trial");
    for (const item of proves ?? []) expect(items, id).toContain(item);
    for (const words of [summary, why, method]) expect(words, id).toMatch(/^[A-Z].*[.]$/s);
  }
});

test("a level holds those below it", () => {
  const ids = (level: "quick" | "standard" | "deep"): readonly string[] => trialsOf(level).map(({ id }) => id);
  expect(ids("standard")).toEqual(expect.arrayContaining([...ids("quick")]));
  expect(ids("deep")).toHaveLength(TRIALS.length);
  expect(ids("quick").length).toBeGreaterThan(0);
});
