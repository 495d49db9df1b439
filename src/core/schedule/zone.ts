import { SeaworthyError } from "../errors.ts";

/** Finding out what a zone's rules are costs more than asking for one time. */
const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
};

/** A zone by its IANA name. @throws INPUT_INVALID */
export const parseTimeZone = (name: string): string => {
  try {
    formatOf(name);
    return name;
  } catch {
    throw new SeaworthyError("INPUT_INVALID", `"${name.slice(0, 60)}" is not a time zone`, {
      hint: "Use a name of the IANA database, as in UTC or Europe/Berlin.",
    });
  }
};

/** What the clocks of a zone show, as if it were UTC. */
export const wallTime = (instant: number, zone: string): number => {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
};

const DAY_MS = 86_400_000;

/**
 * The instants at which a zone's clocks show a time: none where they were put forward over it, two where they were put back. `instead`: the instant
 * by the clocks before the change.
 */
export const instantsAt = (wall: number, zone: string): { readonly instants: readonly number[]; readonly instead: number } => {
  // No zone changes twice within two days.
  const [before, after] = [wall - DAY_MS, wall + DAY_MS].map((near) => wallTime(near, zone) - near);
  const candidates = [...new Set([wall - (before ?? 0), wall - (after ?? 0)])];
  return {
    instants: candidates.filter((instant) => wallTime(instant, zone) === wall).toSorted((a, b) => a - b),
    instead: wall - (before ?? 0),
  };
};
