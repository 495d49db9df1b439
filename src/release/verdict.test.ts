import { describe, expect, test } from "vitest";
import { between, judge, type SideSeen } from "./verdict.ts";

const CRITERIA = { requests: 100, errors: 0.01, p95: 1.5 };

const side = (requests: number, errors = 0, p95Ms = 20, answers = requests): SideSeen => ({
  requests,
  errors,
  answers,
  ...(answers === 0 ? {} : { p95Ms }),
});

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
    ["no access log", side(1000, 0, 20, 0), side(1000, 0, 20, 0), "thin"],
    ["an access log that lacks the stable side", side(1000, 0, 20, 10), side(1000), "thin"],
    ["an access log that lacks the few that are under way", side(100, 0, 20, 95), side(100, 0, 20, 97), "good"],
    ["no access log, and plainly failing", side(1000, 0, 20, 0), side(1000, 100, 20, 0), "bad"],
  ] as const)("%s: %s", (_what, stable, next, verdict) => {
    expect(judge(stable, next, CRITERIA).verdict).toBe(verdict);
  });

  test("says its figures", () => {
    expect(judge(side(1000, 10), side(200, 50), CRITERIA)).toEqual({
      verdict: "bad",
      words: "50 of 200 requests to the new release failed (25 %), and 1 % of 1000 to the stable one",
      stable: { requests: 1000, failed: 10, p95Ms: 20 },
      next: { requests: 200, failed: 50, p95Ms: 20 },
    });
    expect(judge(side(1000), side(12), CRITERIA).words).toBe(
      "inconclusive: a verdict needs 100 requests on each side; the new release had 12, the stable one 1000",
    );
  });

  test("says what the access log lacks", () => {
    expect(judge(side(1000), side(200, 0, 20, 3), CRITERIA).words).toMatch(
      /^inconclusive: how long answers took is not known, because HAProxy's access log has 3 of 200 requests to the new release; 0 of 200/,
    );
  });

  test("is about what happened since the first reading", () => {
    expect(between(side(100, 3), side(150, 5))).toEqual({ requests: 50, errors: 2 });
  });
});
