import * as v from "valibot";
import { parseCron, parseTimeZone } from "../../core/index.ts";
import { described, durationSchema, parsed, section } from "./section.ts";

/** Kept as it was written: the release keeps it, and whoever goes by it parses it again. */
const accepted = (expected: string, parse: (text: string) => unknown) =>
  parsed(expected, /\S/, (text) => {
    parse(text);
    return text;
  });

const cronSchema = accepted("a schedule such as 15 3 * * *", parseCron);

const longSchema = v.strictObject({
  cron: described(
    "When, in the five fields of crontab (minute, hour, day of the month, month, day of the week; lists, ranges, steps, English names), or @hourly, @daily, @weekly, @monthly, @yearly. Six fields have seconds in front.",
    cronSchema,
  ),
  timezone: v.optional(
    described("Whose clocks, by the name in the IANA database.", accepted("a time zone such as Europe/Berlin", parseTimeZone)),
    "UTC",
  ),
  deadline: v.optional(
    described("How long a run may take: then it gets its stop signal, and SIGKILL after stop_grace_period.", durationSchema),
    "1h",
  ),
  missed: v.optional(
    described(
      "What becomes of a time that passed while no agent ran, or while the run before it was still at work: skip waits for the next, run makes up for it, once however many passed.",
      v.picklist(["skip", "run"], "expected skip or run"),
    ),
    "skip",
  ),
});

export const serviceSchedule = section({
  key: "schedule",
  scope: "service",
  docs: "The service does not run all the time: seaworthy agent runs its container by this schedule, one at a time, with the live release's image, environment and secrets. The text of `cron` alone will do: `schedule: 15 3 * * *`.",
  schema: v.union(
    [
      v.pipe(
        cronSchema,
        v.transform((cron): v.InferOutput<typeof longSchema> => v.parse(longSchema, { cron })),
      ),
      longSchema,
    ],
    // Of text, what is wrong with it as a schedule.
    ({ input, issues = [] }) =>
      (typeof input === "string" ? issues[0]?.message : undefined) ?? "expected a schedule such as 15 3 * * *, or a mapping with cron",
  ),
});
