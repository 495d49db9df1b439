import { expect, test } from "vitest";
import type { Run, ScheduleStatus } from "../../release/index.ts";
import { runLines, scheduleLines } from "./schedule.ts";

const NOW = Date.UTC(2027, 0, 10, 12);
const run = (ended?: Run["ended"]): Run => ({
  id: 1,
  project: "shop",
  service: "export",
  release: 7,
  container: "shop-export-r7-at-1",
  dueAt: NOW - 600_000,
  who: "root@host",
  deadlineMs: 1000,
  graceSeconds: 10,
  begunAt: NOW - 599_000,
  ...(ended === undefined ? {} : { ended }),
});
const failed = {
  outcome: "failed",
  at: NOW - 300_000,
  exitCode: 2,
  seconds: 299,
  log: ["one", "two\u001b[2J", "3", "4", "5", "6"],
} as const;
const status = (changes: Partial<ScheduleStatus>): ScheduleStatus => ({
  service: "export",
  cron: "15 3 * * *",
  timezone: "Europe/Berlin",
  nextAt: Date.UTC(2027, 0, 11, 2, 15),
  failures: 0,
  ...changes,
});
const watcher = { who: "root@host", pid: 1, what: "watch", since: 0 };

test("when next, and what became of it before", () => {
  expect(scheduleLines({ schedules: [status({})], watcher }, NOW)).toEqual([
    "  export  at 15 3 * * * (Europe/Berlin): next 2027-01-11 02:15:00 UTC; no run yet",
  ]);
  const last = run({ outcome: "succeeded", at: NOW - 300_000, exitCode: 0, seconds: 12, log: ["well"] });
  expect(scheduleLines({ schedules: [status({ last, running: run() })], watcher }, NOW)).toEqual([
    "  export  at 15 3 * * * (Europe/Berlin): next 2027-01-11 02:15:00 UTC; a run of r7 is under way since 10 min ago; last r7 succeeded after 12 s (5 min ago)",
  ]);
});

test("failures in a row, with the last lines, which cannot drive the terminal", () => {
  expect(scheduleLines({ schedules: [status({ last: run(failed), failures: 3 })], watcher }, NOW)).toEqual([
    "  export  at 15 3 * * * (Europe/Berlin): next 2027-01-11 02:15:00 UTC; last r7 failed with status 2 after 299 s (5 min ago); 3 failures in a row",
    "      two\u{FFFD}[2J",
    "      3",
    "      4",
    "      5",
    "      6",
  ]);
});

test("where nobody runs it, that is what is said of its next time", () => {
  expect(scheduleLines({ schedules: [status({ open: run() })] }, NOW)).toEqual([
    "  export  at 15 3 * * * (Europe/Berlin): not run by anybody (seaworthy agent); a run of r7 was left behind; the next agent finds out what became of it; no run yet",
  ]);
});

test("a run: when, for which time or by whom, how it ended, all that is kept of its log", () => {
  expect(runLines(run(failed), NOW)).toEqual([
    "2027-01-10 11:50:01 UTC (10 min ago) for 2027-01-10 11:50:00 UTC: r7 failed with status 2 after 299 s",
    "    one",
    "    two\u{FFFD}[2J",
    "    3",
    "    4",
    "    5",
    "    6",
  ]);
  const { dueAt: _, ...byHand } = run();
  expect(runLines(byHand, NOW)).toEqual(["2027-01-10 11:50:01 UTC (10 min ago) by hand (root@host): r7 is under way"]);
});
