import { expect, test } from "vitest";
import { parseDuration } from "./duration.ts";

test.each([
  ["0", 0],
  ["0s", 0],
  ["500ms", 500],
  ["1m30s", 90_000],
  ["1.5s", 1500],
  [" 2h ", 7_200_000],
  ["7d", 604_800_000],
  ["1w", 604_800_000],
  ["250us", 0.25],
  ["30s1m", 90_000],
])("%j is %d ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  "",
  "30",
  "-5s",
  "5 s",
  "s",
  "1e3s",
  "5S",
  "1m 30s",
  "5ns",
  ".5s",
  "5.s",
  "0x10s",
  "5s\n5s",
  "٣s",
  "9".repeat(400) + "d",
  "99999999999999d",
])("%j is refused", (text) => {
  expect(() => parseDuration(text)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});

test("a megabyte of digits is refused at once, in a short message", () => {
  const begun = performance.now();
  expect(() => parseDuration("1".repeat(1_000_000))).toThrow(/^.{1,300}$/);
  expect(() => parseDuration("1s".repeat(500_000) + "x")).toThrow(/^.{1,300}$/);
  expect(performance.now() - begun).toBeLessThan(1000);
});
