import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import type { ReleaseLine } from "../../release/index.ts";
import { renderHistory } from "./history.ts";

const NOW = 10_000_000;
const line = (release: number, rest: Partial<ReleaseLine>): ReleaseLine => ({
  release,
  version: `1.${release}.0`,
  digest: digestOf(`${release}`),
  outcome: "live",
  serving: false,
  who: "ann@prod",
  why: "",
  at: NOW - release * 60_000,
  report: [],
  ...rest,
});
const REPORT = {
  service: "web",
  measured: true,
  requests: 41_233,
  failed: 0,
  byService: 0,
  cutByClient: 0,
  retries: 0,
  redispatches: 0,
} as const;

test("who, what, when, why and what it cost, a line each", () => {
  const text = renderHistory(
    [
      line(4, { serving: true, rollbackTo: 2, why: "checkout errors", seconds: 3.2, report: [REPORT] }),
      line(3, { outcome: "reverted", because: "web did not become ready", why: "faster \u001b[31msearch" }),
      line(2, { decisions: [{ word: "promoted", at: 0, who: "bob@prod", because: "looks good" }] }),
    ],
    NOW,
  );
  const [fourth, third, second] = text.split("\n");
  expect(fourth).toMatch(
    /^\* r4 +1\.4\.0 +live +4 min ago +ann@prod +rollback to r2; checkout errors; .*0 of 41,?233 requests failed.*; 3\.2 s$/,
  );
  expect(third).toMatch(/^ {2}r3 +1\.3\.0 +reverted +3 min ago +ann@prod +faster .*search; web did not become ready$/);
  expect(second).toContain("promoted by bob@prod: looks good");
  expect(text).not.toContain("\u001b");
});
