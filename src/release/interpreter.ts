import { hasCode, isSeaworthyError, SeaworthyError, wordsOf } from "../core/index.ts";
import { perform, type World } from "./actions/index.ts";
import { assertNotAborted, isAborted, watchful } from "./asked.ts";
import { type Drained, dropReport, type DropReport } from "./drop-report.ts";
import { isLeftOut, performCounted, turnsBack } from "./failures.ts";
import { gapsOf } from "./gaps.ts";
import type { Entry, Journal } from "./journal.ts";
import { backendName } from "./manifest.ts";
import type { Action, Step } from "./plan.ts";
import { jobName, jobSteps } from "./rollout/jobs.ts";
import { isFinal, liveRelease, pauseLeftMs, promotionOf, rolloutState, type RolloutState } from "./rollout-state.ts";
import { standAgain } from "./stand-again.ts";
import type { Counters } from "../proxy/index.ts";
import type { Result } from "./actions/world.ts";

/** How a rollout ended, or that it waits for a person's word. Being taken back is an outcome, not an exception. */
export type RolloutOutcome =
  | { readonly state: "live"; readonly release: number; readonly reports: readonly DropReport[]; readonly seconds: number }
  | {
      readonly state: "reverted";
      readonly release: number;
      readonly because: SeaworthyError;
      /** What it cost the users, of services whose requests were counted. */
      readonly reports?: readonly DropReport[];
      readonly seconds: number;
    }
  | {
      readonly state: "paused";
      readonly release: number;
      readonly step: string;
      readonly because: SeaworthyError;
      readonly seconds: number;
    }
  /** It failed when old replicas were gone already, and release `to` serves again, by a release of its own. */
  | {
      readonly state: "rolled-back";
      readonly release: number;
      readonly because: SeaworthyError;
      readonly by: number;
      readonly to: number;
      readonly reports: readonly DropReport[];
      readonly seconds: number;
    }
  /** It failed, and so did bringing the one before it back: what runs is a mixture. */
  | {
      readonly state: "rollback-failed";
      readonly release: number;
      readonly because: SeaworthyError;
      readonly by?: number;
      readonly seconds: number;
    };

/** How one run of the interpreter ended: `failed` is not the end, because a rollback follows it where there is one. */
export type RunOutcome =
  | Extract<RolloutOutcome, { state: "live" | "reverted" | "paused" }>
  | {
      readonly state: "failed";
      readonly release: number;
      readonly because: SeaworthyError;
      readonly reports?: readonly DropReport[];
      readonly seconds: number;
      readonly rollbackTo?: number;
    };

/**
 * Exit status of an outcome: 0 live, 3 the previous release serves, 4 it does not, 5 a person decides. What the machine or its surroundings refused
 * before anything was replaced keeps its own (7, 8), so that a script can tell it from a release that did not become live.
 */
export const outcomeExit = (outcome: RolloutOutcome): number => {
  if (outcome.state === "live") return 0;
  const { exit } = outcome.because;
  if (outcome.state === "reverted") return exit === 7 || exit === 8 ? exit : 3;
  return outcome.state === "rolled-back" ? 3 : exit;
};

/** Called after each entry of the journal about a step: tests kill the process here. */
export type StepHook = (moment: "intent" | "done" | "paused" | "undone", step: Step) => void | Promise<void>;

const sentence = (action: Action): string => {
  switch (action.do) {
    case "pull-image":
      return action.reference;
    case "create-network":
    case "remove-network":
    case "create-volume":
    case "create-container":
    case "connect-network":
    case "disconnect-network":
    case "adopt-container":
    case "set-restart":
    case "await-direct":
    case "start-container":
    case "run-job":
    case "stop-container":
    case "remove-container":
    case "await-ready":
    case "await-healthy":
    case "await-exit":
      return action.name;
    case "place-file":
      return action.key;
    case "redirect-port":
    case "end-redirect":
      return `${action.port} to ${action.to}`;
    case "await-port":
      return String(action.port);
    case "steer":
      return `${action.weight} % of ${action.backend}`;
    case "end-steering":
      return action.backend;
    case "analyse":
      return `${action.backend} for ${action.forMs / 1000} s`;
    case "pause":
      return action.forMs === undefined ? "until somebody promotes it" : `for ${action.forMs / 1000} s`;
    case "install-certificates":
    case "keep-certificates":
      return action.files.map(({ certificate }) => certificate).join(", ");
    case "start-proxy":
    case "await-workers":
      return "HAProxy";
    case "declare-backend":
    case "withdraw-backend":
    case "hold-requests":
    case "release-requests":
    case "shift-traffic":
      return action.backend;
    case "add-server":
    case "announce-server":
    case "await-server":
    case "await-drained":
    case "remove-server":
      return `${action.backend}/${action.server}`;
    case "move-traffic":
      return `${action.backend} to ${action.to.join(", ") || "the others"}`;
    case "watch":
      return `${action.replicas.map(({ name }) => name).join(", ")} for ${action.forMs / 1000} s`;
    case "wait":
      return `${action.forMs / 1000} s`;
    case "assert-serving":
      return action.replicas.map(({ name }) => name).join(", ");
  }
};

