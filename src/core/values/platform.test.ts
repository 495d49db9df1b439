import { describe, expect, test } from "vitest";
import { formatPlatform, parsePlatform, samePlatform } from "./platform.ts";

test.each([
  ["linux/amd64", "linux/amd64"],
  ["linux/x86_64", "linux/amd64"],
  ["linux/x86-64", "linux/amd64"],
  ["linux/aarch64", "linux/arm64"],
  ["linux/arm64/v8", "linux/arm64"],
  ["linux/armhf", "linux/arm/v7"],
  ["linux/armv7l", "linux/arm/v7"],
  ["linux/arm/v6", "linux/arm/v6"],
  ["linux/i386", "linux/386"],
])("%s is %s", (text, normal) => {
  expect(formatPlatform(parsePlatform(text))).toBe(normal);
  expect(parsePlatform(normal)).toEqual(parsePlatform(text));
});

test.each(["", "linux", "linux/", "/amd64", "linux/amd64/v2/x", "Linux/amd64", "linux/amd64\n", "linux/../amd64", "linux amd64"])(
  "%j is refused",
  (text) => {
    expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  },
);

test("names that JavaScript objects know are only names", () => {
  expect(formatPlatform(parsePlatform("linux/constructor"))).toBe("linux/constructor");
  expect(formatPlatform(parsePlatform("linux/__proto__"))).toBe("linux/__proto__");
});

describe("an image runs on a machine", () => {
  const runs = (have: string, want: string): boolean => samePlatform(parsePlatform(have), parsePlatform(want));
  test.each([
    ["linux/amd64", "linux/x86_64", true],
    ["linux/amd64", "linux/arm64", false],
    ["linux/amd64", "windows/amd64", false],
    ["linux/arm64/v8", "linux/arm64", true],
    ["linux/arm", "linux/arm/v7", true],
    ["linux/arm/v6", "linux/arm/v5", false],
    ["linux/386", "linux/amd64", false],
  ])("%s on %s: %s", (have, want, answer) => {
    expect(runs(have, want)).toBe(answer);
  });
});
