import { expect, test } from "vitest";
import { timeoutMsOf } from "./frozen-healthcheck.ts";

test("a check that is slow, as on a busy machine, is given several times what it takes, and no more than it has by its own settings", () => {
  expect(timeoutMsOf(90, 30_000)).toBe(2000);
  expect(timeoutMsOf(1500, 30_000)).toBe(6000);
  expect(timeoutMsOf(1500, 5000)).toBe(5000);
  expect(timeoutMsOf(30, 1000)).toBe(2000);
});
