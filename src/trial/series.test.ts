import { expect, test } from "vitest";
import { thinned } from "./series.ts";

test("few points are kept as they are; of many the highest, in their order", () => {
  const points = Array.from({ length: 1000 }, (_, at) => ({ at, value: at === 503 ? 9 : at % 2 }));
  expect(thinned(points.slice(0, 200))).toEqual(points.slice(0, 200));
  const few = thinned(points, 50);
  expect(few).toHaveLength(50);
  expect(few.find(({ value }) => value === 9)?.at).toBe(503);
  expect(few.map(({ at }) => at)).toEqual(few.map(({ at }) => at).toSorted((a, b) => a - b));
});
