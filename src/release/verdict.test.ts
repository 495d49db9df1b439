import { describe, expect, test } from "vitest";
import { LATENCY_BOUNDS_MS, type SideCounters } from "../proxy/index.ts";
import { between, judge, percentile } from "./verdict.ts";

const CRITERIA = { requests: 100, errors: 0.01, p95: 1.5 };

/** So many answers in the class that ends at this bound. */
const answers = (requests: number, boundMs: number): readonly number[] =>
  [...LATENCY_BOUNDS_MS, Number.POSITIVE_INFINITY].map((bound) => (bound === boundMs ? requests : 0));
const side = (requests: number, errors = 0, boundMs = 20): SideCounters => ({ requests, errors, latency: answers(requests, boundMs) });

describe("a verdict", () => {
  test.each([
    ["both without failures", side(1000), side(100), "good"],
    ["a part of failures that is allowed", side(1000), side(1000, 10), "good"],
    ["as many failures as the stable one has", side(1000, 200), side(200, 40), "good"],
    ["one percent more than is allowed", side(1000), side(1000, 21), "bad"],
    ["plainly failing, long before there are enough", side(500), side(10, 10), "bad"],
    ["plainly failing, and nobody on the stable side", side(0), side(10, 10), "bad"],
    ["failing, and too few to tell it from chance", side(500), side(9, 9), "thin"],
    ["one failure among few is chance", side(500), side(30, 1), "thin"],
    ["too few on the new side", side(1000), side(99), "thin"],
    ["too few on the stable side", side(99), side(1000), "thin"],
    ["nobody at all", side(0), side(0), "thin"],
    ["slower by more than the factor", side(1000), side(1000, 0, 100), "bad"],
    ["slower by the factor, but by less than a machine's own unrest", side(1000, 0, 2), side(1000, 0, 10), "good"],
    ["faster", side(1000, 0, 500), side(1000, 0, 5), "good"],
  ] as const)("%s: %s", (_what, stable, next, verdict) => {
    expect(judge(stable, next, CRITERIA).verdict).toBe(verdict);
  });

  test("says its figures", () => {
    expect(judge(side(1000, 10), side(200, 50), CRITERIA)).toEqual({
      verdict: "bad",
      words: "50 of 200 requests to the new release failed (25 %), and 1 % of 1000 to the stable one",
      stable: { requests: 1000, failed: 10, p95Ms: 19.8 },
      next: { requests: 200, failed: 50, p95Ms: 19.8 },
    });
    expect(judge(side(1000), side(12), CRITERIA).words).toBe(
      "inconclusive: a verdict needs 100 requests on each side; the new release had 12, the stable one 1000",
    );
  });

  test("is about what happened since the first reading", () => {
    expect(between(side(100, 3, 10), side(150, 5, 10))).toEqual(side(50, 2, 10));
  });
});

describe("a percentile", () => {
  test("lies within its class", () => {
    expect(percentile(answers(100, 20), 0.5)).toBe(17.5);
    expect(percentile(answers(1, 1), 0.95)).toBeCloseTo(0.95);
  });
  test("of nothing is nothing, and of the open class its lower bound", () => {
    expect(percentile(answers(0, 20), 0.95)).toBeUndefined();
    expect(percentile(answers(10, Number.POSITIVE_INFINITY), 0.95)).toBe(10_000);
  });
  test("is carried by the few slow ones when they are more than a twentieth", () => {
    const mixed = answers(90, 10).map((count, index) => count + (answers(10, 1000)[index] ?? 0));
    expect(percentile(mixed, 0.95)).toBe(850);
    expect(percentile(mixed, 0.5)).toBeLessThan(10);
  });
});
