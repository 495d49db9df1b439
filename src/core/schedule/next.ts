import type { Cron } from "./cron.ts";
import { instantsAt, wallTime } from "./zone.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The 29th of February comes within eight years, over 2100 as well. */
const DAYS = 366 * 8 + 2;
/** More than any clock is put forward or back. */
const SHIFT_MS = 3 * HOUR_MS;

const isDay = ({ days, months, weekdays, eitherDay }: Cron, day: number): boolean => {
  const date = new Date(day);
  if (!months.includes(date.getUTCMonth() + 1)) return false;
  const [ofMonth, ofWeek] = [days.includes(date.getUTCDate()), weekdays.includes(date.getUTCDay())];
  return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
};

/** Times of the clock that the schedule names, from one on, in order. */
function* wallTimes(cron: Cron, from: number): Generator<number> {
  const first = Math.floor(from / DAY_MS) * DAY_MS;
  for (let day = first; day < first + DAYS * DAY_MS; day += DAY_MS) {
    if (!isDay(cron, day)) continue;
    for (const hour of cron.hours) {
      if (day + (hour + 1) * HOUR_MS <= from) continue;
      for (const minute of cron.minutes)
        for (const second of cron.seconds) {
          const at = day + hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
          if (at >= from) yield at;
        }
    }
  }
}

/** Whether no clock of the zone is put forward or back within hours of the instant. */
const isSteady = (instant: number, zone: string): boolean => {
  const [before, after] = [instant - 2 * SHIFT_MS, instant + 2 * SHIFT_MS].map((near) => wallTime(near, zone) - near);
  return before === after;
};

/**
 * The first time after an instant, in milliseconds since the epoch. Where clocks are put forward, a time of the day that is left out comes by the clocks before the
 * change, 02:30 as 03:30; where they are put back, a time that comes twice counts once, the first. What goes by the hour goes on by the hour.
 */
export const nextTime = (cron: Cron, zone: string, after: number): number | undefined => {
  const from = Math.floor(after / SECOND_MS) * SECOND_MS;
  let best: number | undefined;
  // Times of the clock are instants in the same order, but around a change.
  for (const wall of wallTimes(cron, wallTime(from, zone) - (isSteady(from, zone) ? 0 : SHIFT_MS))) {
    if (best !== undefined && wall - SHIFT_MS > wallTime(best, zone)) return best;
    const { instants, instead } = instantsAt(wall, zone);
    for (const instant of cron.hourly ? instants : [instants[0] ?? instead])
      if (instant > after && (best === undefined || instant < best)) best = instant;
    if (best !== undefined && isSteady(best, zone)) return best;
  }
  return best;
};

/**
 * The last time up to now since an instant, undefined when none was. However long ago the instant is, few times are looked at.
 */
export const lastTime = (cron: Cron, zone: string, since: number, now: number): number | undefined => {
  for (const windowMs of [MINUTE_MS, HOUR_MS, DAY_MS, 32 * DAY_MS, DAYS * DAY_MS]) {
    let last: number | undefined;
    for (let at = nextTime(cron, zone, Math.max(since, now - windowMs)); at !== undefined && at <= now; at = nextTime(cron, zone, at))
      last = at;
    if (last !== undefined) return last;
    if (now - windowMs <= since) return undefined;
  }
  return undefined;
};
