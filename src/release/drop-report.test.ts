import { expect, test } from "vitest";
import type { Counters } from "../proxy/index.ts";
import { dropReport, formatDropReport } from "./drop-report.ts";

const counters = (changes: Partial<Counters> = {}): Counters => ({
  worker: 8,
  startedSeconds: 1000,
  requests: 0,
  errors: 0,
  serverErrors: 0,
  cutByServer: 0,
  cutByClient: 0,
  retries: 0,
  redispatches: 0,
  ...changes,
});

test("counts what lies between two readings; 5xx of the service and cut answers are failures", () => {
  const before = counters({ requests: 100, errors: 3, serverErrors: 3, cutByServer: 1 });
  const after = counters({ requests: 150, errors: 8, serverErrors: 4, cutByServer: 3 });
  expect(dropReport("web", before, after, 1)).toMatchObject({ measured: true, requests: 50, failed: 7, byService: 2 });
});

test.each([
  ["the proxy knew nothing before", undefined, counters(), "did not know the service"],
  ["the proxy is gone after", counters(), undefined, "did not know the service"],
  ["another worker counts", counters(), counters({ worker: 9, requests: 10 }), "began anew"],
  // A container that was restarted numbers its processes as before.
  ["the same number is another process", counters({ requests: 5 }), counters({ startedSeconds: 1007, requests: 3 }), "began anew"],
])("says that it was not measured when %s", (_name, before, after, why) => {
  const report = dropReport("web", before, after, 0);
  expect(report).toMatchObject({ measured: false, why: expect.stringContaining(why) });
  expect(formatDropReport(report)).toContain("not measured");
});
