import { expect, test } from "vitest";
import type { ScheduleSettings } from "../../project/index.ts";
import { askedOf, nextRun } from "./timetable.ts";

const nightly = (missed: ScheduleSettings["missed"], timezone = "UTC"): ScheduleSettings => ({
  cron: "15 3 * * *",
  timezone,
  deadlineMs: 1000,
  missed,
});
const at = (text: string): number => Date.parse(`2027-${text}Z`);

test.each([
  ["before its time", "01-10T03:15:00", "01-11T03:14:59", { now: "wait", untilMs: at("01-11T03:15:00") }],
  ["at its time", "01-10T03:15:00", "01-11T03:15:00", { now: "run", dueAt: at("01-11T03:15:00") }],
  ["a minute late", "01-10T03:15:00", "01-11T03:16:00", { now: "run", dueAt: at("01-11T03:15:00") }],
  ["later", "01-10T03:15:00", "01-11T03:16:01", { now: "missed", dueAt: at("01-11T03:15:00") }],
  ["days later: the newest time alone", "01-10T03:15:00", "01-19T12:00:00", { now: "missed", dueAt: at("01-19T03:15:00") }],
  ["dealt with", "01-11T03:15:00", "01-11T03:15:30", { now: "wait", untilMs: at("01-12T03:15:00") }],
  ["a clock that went back", "01-11T03:15:00", "01-11T02:00:00", { now: "wait", untilMs: at("01-12T03:15:00") }],
])("%s", (_, since, now, expected) => {
  expect(askedOf(nightly("skip"), at(since), at(now))).toEqual(expected);
});

test("what was missed is made up for where that is asked, once", () => {
  expect(askedOf(nightly("run"), at("01-10T03:15:00"), at("01-19T12:00:00"))).toEqual({ now: "run", dueAt: at("01-19T03:15:00") });
  expect(askedOf(nightly("run"), at("01-19T03:15:00"), at("01-19T12:00:00"))).toEqual({ now: "wait", untilMs: at("01-20T03:15:00") });
});

test("its times are those of its zone", () => {
  expect(nextRun(nightly("skip", "Europe/Berlin"), at("01-10T12:00:00"))).toBe(at("01-11T02:15:00"));
  expect(nextRun(nightly("skip", "Europe/Berlin"), at("07-10T12:00:00"))).toBe(at("07-11T01:15:00"));
});
