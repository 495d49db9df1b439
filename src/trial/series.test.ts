import { expect, test } from "vitest";
import { thinned } from "./series.ts";

test("few points are kept as they are; of many the highest, and those with a label", () => {
  const points = Array.from({ length: 1000 }, (_, at) => ({
    at,
    value: at === 503 ? 9 : at % 2,
    ...(at === 40 ? { label: "answers" } : {}),
  }));
  expect(thinned(points.slice(0, 200))).toEqual(points.slice(0, 200));
  const few = thinned(points, 50);
  expect(few.length).toBeLessThanOrEqual(50);
  expect(few.find(({ value }) => value === 9)?.at).toBe(503);
  expect(few.find(({ label }) => label === "answers")?.at).toBe(40);
  expect(few.map(({ at }) => at)).toEqual(few.map(({ at }) => at).toSorted((a, b) => a - b));
});
