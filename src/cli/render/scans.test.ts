import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import type { KeptFinding, ServiceScan } from "../../ship/index.ts";
import { scanLines } from "./scans.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 21, 12);

const SCAN: NonNullable<ServiceScan["scan"]> = {
  at: NOW - 3 * HOUR_MS,
  by: "agent",
  advisories: { builtAt: NOW - 5 * HOUR_MS, asOf: NOW - 20 * HOUR_MS, stale: [] },
  passed: true,
  unjudged: false,
  judged: 100,
  excused: 0,
  tooOld: false,
  open: 12,
  refused: 0,
  approvedAt: 0,
  fresh: [],
};

const finding = (id: string, severity: string, more: Partial<KeptFinding> = {}): KeptFinding => ({
  id,
  package: "openssl",
  version: "3.0.1",
  severity,
  isNew: true,
  ...more,
});

const lines = (one: Partial<ServiceScan>, round?: { at: number; nextAt: number; problem?: string }): readonly string[] =>
  scanLines(
    {
      maxAgeMs: 7 * 24 * HOUR_MS,
      services: [{ service: "web", digest: digestOf("web"), ...one }],
      ...(round === undefined ? {} : { round }),
    },
    NOW,
  );

const scanned = (more: Partial<typeof SCAN>, other: Partial<ServiceScan> = {}): readonly string[] =>
  lines({ scan: { ...SCAN, ...more }, ...other });

test("how old a scan is and what it said, in a line; what is new by name", () => {
  expect(scanned({})).toEqual(["  web  scanned 3 h ago with advisories of 2026-11-20: 12 known, none that is refused"]);
  const fresh = [
    finding("CVE-1", "critical", { exploited: true, fixed: "3.0.9" }),
    finding("CVE-2", "high"),
    finding("CVE-3", "high"),
    finding("CVE-4", "low"),
  ];
  expect(scanned({ passed: false, refused: 3, fresh, excused: 2 })).toEqual([
    "  web  scanned 3 h ago with advisories of 2026-11-20: 1 new critical (1 known to be exploited), 2 new high, 1 new low since its release; 12 known, 3 refused, 2 excused; next: seaworthy scan web",
    "    new: CVE-1 (critical, known to be exploited) in openssl 3.0.1, fixed in 3.0.9",
    "    new: CVE-2 (high) in openssl 3.0.1, no fix",
    "    new: CVE-3 (high) in openssl 3.0.1, no fix",
    "    and 1 more that are new",
  ]);
});

test.each<[readonly string[], string]>([
  [
    scanned({ tooOld: true, at: NOW - 9 * 24 * HOUR_MS }),
    "scanned 9 d ago with advisories of 2026-11-20, older than the 7 d that are allowed: 12 known, none that is refused; next: seaworthy scan web",
  ],
  [
    scanned({ unjudged: true, passed: false }),
    "scanned 3 h ago with advisories of 2026-11-20: nothing in it could be judged, which is no proof; next: seaworthy scan web",
  ],
  [
    scanned({}, { unread: "no such image" }),
    "scanned 3 h ago with advisories of 2026-11-20: 12 known, none that is refused; it could not be scanned again: no such image; next: seaworthy scan web",
  ],
  [
    scanned({ advisories: { builtAt: 0, asOf: 0, stale: [] } }),
    "scanned 3 h ago with advisories of a day that nobody told: 12 known, none that is refused",
  ],
  [lines({}), "not scanned; next: seaworthy scan web"],
  [
    lines({ shipped: { at: NOW - HOUR_MS, state: "not-tried", because: "there are no advisories" } }),
    "not scanned: there are no advisories; next: seaworthy scan web",
  ],
  [
    lines({ shipped: { at: NOW - 2 * HOUR_MS, state: "proven", because: "0 known vulnerabilities" } }),
    "scanned 2 h ago, on its way here: 0 known vulnerabilities",
  ],
])("%s", (said, words) => {
  expect(said).toEqual([`  web  ${words}`]);
});

test("an agent that can scan nothing", () => {
  expect(lines({}, { at: NOW - HOUR_MS, nextAt: NOW, problem: "there are no advisories" }).at(-1)).toBe(
    "  the agent could scan nothing again 60 min ago: there are no advisories",
  );
  expect(scanLines(undefined, NOW)).toEqual([]);
});
