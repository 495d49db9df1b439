import { expect, test } from "vitest";
import { FULL_TRAFFIC, NO_TRAFFIC, parseWeight } from "./weight.ts";

test("0 to 256, whole", () => {
  for (const amount of [0, 1, 100, 256]) expect(parseWeight(amount)).toBe(amount);
  expect([NO_TRAFFIC, FULL_TRAFFIC]).toEqual([0, 100]);
});

test.each([-1, 257, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("%d is refused", (amount) => {
  expect(() => parseWeight(amount)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});
