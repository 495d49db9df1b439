import { describe, expect, test } from "vitest";
import { ERRORS, EXIT_BUG, exitOf, hasCode, isSeaworthyError, SeaworthyError, wordsOf } from "./errors.ts";

/** DESIGN.md, "How code is written here", Exit codes. */
const DESIGNED = new Set([1, 2, 3, 4, 5, 6, 7, 8, 130]);

describe.each(Object.entries(ERRORS))("%s", (_, { exit, hint }) => {
  test("has an exit status of the design's table", () => {
    expect(DESIGNED).toContain(exit);
    expect(exit).not.toBe(EXIT_BUG);
  });
  test("says the next step in a sentence", () => {
    expect(hint).toMatch(/^[A-Z$].+[.}]$/);
  });
});

test("an error carries its code's facts, and those the place knows better", () => {
  const cause = new Error("ENOSPC");
  const plain = new SeaworthyError("DISK_FULL", "no space left: write x");
  expect([plain.exit, plain.hint, plain.problems, plain.details]).toEqual([8, ERRORS.DISK_FULL.hint, [], {}]);
  const told = new SeaworthyError("DISK_FULL", "x", { hint: "Remove the cache.", problems: ["a"], details: { path: "/x" }, cause });
  expect(told).toMatchObject({ hint: "Remove the cache.", problems: ["a"], details: { path: "/x" }, cause, name: "SeaworthyError" });
});

test("anything thrown has an exit status and words", () => {
  expect(exitOf(new SeaworthyError("LOCKED", "x"))).toBe(6);
  expect(exitOf(new TypeError("x"))).toBe(EXIT_BUG);
  expect(exitOf("text")).toBe(EXIT_BUG);
  expect([wordsOf(new Error("a")), wordsOf("b"), wordsOf(undefined)]).toEqual(["a", "b", "undefined"]);
});

test("codes are told apart, and a look-alike is none of ours", () => {
  const error = new SeaworthyError("LOCKED", "x");
  expect(hasCode(error, "PAUSED", "LOCKED")).toBe(true);
  expect(hasCode(error, "PAUSED")).toBe(false);
  expect(isSeaworthyError({ code: "LOCKED", name: "SeaworthyError" })).toBe(false);
});
