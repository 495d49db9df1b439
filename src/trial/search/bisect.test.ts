import { expect, test } from "vitest";
import { bisect } from "./bisect.ts";

const least = (from: number, bounds: Partial<Parameters<typeof bisect>[0]> = {}) =>
  bisect({ floor: 6000, works: 1_000_000, first: 40_000, ratio: 1.15, runs: 20, ...bounds }, (value) => Promise.resolve(value >= from));

test.each([7000, 23_000, 40_000, 41_000, 90_000, 950_000])("what works from %d on is bracketed", async (from) => {
  const { fails, works } = await least(from);
  expect(works).toBeGreaterThanOrEqual(from);
  expect(works / (fails ?? 6000)).toBeLessThanOrEqual(1.15);
  if (fails !== undefined) expect(fails).toBeLessThan(from);
});

test("so many runs and no more", async () => {
  const { runs, works } = await least(23_000, { runs: 3 });
  expect(runs).toBe(3);
  expect(works).toBeGreaterThanOrEqual(23_000);
});

test("below the floor nothing is tried, and nothing is said to have failed", async () => {
  const tried: number[] = [];
  const found = await bisect({ floor: 30, works: 1000, first: 40, ratio: 1.15, runs: 20 }, (value) => {
    tried.push(value);
    return Promise.resolve(true);
  });
  expect(found).toMatchObject({ works: expect.any(Number) });
  expect(found.fails).toBeUndefined();
  expect(Math.min(...tried)).toBeGreaterThanOrEqual(30);
});

test("a beginning above what is known to work is no question", async () => {
  expect(await bisect({ floor: 6, works: 30, first: 40, ratio: 1.15, runs: 20 }, () => Promise.resolve(true))).toEqual({
    works: 30,
    runs: 0,
  });
});
