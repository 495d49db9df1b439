import { expect, test } from "vitest";
import { matchesWildcard } from "./wildcard.ts";

test.each([
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["*", "anything", true],
  ["a*", "abc", true],
  ["*c", "abc", true],
  ["a*c", "abcbc", true],
  ["a*b*c", "axxbyyc", true],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["a*c", "abd", false],
  ["1.*", "1.0", true],
  ["1.*", "10", false],
  ["**", "x", true],
])("%s of %s: %s", (pattern, text, matches) => {
  expect(matchesWildcard(pattern, text)).toBe(matches);
});

test("a pattern that would make an expression search for hours is answered", () => {
  expect(matchesWildcard(`${"a*".repeat(200)}b`, "a".repeat(20_000))).toBe(false);
});
