import { expect, test } from "vitest";
import { neverHealthy, timeoutMsOf } from "./frozen-healthcheck.ts";

test("a check that is slow, as on a busy machine, is given several times what it takes, and no more than it has by its own settings", () => {
  expect(timeoutMsOf(90, 30_000)).toBe(2000);
  expect(timeoutMsOf(1500, 30_000)).toBe(6000);
  expect(timeoutMsOf(1500, 5000)).toBe(5000);
  expect(timeoutMsOf(30, 1000)).toBe(2000);
});

test("a check that only a busy machine cuts off is no fault; one that fails or hangs, given longer, is", () => {
  expect(neverHealthy(0, "Health check exceeded timeout (5s)", 5000)).toEqual({
    state: "not-tried",
    because: "its health check succeeds, and not within 5 s: the machine is too busy to tell",
  });
  expect(neverHealthy(1, "refused", 5000)).toEqual({
    state: "disproved",
    because: "it answers its requests and its health check fails: refused",
  });
  expect(neverHealthy(undefined, "Health check exceeded timeout (5s)", 5000).state).toBe("disproved");
});