/** One line a person reads while it happens. */
export const describeStep = (step: Step): string => `${step.action.do.replaceAll("-", " ")} ${sentence(step.action)}`;

const snapshot = async (world: World, services: readonly string[]): Promise<Readonly<Record<string, Counters>>> => {
  const pairs = await Promise.all(
    services.map(
      async (service) => [service, await world.proxy.counters(backendName(world.project, service)).catch(() => undefined)] as const,
    ),
  );
  return Object.fromEntries(pairs.filter(([, counters]) => counters !== undefined)) as Record<string, Counters>;
};

const MEASURE = "measure";

/** From the beginning of a service's hold to its end, however many actors that took. */
const heldOf = ({ entry, results }: RolloutState, service: string): { readonly ms: number; readonly requests: number } | undefined => {
  const resultOf = (wanted: Action["do"]) => {
    const step = entry.plan.steps.find((one) => one.service === service && one.action.do === wanted);
    return step === undefined ? undefined : results.get(step.id);
  };
  const [from, to] = [resultOf("hold-requests")?.["at"], resultOf("release-requests")];
  if (from === undefined || to === undefined) return undefined;
  return { ms: Number(to["at"]) - Number(from), requests: Number(to["waited"]) };
};

/** What the drains of a service ended; those of an actor that died are not known. */
const drainedOf = ({ entry, results }: RolloutState, service: string): Drained => {
  const drains = entry.plan.steps.filter((step) => step.service === service && step.action.do === "await-drained");
  const sum = (what: keyof Drained): number => drains.reduce((total, { id }) => total + Number(results.get(id)?.[what] ?? 0), 0);
  return { closed: sum("closed"), streams: sum("streams"), cut: sum("cut") };
};

const reports = async (world: World, state: RolloutState): Promise<readonly DropReport[]> => {
  const routed = state.entry.manifest.services.filter((service) => service.route !== undefined).map(({ name }) => name);
  const before = (state.results.get(MEASURE) ?? {}) as Readonly<Record<string, Counters>>;
  const after = await snapshot(world, routed);
  return routed.map((service) => {
    const removed = state.entry.plan.steps
      .filter((step) => step.service === service)
      .flatMap(({ id, action }) => [action.do === "remove-server" ? state.results.get(id) : undefined, state.undone.get(id)])
      .reduce((sum, result) => sum + Number(result?.["serverErrors"] ?? 0), 0);
    return dropReport(service, before[service], after[service], removed, heldOf(state, service), drainedOf(state, service));
  });
};

/** Each step with those that are done beside it. */
const together = (steps: readonly Step[]): readonly (readonly Step[])[] => {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (step.beside === true && last !== undefined) last.push(step);
    else groups.push([step]);
  }
  return groups;
};

/** What is done beside a step begins so much later: its own work must not keep the other one's question in this process. */
const HEAD_START_MS = 5;

/** None goes on unseen when one has failed. @throws what the first of them did */
const allOf = async <T>(work: readonly Promise<T>[]): Promise<readonly T[]> => {
  await Promise.allSettled(work);
  return Promise.all(work);
};

/** Between two looks at whether somebody promoted what waits for time to pass. */
const LOOK_MS = 250;

/** The rollout waits at a step for a person's word: not a failure, so no SeaworthyError of its own. */
class PausedAt extends Error {
  readonly step: string;
  readonly because: SeaworthyError;

  constructor(step: string, because: SeaworthyError) {
    super(because.message);
    this.step = step;
    this.because = because;
  }
}

