import { hasCode, isSeaworthyError, type Platform, redact, wordsOf } from "../../core/index.ts";
import type { ContainerState } from "../../engine/index.ts";
import { perform, type World } from "../actions/index.ts";
import { rememberEnvironment, rememberSecretsOf } from "../remember.ts";
import type { OneOff } from "../one-off.ts";
import type { Run, RunEnd, Runs } from "./runs.ts";

const LOG_LINES = 30;
const MAX_LINE = 2000;
const POLL_MS = 250;
const ENGINE_AGAIN_MS = 1000;

/** The last lines of a container, without secrets: they are kept on disk. */
const lastLog = async ({ engine, state, project }: World, container: ContainerState): Promise<readonly string[]> => {
  rememberSecretsOf(state, project);
  rememberEnvironment(container.config.Env ?? []);
  try {
    const lines = await Array.fromAsync(engine.containers.logs(container.name, { tail: LOG_LINES }));
    return redact(lines.join("\n"))
      .split("\n")
      .map((line) => line.slice(0, MAX_LINE));
  } catch (error) {
    return [`its log cannot be read: ${wordsOf(error)}`];
  }
};

/** The engine may be restarted meanwhile, which ends a run and not the waiting for it. */
const inspected = async ({ engine, clock, signal }: World, name: string): Promise<ContainerState | undefined> => {
  for (;;)
    try {
      return await engine.containers.inspect(name);
    } catch (error) {
      if (!hasCode(error, "ENGINE_UNREACHABLE")) throw error;
      await clock.sleep(ENGINE_AGAIN_MS, signal);
    }
};

const outcomeOf = ({ exitCode, oomKilled }: ContainerState, late: boolean): RunEnd["outcome"] => {
  if (late) return "timed-out";
  if (exitCode === 0) return "succeeded";
  return oomKilled ? "out-of-memory" : "failed";
};

/** `stopped`: by us, at its deadline. Whoever comes after one that stopped it and died goes by the engine's own times. */
const endOf = async (world: World, container: ContainerState, { deadlineMs }: Run, stopped: boolean): Promise<RunEnd> => {
  const { exitCode, startedAt, finishedAt } = container;
  const tookMs = startedAt === undefined || finishedAt === undefined ? 0 : finishedAt - startedAt;
  const late = stopped || (exitCode !== 0 && tookMs >= deadlineMs);
  return {
    outcome: outcomeOf(container, late),
    at: world.clock.now(),
    log: await lastLog(world, container),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(startedAt === undefined || finishedAt === undefined
      ? {}
      : { seconds: Math.max(0, Math.round((finishedAt - startedAt) / 100) / 10) }),
    ...(late ? { because: `it did not end within ${deadlineMs / 1000} s and was stopped` } : {}),
  };
};

/** Waits for the end of a container that was started, and stops it at its deadline, which counts from its start, whoever waited before. */
const awaitEnd = async (world: World, run: Run): Promise<RunEnd> => {
  const { engine, clock, signal } = world;
  const watchedFrom = clock.elapsed();
  let usedMs: number | undefined;
  for (let stopped = false; ;) {
    const container = await inspected(world, run.container);
    if (container === undefined)
      return { outcome: "lost", at: clock.now(), because: "its container was removed, so whether it did its work is not known", log: [] };
    if (container.state === "exited" || container.state === "dead") return endOf(world, container, run, stopped);
    if (container.state === "created")
      return { outcome: "not-started", at: clock.now(), because: "whoever began it died before its container was started", log: [] };
    // What of its time it had before we came only the wall clock can tell.
    usedMs ??= Math.max(0, clock.now() - (container.startedAt ?? run.begunAt));
    if (usedMs + clock.elapsed() - watchedFrom > run.deadlineMs) {
      stopped = true;
      await engine.containers.stop(run.container, run.graceSeconds);
    } else await clock.sleep(POLL_MS, signal);
  }
};

/** What became of it is written before its container goes: whoever dies in between leaves a container to be removed, and nothing in doubt. */
const settle = async (world: World, runs: Runs, run: Run, end: RunEnd): Promise<Run> => {
  runs.end(run.id, end);
  // What stays is found by the agent's next look.
  await world.engine.containers.remove(run.container).catch(() => undefined);
  return { ...run, ended: end };
};

/** Takes a run over from whoever began it and died: waits for what runs, and tells of what has ended. Never starts anything. */
export const resumeRun = async (world: World, runs: Runs, run: Run): Promise<Run> => settle(world, runs, run, await awaitEnd(world, run));

/** Makes and starts the container of a run that was begun, and waits for its end. Aborted by the signal, it leaves the container to whoever resumes. */
export const performRun = async (
  world: World,
  runs: Runs,
  run: Run,
  { config, connect, platform }: Pick<OneOff, "config" | "connect"> & { readonly platform: Platform },
): Promise<Run> => {
  try {
    await perform({ do: "create-container", name: run.container, platform, config, connect }, world);
    await world.engine.containers.start(run.container);
  } catch (error) {
    if (world.signal?.aborted === true || !isSeaworthyError(error)) throw error;
    // The engine may have started it and its answer been lost: then it is at work, and is not cut.
    if ((await inspected(world, run.container))?.startedAt === undefined)
      return settle(world, runs, run, { outcome: "not-started", at: world.clock.now(), because: redact(error.message), log: [] });
  }
  return resumeRun(world, runs, run);
};
