import { SeaworthyError } from "../../core/index.ts";
import type { ContainerState } from "../../engine/index.ts";
import type { Perform, World } from "./world.ts";
import { lastLines } from "./waiting.ts";

const POLL_MS = 100;
const GRACE_SECONDS = 10;

const failed = async (world: World, name: string, why: string): Promise<SeaworthyError> =>
  new SeaworthyError("RELEASE_NOT_LIVE", `the job ${name} ${why}`, { problems: await lastLines(world, name) });

/** Of a container that has been started at some time. Of its time it has had `usedMs`, as far as the wall clock can tell, while somebody else waited. */
const ended = async (world: World, name: string, withinMs: number, usedMs: number): Promise<ContainerState> => {
  const { engine, clock, signal } = world;
  const begun = clock.elapsed();
  for (;;) {
    const state = await engine.containers.inspect(name);
    if (state === undefined)
      throw new SeaworthyError("RELEASE_NOT_LIVE", `the job ${name} was removed by another hand, so whether it did its work is not known`);
    if (state.state === "exited" || state.state === "dead") return state;
    if (usedMs + clock.elapsed() - begun > withinMs) {
      await engine.containers.stop(name, GRACE_SECONDS);
      throw await failed(world, name, `did not end within ${withinMs / 1000} s and was stopped`);
    }
    await clock.sleep(POLL_MS, signal);
  }
};

const run = async (world: World, name: string, withinMs: number): Promise<{ readonly exitCode: number; readonly seconds: number }> => {
  const found = await world.engine.containers.inspect(name);
  // Whatever else it is, it has been started: never a second time.
  if (found?.state === "created") await world.engine.containers.start(name);
  const usedMs = found?.state === "created" ? 0 : Math.max(0, world.clock.now() - (found?.startedAt ?? world.clock.now()));
  const { exitCode, oomKilled, startedAt = 0, finishedAt = 0 } = await ended(world, name, withinMs, usedMs);
  if (exitCode === 0) return { exitCode, seconds: Math.max(0, Math.round((finishedAt - startedAt) / 100) / 10) };
  throw await failed(
    world,
    name,
    oomKilled ? "was killed for using more memory than its limit" : `ended with status ${exitCode ?? "unknown"}`,
  );
};

export const runJob: Perform<"run-job"> = async ({ name, withinMs, optional = false }, world) => {
  try {
    return await run(world, name, withinMs);
  } catch (error) {
    if (!optional || !(error instanceof SeaworthyError) || error.code !== "RELEASE_NOT_LIVE") throw error;
    // The release serves already.
    world.progress.note([error.message, ...error.problems].join("\n"));
    return { failed: error.message };
  }
};
