import { describe, expect, test } from "vitest";
import { parseCron } from "./cron.ts";
import { lastTime, nextTime } from "./next.ts";
import { parseTimeZone } from "./zone.ts";

/** The next times, as ISO 8601 to the minute. */
const times = (text: string, zone: string, from: string, count: number): readonly string[] => {
  const cron = parseCron(text);
  let at = Date.parse(from);
  return Array.from({ length: count }, () => {
    at = nextTime(cron, zone, at) ?? Number.NaN;
    return new Date(at).toISOString().replace(":00.000Z", "Z").replace(".000Z", "Z");
  });
};

describe("fields", () => {
  test.each([
    ["15 3 * * *", "2027-01-01T03:15:00Z", ["2027-01-02T03:15Z", "2027-01-03T03:15Z"]],
    ["*/20 8-9 * * *", "2027-01-01T08:30:00Z", ["2027-01-01T08:40Z", "2027-01-01T09:00Z"]],
    ["5/25 * * * *", "2027-01-01T00:00:00Z", ["2027-01-01T00:05Z", "2027-01-01T00:30Z", "2027-01-01T00:55Z"]],
    ["0 0 * * mon-fri", "2027-01-01T12:00:00Z", ["2027-01-04T00:00Z", "2027-01-05T00:00Z"]],
    ["0 0 * JAN,Mar SUN", "2027-01-30T12:00:00Z", ["2027-01-31T00:00Z", "2027-03-07T00:00Z"]],
    ["0 0 * * 7", "2027-01-01T00:00:00Z", ["2027-01-03T00:00Z"]],
    ["0 0 * * 5-7", "2027-01-01T12:00:00Z", ["2027-01-02T00:00Z", "2027-01-03T00:00Z", "2027-01-08T00:00Z"]],
    // Both days named: either is enough. One of them by a star: both count (crontab(5)).
    ["0 0 13 * fri", "2027-01-01T12:00:00Z", ["2027-01-08T00:00Z", "2027-01-13T00:00Z", "2027-01-15T00:00Z"]],
    ["0 0 */2 * fri", "2027-01-01T12:00:00Z", ["2027-01-15T00:00Z", "2027-01-29T00:00Z"]],
    ["0 0 31 * *", "2027-01-31T00:00:00Z", ["2027-03-31T00:00Z", "2027-05-31T00:00Z"]],
    ["0 0 29 2 *", "2027-01-01T00:00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
    ["0 0 29 2 *", "2097-01-01T00:00:00Z", ["2104-02-29T00:00Z"]],
    ["*/30 * * * * *", "2027-01-01T00:00:10Z", ["2027-01-01T00:00:30Z", "2027-01-01T00:01Z"]],
    ["@hourly", "2027-01-01T00:00:00Z", ["2027-01-01T01:00Z"]],
    ["@daily", "2027-01-01T00:00:00Z", ["2027-01-02T00:00Z"]],
    ["@weekly", "2027-01-01T00:00:00Z", ["2027-01-03T00:00Z"]],
    ["@monthly", "2027-01-01T00:00:00Z", ["2027-02-01T00:00Z"]],
    ["@Yearly", "2027-01-01T00:00:00Z", ["2028-01-01T00:00Z"]],
  ])("%s after %s", (text, from, expected) => {
    expect(times(text, "UTC", from, expected.length)).toEqual(expected);
  });
  test.each([
    ["", /five fields/],
    ["* * * *", /five fields/],
    ["* * * * * * *", /five fields/],
    ["60 * * * *", /a minute is from 0 to 59, not 60/],
    ["* 24 * * *", /an? hour is from 0 to 23, not 24/],
    ["* * 0 * *", /a day of the month is from 1 to 31, not 0/],
    ["* * * 13 *", /a month is from 1 to 12, not 13/],
    ["* * * * 8", /a day of the week is from 0 to 7, not 8/],
    ["*/0 * * * *", /a step is at least 1/],
    ["5-1 * * * *", /5-1 goes backwards/],
    ["1,,2 * * * *", /"" is no minute/],
    ["-1 * * * *", /"-1" is no minute/],
    ["x * * * *", /"x" is no minute/],
    ["* * * foo *", /a month is from 1 to 12, not foo/],
    ["* * L * *", /"l" is no day of the month/],
    ["H * * * *", /"h" is no minute/],
    ["@never", /five fields/],
    ["0 0 30 2 *", /that day never comes/],
    ["0 0 31 4,6 *", /that day never comes/],
    [`${"1,".repeat(200)}1 * * * *`, /too long/],
  ])("%j is refused", (text, words) => {
    expect(() => parseCron(text)).toThrow(expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringMatching(words) }));
  });
});

