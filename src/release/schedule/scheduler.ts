import { type Clock, hasCode, isoTime, wordsOf } from "../../core/index.ts";
import type { ScheduleSettings } from "../../project/index.ts";
import type { Journal } from "../journal.ts";
import { liveRelease } from "../rollout-state.ts";
import type { Run } from "./runs.ts";
import type { ScheduledRuns } from "./scheduled-runs.ts";
import { askedOf } from "./timetable.ts";

interface Parts {
  readonly journal: Journal;
  readonly scheduled: ScheduledRuns;
  readonly clock: Clock;
  /** @throws STATE_NEEDS_PERSON when the engine is another state folder's */
  readonly governed: () => Promise<void>;
  readonly say: (words: string, about?: { readonly project: string; readonly service: string }) => void;
}

interface Planned {
  readonly project: string;
  readonly service: string;
  readonly schedule: ScheduleSettings;
  readonly release: number;
  /** When the release became live. */
  readonly liveAt: number;
}

const LOOK_MS = 1000;
/** Leftovers are looked for, and what failed is tried again, so often. */
const AGAIN_MS = 15_000;

const keyOf = ({ project, service }: { readonly project: string; readonly service: string }): string => `${project}.${service}`;

/** What runs by a schedule in the live releases of all projects. */
const plannedIn = (journal: Journal): readonly Planned[] =>
  journal.projects().flatMap((project) => {
    const live = liveRelease(journal, project);
    return (live?.entry.manifest.services ?? []).flatMap(({ name, schedule }) =>
      live === undefined || schedule === undefined
        ? []
        : [{ project, service: name, schedule, release: live.entry.release, liveAt: live.finished?.at ?? live.entry.at }],
    );
  });

export const wordsOfRun = ({ release, ended }: Run): string => {
  if (ended === undefined) return `r${release} is under way`;
  const { outcome, exitCode, seconds, because } = ended;
  const status = exitCode === undefined || outcome === "succeeded" ? "" : ` with status ${exitCode}`;
  return `r${release} ${outcome}${status}${seconds === undefined ? "" : ` after ${seconds} s`}${because === undefined ? "" : `: ${because}`}`;
};

const whyMissed = (last: Run | undefined, dueAt: number): string =>
  last !== undefined && last.begunAt <= dueAt && (last.ended === undefined || last.ended.at > dueAt)
    ? "the run before it was still at work"
    : "no agent was at work then";

/**
 * Runs scheduled services at their times, one at a time each, until the signal. A run under way then is left to whoever comes next: its container goes on, and is
 * found again. So is one whose agent, or whoever else began it, was killed.
 */
export const keepSchedules = async ({ journal, scheduled, clock, governed, say }: Parts, signal: AbortSignal): Promise<void> => {
  const { runs } = scheduled;
  const active = new Map<string, Promise<void>>();
  /** By key: not before, in milliseconds since the epoch. */
  const waits = new Map<string, number>();
  const told = new Set<string>();

  /** What fails each time is said once. */
  const tell = (words: string, about?: { readonly project: string; readonly service: string }): void => {
    const one = `${about === undefined ? "" : keyOf(about)} ${words}`;
    if (!signal.aborted && !told.has(one)) say(words, about === undefined ? undefined : { project: about.project, service: about.service });
    told.add(one);
  };

  const sayOf = (words: string, { project, service }: { readonly project: string; readonly service: string }): void =>
    say(words, { project, service });

  const work = (about: { readonly project: string; readonly service: string }, job: () => Promise<void>): void => {
    const key = keyOf(about);
    const done = job()
      .catch((error: unknown) => {
        waits.set(key, clock.now() + AGAIN_MS);
        if (!hasCode(error, "LOCKED")) tell(`cannot be run by its schedule: ${wordsOf(error)}`, about);
      })
      .finally(() => active.delete(key));
    active.set(key, done);
  };

  const begin = (planned: Planned, dueAt: number): void =>
    work(planned, async () => {
      const { project, service } = planned;
      await governed();
      const run = await scheduled.run(project, service, { dueAt, signal });
      sayOf(`run of ${isoTime(dueAt)}: ${wordsOfRun(run)}`, planned);
    });

  const consider = (planned: Planned): void => {
    const { project, service, schedule, release, liveAt } = planned;
    const now = clock.now();
    if ((waits.get(keyOf(planned)) ?? 0) > now) return;
    const since = runs.since(project, service, `${schedule.cron} ${schedule.timezone}`, liveAt);
    const asked = askedOf(schedule, Math.max(since, runs.lastDue(project, service) ?? 0), now);
    if (asked.now === "wait") waits.set(keyOf(planned), asked.untilMs);
    else if (asked.now === "run") begin(planned, asked.dueAt);
    else {
      const because = whyMissed(runs.of(project, service, 1)[0], asked.dueAt);
      scheduled.miss(project, service, { release, dueAt: asked.dueAt, because });
      sayOf(`missed ${isoTime(asked.dueAt)}: ${because}`, planned);
    }
  };

  const resumeLeftovers = async (): Promise<void> => {
    for (const run of runs.open()) {
      if (active.has(keyOf(run))) continue;
      work(run, async () => {
        for (const ended of (await scheduled.resume(run.project, run.service, signal)) ?? [])
          sayOf(`taken over: ${wordsOfRun(ended)}`, ended);
      });
    }
    await scheduled.sweep(signal).catch(() => undefined);
  };

  let read = -1;
  let lookAt = 0;
  let planned: readonly Planned[] = [];
  const look = async (): Promise<void> => {
    if (clock.elapsed() >= lookAt) {
      lookAt = clock.elapsed() + AGAIN_MS;
      await resumeLeftovers();
    }
    const position = journal.lastPosition();
    if (position !== read) {
      planned = plannedIn(journal);
      waits.clear();
      read = position;
    }
    for (const one of planned) if (!active.has(keyOf(one))) consider(one);
  };

  while (!signal.aborted) {
    await look().catch((error: unknown) => tell(`schedules cannot be kept: ${wordsOf(error)}`));
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
  await Promise.all(active.values());
};