/** Goes on with a rollout from wherever its journal says it is, to its end: live, or taken back. Nothing here depends on what this process did before. */
export const runRollout = async (
  journal: Journal,
  world: World,
  release: number,
  hook: StepHook = () => undefined,
): Promise<RunOutcome> => {
  const { project, clock } = world;
  const read = (): RolloutState => {
    const state = rolloutState(journal, project, release);
    if (state === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the journal knows no release r${release} of ${project}`);
    return state;
  };
  const seconds = (): number => Math.round((clock.now() - read().entry.at) / 100) / 10;

  const measureOnce = async (state: RolloutState): Promise<void> => {
    if (state.done.has(MEASURE)) return;
    const routed = state.entry.manifest.services.filter((service) => service.route !== undefined).map(({ name }) => name);
    journal.append(project, release, { kind: "done", step: MEASURE, result: await snapshot(world, routed) });
  };

  const watched = watchful(world, journal, release);

  /** Notes that the rollout waits, once, and says since when and how long. */
  const pausedAt = async (step: Step, because: string, rest: { readonly forMs?: number; readonly facts?: SeaworthyError["details"] }) => {
    const { paused } = read();
    if (paused?.step === step.id) return paused;
    const { forMs, facts } = rest;
    const boot = clock.boot?.();
    const until =
      forMs === undefined
        ? {}
        : { untilAt: clock.now() + forMs, ...(boot === undefined ? {} : { untilBoot: { id: boot.id, ms: boot.ms + forMs } }) };
    journal.append(project, release, { kind: "paused", step: step.id, because, ...until, ...(facts === undefined ? {} : { facts }) });
    await hook("paused", step);
    return until;
  };

  const undecided = (step: Step, because: string): PausedAt =>
    new PausedAt(
      step.id,
      new SeaworthyError("PAUSED", because, {
        hint: `seaworthy promote goes on with r${release}; seaworthy abort takes it back. Until then it stays as it is.`,
      }),
    );

  const pass = async (step: Step, forMs: number | undefined, because: string): Promise<Result> => {
    const until = await pausedAt(step, because, forMs === undefined ? {} : { forMs });
    if (forMs === undefined) throw undecided(step, because);
    // Reckoned once: whoever sets the wall clock meanwhile makes it neither shorter nor longer.
    const leftMs = Math.min(forMs, Math.max(0, pauseLeftMs(until, clock) ?? 0));
    const begun = clock.elapsed();
    world.progress.note(`${because}; goes on by itself in ${Math.round(leftMs / 1000)} s`);
    for (let left = leftMs; left > 0; left = leftMs - (clock.elapsed() - begun)) {
      if (journal.has(project, release, "promoted") && promotionOf(read(), step.id) !== undefined) break;
      await watched.clock.sleep(Math.min(left, LOOK_MS), world.signal);
    }
    return { waitedMs: Math.round(clock.elapsed() - begun) };
  };

  /** Does the step, or waits at it. @throws PausedAt */
  const attempt = async (step: Step, state: RolloutState): Promise<Result> => {
    const { action } = step;
    const promoted = journal.has(project, release, "promoted") ? promotionOf(read(), step.id) : undefined;
    // A word for one step lets go past whatever waited there; a word for all of them lets go past what would have to wait.
    if (promoted !== undefined && (action.do === "pause" || action.do === "analyse" || promoted.step === step.id))
      return { promotedBy: promoted.who, why: promoted.why };
    if (action.do === "pause") return pass(step, action.forMs, action.because);
    if (state.paused?.step === step.id) throw undecided(step, state.paused.because);
    try {
      return await performCounted(step, { journal, release, plan: state.entry.plan, world: watched });
    } catch (error) {
      if (!hasCode(error, "PAUSED") || !isSeaworthyError(error)) throw error;
      await pausedAt(step, error.message, { facts: error.details });
      throw undecided(step, error.message);
    }
  };

  // The journal is read whole only when there is something to find.
  const leftOut = (step: Step): boolean =>
    step.insteadOf !== undefined || (step.of !== undefined && journal.has(project, release, "replica-failed"))
      ? isLeftOut(read(), step)
      : false;

  const forward = async (): Promise<void> => {
    const state = read();
    assertNotAborted(journal, project, release);
    await standAgain(state, "new", world);
    await measureOnce(state);
    const groups = together(state.entry.plan.steps.filter(({ id }) => !state.done.has(id)));
    const intent = ({ id }: Step): Entry => ({ kind: "intent", step: id });
    let intended: readonly Step[] = [];
    for (const [index, group] of groups.entries()) {
      const due = group.filter((step) => !leftOut(step));
      if (due.length === 0) continue;
      world.signal?.throwIfAborted();
      assertNotAborted(journal, project, release);
      for (const step of due) world.progress.begin(describeStep(step));
      const unsaid = due.filter((step) => !intended.includes(step));
      if (unsaid.length > 0) journal.append(project, release, ...unsaid.map(intent));
      for (const step of due) await hook("intent", step);
      const results = await allOf(
        due.map(async (step, nth) => {
          if (nth > 0) await clock.sleep(HEAD_START_MS);
          return attempt(step, state);
        }),
      );
      const done = due.map(({ id }, nth): Entry => {
        const result = results[nth];
        return { kind: "done", step: id, ...(result === undefined ? {} : { result }) };
      });
      // Together with the beginning of what is next: the disk is waited for once. Not with what there is no way back from, which an abort may still stop.
      const next = groups[index + 1] ?? [];
      intended = next.some((step) => step.final === true || leftOut(step)) ? [] : next;
      journal.append(project, release, ...done, ...intended.map(intent));
      for (const step of due) {
        await hook("done", step);
        world.progress.end(describeStep(step));
      }
    }
  };

  const back = async (): Promise<void> => {
    const state = read();
    // Taking back is not cut short by the signal that may have caused it.
    const { signal: _, ...unhurried } = world;
    await standAgain(state, "old", unhurried);
    for (const id of state.begun.toReversed()) {
      const step = state.entry.plan.steps.find((one) => one.id === id);
      if (step === undefined || state.undone.has(id)) continue;
      let result: Result;
      for (const action of step.undo ?? []) {
        const known = await perform(action, unhurried);
        if (action.do === "remove-server") result = known;
      }
      journal.append(project, release, { kind: "undone", step: id, ...(result === undefined ? {} : { result }) });
      await hook("undone", step);
    }
  };

  /** What a release that is not live cost the users all the same. Only what was counted is said, and that it cannot be counted stands in nobody's way. */
  const costs = async (): Promise<{ readonly report?: readonly DropReport[] }> => {
    const { signal: _, ...unhurried } = world;
    const measured = (await reports(unhurried, read()).catch(() => [])).filter((one) => one.measured && one.requests > 0);
    return measured.length === 0 ? {} : { report: measured };
  };

  const reported = ({ report }: Awaited<ReturnType<typeof costs>>): { readonly reports?: readonly DropReport[] } =>
    report === undefined ? {} : { reports: report };

  const revert = async (because: SeaworthyError): Promise<RunOutcome> => {
    world.progress.note(`taking release r${release} back: ${because.message}`);
    await back();
    for (const step of jobSteps(read().entry.plan))
      if (read().done.has(step.id)) world.progress.note(`the job ${jobName(step)} had run, and is not undone`);
    const cost = await costs();
    journal.append(project, release, { kind: "finished", outcome: "reverted", because: because.message, seconds: seconds(), ...cost });
    return { state: "reverted", release, because, seconds: seconds(), ...reported(cost) };
  };

  /** Too much is gone to take it back: it ends here, and the release before it is brought back by a release of its own. */
  const fail = async (because: SeaworthyError): Promise<RunOutcome> => {
    const { entry } = read();
    const cost = await costs();
    const rollbackTo = entry.rollbackTo === undefined ? liveRelease(journal, project)?.entry.release : undefined;
    const { message, problems } = because;
    journal.append(project, release, {
      kind: "finished",
      outcome: "failed",
      because: message,
      problems,
      seconds: seconds(),
      ...cost,
      ...(rollbackTo === undefined ? {} : { rollbackTo }),
    });
    return {
      state: "failed",
      release,
      because,
      seconds: seconds(),
      ...reported(cost),
      ...(rollbackTo === undefined ? {} : { rollbackTo }),
    };
  };

  const begun = read();
  if (begun.reverting !== undefined) return revert(new SeaworthyError("RELEASE_NOT_LIVE", begun.reverting));
  try {
    await forward();
  } catch (error) {
    if (error instanceof PausedAt) return { state: "paused", release, step: error.step, because: error.because, seconds: seconds() };
    if (isFinal(read()) && (turnsBack(error) || isAborted(error))) return fail(error);
    // Interrupted is not failed: the rollout stays as it is, for `deploy --resume` or the next deploy.
    if (isFinal(read()) || (world.signal?.aborted === true && !isAborted(error))) throw error;
    const because = isSeaworthyError(error) ? error : new SeaworthyError("RELEASE_NOT_LIVE", wordsOf(error), { cause: error });
    journal.append(project, release, { kind: "reverting", because: because.message });
    return revert(because);
  }
  for (const { service, ms, why } of gapsOf(begun.entry.plan, journal.entries(project, release)))
    world.progress.note(`${service} was away for ${(ms / 1000).toFixed(1)} s: ${why}`);
  const measured = await reports(world, read());
  journal.append(project, release, { kind: "finished", outcome: "live", report: measured, seconds: seconds() });
  return { state: "live", release, reports: measured, seconds: seconds() };
};
