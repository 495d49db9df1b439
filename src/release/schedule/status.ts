import type { ReleaseManifest } from "../manifest.ts";
import type { Run } from "./runs.ts";
import type { ScheduledRuns } from "./scheduled-runs.ts";
import { nextRun } from "./timetable.ts";

/** A service that runs by a schedule: when next, and what became of it before. */
export interface ScheduleStatus {
  readonly service: string;
  readonly cron: string;
  readonly timezone: string;
  /** Milliseconds since the epoch; it only comes where an agent is at work. */
  readonly nextAt: number;
  /** Under way. Absent otherwise, and when whoever began it has died: then it is `open`. */
  readonly running?: Run;
  /** Begun by somebody who has died: the next agent finds out what became of it. */
  readonly open?: Run;
  /** The newest that has ended, or was missed. */
  readonly last?: Run;
  /** Runs since the last that succeeded; those that were missed do not count. */
  readonly failures: number;
}

/** Failures in a row beyond this are not counted. */
const LOOKED_AT = 100;

const failuresOf = (runs: readonly Run[]): number => {
  const ended = runs.filter((run) => run.ended !== undefined && run.ended.outcome !== "missed");
  const good = ended.findIndex((run) => run.ended?.outcome === "succeeded");
  return good < 0 ? ended.length : good;
};

export const schedulesOf = (
  { project, services }: ReleaseManifest,
  scheduled: () => ScheduledRuns,
  now: number,
): readonly ScheduleStatus[] =>
  services.flatMap(({ name, schedule }): readonly ScheduleStatus[] => {
    if (schedule === undefined) return [];
    const runs = scheduled().runs.of(project, name, LOOKED_AT);
    const begun = runs.find(({ ended }) => ended === undefined);
    const last = runs.find(({ ended }) => ended !== undefined);
    const held = begun !== undefined && scheduled().holder(project, name) !== undefined;
    return [
      {
        service: name,
        cron: schedule.cron,
        timezone: schedule.timezone,
        nextAt: nextRun(schedule, now),
        failures: failuresOf(runs),
        ...(begun === undefined ? {} : held ? { running: begun } : { open: begun }),
        ...(last === undefined ? {} : { last }),
      },
    ];
  });
