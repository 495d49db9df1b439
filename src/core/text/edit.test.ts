import { describe, expect, test } from "vitest";
import { applyEdits, type Edit } from "./edit.ts";

const edit = (offset: number, length: number, text: string): Edit => ({ offset, length, text });

test("edits are applied to the text as it was, in any order given", () => {
  const edits = [edit(6, 5, "there"), edit(0, 5, "Hello"), edit(11, 0, "!")];
  expect(applyEdits("hullo world", edits)).toBe("Hello there!");
  expect(applyEdits("hullo world", edits.toReversed())).toBe("Hello there!");
  expect(applyEdits("as it is", [])).toBe("as it is");
});

test("insertions at one place keep the order given, and stand before what is replaced there", () => {
  expect(applyEdits("ac", [edit(1, 0, "1"), edit(1, 0, "2")])).toBe("a12c");
  expect(applyEdits("abc", [edit(1, 1, "B"), edit(1, 0, "1")])).toBe("a1Bc");
  expect(applyEdits("abc", [edit(1, 0, "1"), edit(1, 1, "B")])).toBe("a1Bc");
});

test("neighbours do not overlap", () => {
  expect(applyEdits("abcd", [edit(0, 2, "X"), edit(2, 2, "Y")])).toBe("XY");
  expect(applyEdits("abcd", [edit(0, 2, "X"), edit(2, 0, "-")])).toBe("X-cd");
});

describe("refused whole", () => {
  test.each([
    ["two that overlap", [edit(0, 3, ""), edit(2, 1, "")]],
    ["the same place replaced twice", [edit(1, 1, "x"), edit(1, 1, "y")]],
    ["an insertion inside what is replaced", [edit(0, 3, "x"), edit(1, 0, "y")]],
    ["beyond the end", [edit(3, 2, "x")]],
    ["before the beginning", [edit(-1, 1, "x")]],
    ["a negative length", [edit(2, -1, "x")]],
    ["no number", [edit(Number.NaN, 0, "x")]],
    ["half a character", [edit(0.5, 0, "x")]],
  ])("%s", (_, edits) => {
    expect(() => applyEdits("abcd", edits)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
});
