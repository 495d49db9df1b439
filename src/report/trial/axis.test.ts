import { expect, test } from "vitest";
import { scale, shortTime, ticks } from "./axis.ts";

test("ticks are round, begin at 0 and reach the most", () => {
  expect(ticks(45.4e6)).toEqual([0, 20e6, 40e6, 60e6]);
  expect(ticks(1000)).toEqual([0, 500, 1000]);
  expect(ticks(8)).toEqual([0, 2, 4, 6, 8]);
  expect(ticks(0.3)).toEqual([0, 0.1, 0.2, 0.3]);
  for (const nothing of [0, -1, Number.NaN, Infinity]) expect(ticks(nothing)).toEqual([0, 1]);
});

test("times are as long as they need be", () => {
  expect([0, 12.4, 999, 1060, 9_999, 12_345, 120_000].map(shortTime)).toEqual(["0", "12 ms", "999 ms", "1.06 s", "10 s", "12 s", "120 s"]);
});

test("what is out of a drawing stands at its edge", () => {
  const x = scale(100, 50, 330);
  expect([0, 50, 100, 1e9, -5].map(x)).toEqual([50, 190, 330, 330, 50]);
});
