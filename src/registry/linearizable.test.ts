import { expect, test } from "vitest";
import { firstImpossible, type Operation } from "./linearizable.fixture.ts";

const operation = (kind: Operation["kind"], value: string, call: number, back: number): Operation => ({ kind, value, call, back });

test("histories that some order explains", () => {
  expect(firstImpossible([operation("write", "a", 0, 3), operation("read", "", 1, 2), operation("read", "a", 4, 5)], "")).toBeUndefined();
  expect(
    firstImpossible(
      [operation("write", "a", 0, 9), operation("write", "b", 1, 8), operation("read", "b", 2, 3), operation("read", "a", 4, 5)],
      "",
    ),
  ).toBeUndefined();
});

test("a lost write, a value from the future, and a read that goes back are impossible", () => {
  const lost = operation("read", "", 2, 3);
  expect(firstImpossible([operation("write", "a", 0, 1), lost], "")).toBe(lost);
  const early = operation("read", "a", 0, 1);
  expect(firstImpossible([early, operation("write", "a", 2, 3)], "")).toBe(early);
  const back = operation("read", "", 4, 5);
  expect(firstImpossible([operation("write", "a", 0, 9), operation("read", "a", 1, 2), back], "")).toBe(back);
});
