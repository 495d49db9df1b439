import { expect, test } from "vitest";
import { drained } from "./drained.ts";

test("each item once, in order, and none that was handed out is held", () => {
  const items = ["a", "b", "c"];
  const held: number[] = [];
  const seen = drained(items)
    .map((item) => {
      held.push(items.length);
      return item;
    })
    .toArray();
  expect(seen).toEqual(["a", "b", "c"]);
  expect(held).toEqual([2, 1, 0]);
});
