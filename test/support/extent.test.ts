import { expect, test } from "vitest";
import { ALL, inTurn, spread } from "./extent.ts";

const PLACES = ["a", "b", "c", "d", "e", "f"];

test.skipIf(ALL)("a fixed part: the first, the last and evenly between", () => {
  expect([1, 2, 3, 4, 5].map((count) => spread(PLACES, count).join(""))).toEqual(["a", "af", "adf", "acdf", "abdef"]);
  expect([6, 7, 60].map((count) => spread(PLACES, count))).toEqual([PLACES, PLACES, PLACES]);
  expect([spread([], 3), spread(["a"], 3)]).toEqual([[], ["a"]]);
});

test.skipIf(ALL)("each place in one way, the ways in turn", () => {
  expect(inTurn(["a", "b", "c", "d"], [1, 2, 3]).map((one) => one.join(""))).toEqual(["a1", "b2", "c3", "d1"]);
  expect(inTurn([], [1, 2])).toEqual([]);
});

test.runIf(ALL)("all of them", () => {
  expect(spread(PLACES, 2)).toEqual(PLACES);
  expect(inTurn(["a", "b"], [1, 2]).map((one) => one.join(""))).toEqual(["a1", "a2", "b1", "b2"]);
});
