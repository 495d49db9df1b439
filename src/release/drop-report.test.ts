import { describe, expect, test } from "vitest";
import type { Counters } from "../proxy/index.ts";
import { dropReport, formatDropReport } from "./drop-report.ts";

const counters = (changes: Partial<Counters> = {}): Counters => ({
  worker: 7,
  startedSeconds: 100,
  requests: 1000,
  errors: 0,
  serverErrors: 0,
  cutByServer: 0,
  cutByClient: 0,
  retries: 0,
  redispatches: 0,
  ...changes,
});

const report = (before: Partial<Counters>, after: Partial<Counters>, removed = 0) =>
  dropReport("web", counters(before), counters(after), removed);

describe("what a rollout cost", () => {
  test("is the difference of two readings, not what was counted before it", () => {
    expect(
      report(
        { errors: 5, cutByServer: 2, cutByClient: 1, retries: 3, redispatches: 4 },
        { requests: 42_233, errors: 5, cutByServer: 2, cutByClient: 4, retries: 9, redispatches: 6 },
      ),
    ).toEqual({
      service: "web",
      measured: true,
      requests: 41_233,
      failed: 0,
      byService: 0,
      cutByClient: 3,
      retries: 6,
      redispatches: 2,
    });
  });

  test("counts every 5xx and every answer broken off, whoever's fault", () => {
    expect(report({}, { requests: 1100, errors: 3, serverErrors: 1, cutByServer: 2 })).toMatchObject({ failed: 5, byService: 1 });
  });

  test("knows the 5xx of servers that have left", () => {
    expect(report({ serverErrors: 4, errors: 4 }, { errors: 10, serverErrors: 0 }, 8)).toMatchObject({ failed: 6, byService: 4 });
  });

  test("does not count event streams that were closed by policy, and says what drains have ended", () => {
    const drained = { closed: 200, streams: 50, cut: 3 };
    const ended = dropReport("web", counters(), counters({ requests: 1300, cutByServer: 51 }), 0, undefined, drained);
    expect(ended).toMatchObject({ failed: 1, closed: 200, cut: 3 });
    expect(formatDropReport(ended)).toBe(
      "web: 1 of 300 requests failed; 200 long connections were closed as their container left; 3 were cut when the drain was over",
    );
  });

  test("a service never has more of them than there were", () => {
    expect(report({}, { errors: 2, serverErrors: 9 })).toMatchObject({ failed: 2, byService: 2 });
    expect(report({ serverErrors: 9 }, { errors: 2, serverErrors: 0 })).toMatchObject({ failed: 2, byService: 0 });
  });
});

describe("is not measured, and says so,", () => {
  test.each([
    ["without a reading before", undefined, counters()],
    ["without a reading after", counters(), undefined],
    ["when another worker counts", counters(), counters({ worker: 8 })],
    ["when a worker under the same process id counts anew", counters(), counters({ startedSeconds: 160 })],
  ])("%s", (_, before, after) => {
    const made = dropReport("web", before, after, 0);
    expect(made).toMatchObject({ measured: false, why: expect.any(String) });
    expect(formatDropReport(made)).toMatch(/^web: not measured, because /);
  });
});

test("in words", () => {
  expect(formatDropReport(report({}, { requests: 42_233 }))).toBe("web: 0 of 41,233 requests failed");
  expect(formatDropReport(report({}, { requests: 1100, errors: 3, serverErrors: 2 }))).toBe(
    "web: 3 of 100 requests failed (2 of them the service answered itself with 5xx)",
  );
});
