import { expect, test } from "vitest";
import { parseIgnoreFile } from "./ignore-file.ts";

test("a line that is longer than any pattern is refused before it is looked at", () => {
  const started = performance.now();
  expect(() => parseIgnoreFile(".dockerignore", "../".repeat(300_000))).toThrow(expect.objectContaining({ code: "INPUT_TOO_LARGE" }));
  expect(performance.now() - started).toBeLessThan(5000);
  expect(parseIgnoreFile(".dockerignore", `a${"/".repeat(2000)}b`).ignores("a/b")).toBe(true);
});
