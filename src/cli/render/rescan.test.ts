import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import type { Rescan } from "../../ship/index.ts";
import { needsLook, rescanWords } from "./rescan.ts";

type Scanned = Rescan["scanned"][number];

const FRESH = { id: "CVE-2026-0001", package: "openssl", version: "3.0.1", severity: "high", fixed: "3.0.9" };
const scanned = (passed: boolean, more: Partial<Scanned> = {}): Scanned => ({
  project: "shop",
  service: "web",
  scan: { digest: digestOf("web"), at: 0, advisories: { builtAt: 0, asOf: 0, stale: [] }, passed, unjudged: false },
  fresh: [],
  first: false,
  turned: false,
  ...more,
});
const round = (...all: readonly Scanned[]) => ({ scanned: all, unread: [] });

test.each([
  ["nothing was due", round(), false, "nothing is due"],
  ["all is well", round(scanned(true)), false, "shop/web  passed, 0 newly known"],
  ["it is as bad as it was", round(scanned(false)), false, "shop/web  refused, 0 newly known"],
  [
    "it was let through before",
    round(scanned(false, { turned: true, fresh: [FRESH] })),
    true,
    "shop/web  refused now, and was let through before, 1 newly known\n  CVE-2026-0001 (high) in openssl 3.0.1, fixed in 3.0.9",
  ],
  [
    "nobody had looked before",
    round(scanned(false, { first: true, fresh: [FRESH] })),
    true,
    "shop/web  refused, scanned for the first time",
  ],
  [
    "an image cannot be read",
    { scanned: [], unread: [{ project: "shop", service: "db", digest: digestOf("db"), because: "no such image" }] },
    true,
    "shop/db  not scanned: no such image",
  ],
  ["there are no advisories", { ...round(), problem: "there are none" }, true, "nothing was scanned: there are none"],
])("a round in which %s", (_, report, looks, words) => {
  expect([needsLook(report), rescanWords(report)]).toEqual([looks, words]);
});
