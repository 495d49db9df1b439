import { lastTime, nextTime, parseCron } from "../../core/index.ts";
import type { ScheduleSettings } from "../../project/index.ts";

/** A time that passed so short a while ago is still kept: a restart of the agent, or the run before, took that long. */
const ON_TIME_MS = 60_000;

/** What a schedule asks for now. `missed`: a time passed at which it could not run, and is told of; `due` is the newest of those that passed. */
export type Asked =
  | { readonly now: "wait"; readonly untilMs: number }
  | { readonly now: "run"; readonly dueAt: number }
  | { readonly now: "missed"; readonly dueAt: number };

/** When a schedule comes next after an instant. A schedule always comes: what never does is refused when it is read. */
export const nextRun = ({ cron, timezone }: ScheduleSettings, after: number): number =>
  nextTime(parseCron(cron), timezone, after) ?? Number.POSITIVE_INFINITY;

/** `since`: the newest time of the schedule that was dealt with, or when the schedule began to hold. However many times passed, one run makes up for them. */
export const askedOf = (schedule: ScheduleSettings, since: number, now: number): Asked => {
  const dueAt = lastTime(parseCron(schedule.cron), schedule.timezone, since, now);
  if (dueAt === undefined) return { now: "wait", untilMs: nextRun(schedule, Math.max(since, now)) };
  return { now: now - dueAt <= ON_TIME_MS || schedule.missed === "run" ? "run" : "missed", dueAt };
};
