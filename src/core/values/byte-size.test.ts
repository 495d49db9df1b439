import { expect, test } from "vitest";
import { bytes, formatByteSize, parseByteSize } from "./byte-size.ts";

test.each([
  ["0", 0],
  ["1048576", 1_048_576],
  ["512m", 536_870_912],
  ["2gb", 2_147_483_648],
  ["2GiB", 2_147_483_648],
  ["1.5k", 1536],
  ["10b", 10],
  [" 1 kb ", 1024],
  ["1t", 1_099_511_627_776],
  ["0.3k", 307],
])("%j is %d bytes", (text, size) => {
  expect(parseByteSize(text)).toBe(size);
});

test.each(["", "-1", "1x", "1mbb", "m", "1,5g", "0x10", "1e9", "Infinity", "NaN", "9007199254740993", "1 2", "9".repeat(400)])(
  "%j is refused",
  (text) => {
    expect(() => parseByteSize(text)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  },
);

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [1_234_567, "1.23 MB"],
  [999_499, "999 kB"],
  [999_999, "1 MB"],
  [143_000_000, "143 MB"],
  [2_500_000_000_000_000, "2500 TB"],
])("%d bytes are printed as %s", (size, text) => {
  expect(formatByteSize(size)).toBe(text);
});

test("a computed amount is never negative or broken", () => {
  expect(bytes(-5)).toBe(0);
  expect(bytes(5.9)).toBe(5);
});
