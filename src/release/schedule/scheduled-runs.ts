import { join } from "node:path";
import { lock, type LockHolder, readHolder, SeaworthyError, type StateFolder, tryLock } from "../../core/index.ts";
import type { World } from "../actions/index.ts";
import type { Journal } from "../journal.ts";
import { LABELS } from "../live.ts";
import { describeScheduled } from "../one-off.ts";
import { performRun, resumeRun } from "./perform-run.ts";
import { openRuns, type Run, type Runs } from "./runs.ts";

interface Parts {
  readonly journal: Journal;
  readonly state: StateFolder;
  readonly who: string;
  readonly world: (project: string, signal?: AbortSignal) => World;
}

/** Runs of scheduled services, one at a time each, whoever begins them. */
export interface ScheduledRuns extends Disposable {
  readonly runs: Runs;
  /** Who is at work on a run of the service now. */
  holder(project: string, service: string): LockHolder | undefined;
  /**
   * Runs the service as it is live, to its end; a run that nobody looks after any more is brought to its end first. Aborted by the signal, the container is left to
   * whoever resumes it.
   * @throws LOCKED while a run of it is under way; INPUT_NOT_FOUND when nothing is live, or no such service runs by a schedule; ENGINE_UNREACHABLE before it began
   */
  run(project: string, service: string, options?: { readonly dueAt?: number; readonly signal?: AbortSignal }): Promise<Run>;
  /** Brings the service's runs to their end that nobody looks after; undefined when somebody does. */
  resume(project: string, service: string, signal: AbortSignal): Promise<readonly Run[] | undefined>;
  /** Writes down a time at which the service could not run. */
  miss(project: string, service: string, facts: { readonly release: number; readonly dueAt: number; readonly because: string }): void;
  /** Removes containers of runs that have ended: whoever ran them died before that. */
  sweep(signal: AbortSignal): Promise<void>;
}

export const openScheduledRuns = ({ journal, state, who, world }: Parts): ScheduledRuns => {
  const runs = openRuns(state.folder);
  const lockPath = (project: string, service: string): string => join(state.folder, "leases", "runs", `${project}.${service}.sqlite`);
  const holding = (project: string, service: string) => ({ who, what: `run ${service} of ${project}` });

  const resumeOpen = async (own: World, project: string, service: string): Promise<readonly Run[]> => {
    const ended: Run[] = [];
    for (const run of runs.open()) if (run.project === project && run.service === service) ended.push(await resumeRun(own, runs, run));
    return ended;
  };

  return {
    runs,
    holder: (project, service) => readHolder(lockPath(project, service)),
    run: async (project, service, { dueAt, signal } = {}) => {
      const own = world(project, signal);
      using _held = await lock(lockPath(project, service), holding(project, service), { clock: own.clock });
      await resumeOpen(own, project, service);
      const { platform } = await own.engine.system.info();
      const begunAt = own.clock.now();
      const { schedule, graceSeconds, ...oneOff } = describeScheduled({ journal, state }, { project, service, stamp: begunAt });
      if (schedule === undefined)
        throw new SeaworthyError("INPUT_NOT_FOUND", `${service} of ${project} does not run by a schedule`, {
          hint: `For a command in a container of its own: seaworthy run ${service} -- COMMAND.`,
        });
      const run = runs.begin({
        project,
        service,
        release: oneOff.release,
        container: oneOff.name,
        who,
        deadlineMs: schedule.deadlineMs,
        graceSeconds,
        begunAt,
        ...(dueAt === undefined ? {} : { dueAt }),
      });
      return await performRun(own, runs, run, { ...oneOff, platform });
    },
    resume: async (project, service, signal) => {
      using held = tryLock(lockPath(project, service), holding(project, service));
      return held === undefined ? undefined : await resumeOpen(world(project, signal), project, service);
    },
    miss: (project, service, { release, dueAt, because }) => {
      const begunAt = world(project).clock.now();
      const run = runs.begin({ project, service, release, dueAt, who, container: "", deadlineMs: 0, graceSeconds: 0, begunAt });
      runs.end(run.id, { outcome: "missed", at: begunAt, because, log: [] });
    },
    sweep: async (signal) => {
      const { engine } = world("", signal);
      // In this order: what is begun is written down before its container is there.
      const found = await engine.containers.list({ [LABELS.role]: "scheduled", [LABELS.state]: state.uuid });
      const open = new Set(runs.open().map(({ container }) => container));
      for (const { name } of found) if (!open.has(name)) await engine.containers.remove(name);
    },
    [Symbol.dispose]: () => runs[Symbol.dispose](),
  };
};
