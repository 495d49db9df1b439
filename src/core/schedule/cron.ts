import { SeaworthyError } from "../errors.ts";

/** When something runs, as crontab(5) says it: sorted, without repetition. */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 0 to 6, from Sunday. */
  readonly weekdays: readonly number[];
  /** Days of the month and of the week are both named: one of them is enough (crontab(5)). */
  readonly eitherDay: boolean;
  /** It goes by the hour (`*`, `*\/2`) rather than at hours of the day: a day of 23 or 25 hours changes nothing for it. */
  readonly hourly: boolean;
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** In order, from `least`. */
  readonly names?: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const SECOND: Field = { name: "second", least: 0, most: 59 };
const FIELDS: readonly Field[] = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12, names: MONTHS },
  { name: "day of the week", least: 0, most: 7, names: WEEKDAYS },
];

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** Longer than any that means something. */
const MAX_LENGTH = 200;
/** Of February; months without a 30th or 31st. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const refuse = (text: string, why: string): never => {
  throw new SeaworthyError("INPUT_INVALID", `"${text.slice(0, 60)}" is not a schedule: ${why}`, {
    hint: 'Five fields as in crontab: minute, hour, day of the month, month, day of the week, as in "15 3 * * mon-fri"; or @hourly, @daily, @weekly, @monthly, @yearly.',
  });
};

const PART = /^(?:(\*)|([a-z]{3}|\d{1,2})(?:-([a-z]{3}|\d{1,2}))?)(?:\/(\d{1,2}))?$/;

const valuesOf = (written: string, field: Field, text: string): readonly number[] => {
  const { name, least, most, names = [] } = field;
  const values = written.split(",").flatMap((part) => {
    const [, star, first = "", last, step] = PART.exec(part) ?? refuse(text, `"${part.slice(0, 30)}" is no ${name}`);
    const number = (word: string): number => {
      const named = names.indexOf(word);
      const value = named >= 0 ? named + least : Number(word);
      return value >= least && value <= most ? value : refuse(text, `a ${name} is from ${least} to ${most}, not ${word}`);
    };
    const from = star === undefined ? number(first) : least;
    // `5/15` is from 5 on, as cron and systemd have it; `5` alone is 5.
    const to = star !== undefined || (last === undefined && step !== undefined) ? most : number(last ?? first);
    if (to < from) refuse(text, `${part} goes backwards`);
    const by = step === undefined ? 1 : Number(step);
    if (by < 1) refuse(text, `a step is at least 1`);
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by);
  });
  return [...new Set(values)].toSorted((a, b) => a - b);
};

/** Whether some year has such a day. */
const comes = ({ days, months, eitherDay }: Cron): boolean =>
  eitherDay || months.some((month) => days.some((day) => day <= (LONGEST[month - 1] ?? 0)));

/**
 * Five fields with lists, ranges, steps and English names, six with seconds in front, or a nickname.
 * @throws INPUT_INVALID also for one that never comes, as on the 30th of February
 */
export const parseCron = (text: string): Cron => {
  const trimmed = text.trim().toLowerCase();
  if (trimmed.length > MAX_LENGTH) refuse(text, "it is too long");
  const nickname = Object.hasOwn(NICKNAMES, trimmed) ? NICKNAMES[trimmed] : undefined;
  const parts = (nickname ?? trimmed).split(/\s+/);
  if (parts.length < 5 || parts.length > 6 || trimmed === "") refuse(text, "expected five fields, or six with seconds in front");
  const [second = "0", ...five] = parts.length === 6 ? parts : ["0", ...parts];
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = FIELDS.map((field, index) =>
    valuesOf(five[index] ?? "", field, text),
  );
  const [, hour = "", day = "", , weekday = ""] = five;
  const cron: Cron = {
    seconds: valuesOf(second, SECOND, text),
    minutes,
    hours,
    days,
    months,
    weekdays: [...new Set(weekdays.map((one) => one % 7))].toSorted((a, b) => a - b),
    eitherDay: !day.startsWith("*") && !weekday.startsWith("*"),
    hourly: hour.startsWith("*"),
  };
  return comes(cron) ? cron : refuse(text, "that day never comes");
};