describe("time zones", () => {
  test("a time of the day is that of the zone", () => {
    expect(times("15 3 * * *", "Europe/Berlin", "2027-01-01T00:00:00Z", 1)).toEqual(["2027-01-01T02:15Z"]);
    expect(times("15 3 * * *", "America/New_York", "2027-07-01T00:00:00Z", 1)).toEqual(["2027-07-01T07:15Z"]);
    expect(times("15 3 * * *", "Asia/Kathmandu", "2027-01-01T00:00:00Z", 1)).toEqual(["2027-01-01T21:30Z"]);
  });
  test("the day of the week and of the month are those of the zone", () => {
    expect(times("30 0 1 * *", "Pacific/Auckland", "2027-06-29T00:00:00Z", 1)).toEqual(["2027-06-30T12:30Z"]);
    expect(times("30 23 * * sun", "Pacific/Pago_Pago", "2027-01-01T00:00:00Z", 1)).toEqual(["2027-01-04T10:30Z"]);
  });
  test.each(["Mars/Olympus", "", "Europe/Berlin; x"])("%j is refused", (name) => {
    expect(() => parseTimeZone(name)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  });
});

// Clocks in Berlin: 2027-03-28 02:00 becomes 03:00 (01:00Z); 2027-10-31 03:00 becomes 02:00 (01:00Z).
describe("where clocks are put forward", () => {
  test("a time that is left out comes by the clocks before, and the next day as ever", () => {
    expect(times("30 2 * * *", "Europe/Berlin", "2027-03-27T00:00:00Z", 3)).toEqual([
      "2027-03-27T01:30Z",
      "2027-03-28T01:30Z",
      "2027-03-29T00:30Z",
    ]);
  });
  test("it is once, also where it falls on another time of the schedule", () => {
    expect(times("30 2,3 * * *", "Europe/Berlin", "2027-03-28T00:00:00Z", 2)).toEqual(["2027-03-28T01:30Z", "2027-03-29T00:30Z"]);
  });
  test("what goes by the hour goes on", () => {
    expect(times("*/30 * * * *", "Europe/Berlin", "2027-03-28T00:10:00Z", 4)).toEqual([
      "2027-03-28T00:30Z",
      "2027-03-28T01:00Z",
      "2027-03-28T01:30Z",
      "2027-03-28T02:00Z",
    ]);
  });
  test("a midnight that is left out", () => {
    // Cairo puts its clocks forward at midnight: 2027-04-30 00:00 is 01:00.
    expect(times("0 0 * * *", "Africa/Cairo", "2027-04-28T23:00:00Z", 3)).toEqual([
      "2027-04-29T22:00Z",
      "2027-04-30T21:00Z",
      "2027-05-01T21:00Z",
    ]);
  });
});

describe("where clocks are put back", () => {
  test("a time that comes twice counts once", () => {
    expect(times("30 2 * * *", "Europe/Berlin", "2027-10-30T00:00:00Z", 4)).toEqual([
      "2027-10-30T00:30Z",
      "2027-10-31T00:30Z",
      "2027-11-01T01:30Z",
      "2027-11-02T01:30Z",
    ]);
  });
  test("asked between the two, it is not told again", () => {
    expect(times("30 2 * * *", "Europe/Berlin", "2027-10-31T00:40:00Z", 1)).toEqual(["2027-11-01T01:30Z"]);
  });
  test("what goes by the hour goes on, in both of them", () => {
    expect(times("*/30 * * * *", "Europe/Berlin", "2027-10-30T23:50:00Z", 6)).toEqual([
      "2027-10-31T00:00Z",
      "2027-10-31T00:30Z",
      "2027-10-31T01:00Z",
      "2027-10-31T01:30Z",
      "2027-10-31T02:00Z",
      "2027-10-31T02:30Z",
    ]);
  });
  test("by half an hour, as on Lord Howe", () => {
    // 2027-04-04 02:00 (UTC+11) becomes 01:30 (UTC+10:30), at 15:00Z the day before.
    expect(times("45 1 * * *", "Australia/Lord_Howe", "2027-04-03T00:00:00Z", 2)).toEqual(["2027-04-03T14:45Z", "2027-04-04T15:15Z"]);
  });
});

test.each([
  ["15 3 * * *", "2026-01-01T00:00:00Z", "2027-01-01T03:14:59Z", "2026-12-31T03:15:00.000Z"],
  ["15 3 * * *", "2026-12-31T03:15:00Z", "2027-01-01T03:14:59Z", undefined],
  ["15 3 * * *", "2026-12-31T03:15:00Z", "2027-01-01T03:15:00Z", "2027-01-01T03:15:00.000Z"],
  ["* * * * * *", "2020-01-01T00:00:00Z", "2027-01-01T00:00:00.500Z", "2027-01-01T00:00:00.000Z"],
  ["0 0 29 2 *", "2020-03-01T00:00:00Z", "2027-01-01T00:00:00Z", "2024-02-29T00:00:00.000Z"],
])("the last time of %s since %s, at %s", (text, since, now, expected) => {
  const last = lastTime(parseCron(text), "UTC", Date.parse(since), Date.parse(now));
  expect(last === undefined ? undefined : new Date(last).toISOString()).toBe(expected);
});

test("every hour of a year comes once, whatever the clocks do", () => {
  const cron = parseCron("0 * * * *");
  let at = Date.parse("2027-01-01T00:00:00Z");
  for (let hour = 1; hour <= 365 * 24; hour += 1) {
    at = nextTime(cron, "Europe/Berlin", at) ?? Number.NaN;
    expect(at - Date.parse("2027-01-01T00:00:00Z")).toBe(hour * 3_600_000);
  }
});
