import { forTerminal, SeaworthyError, wordsOf } from "../../core/index.ts";
import type { ContainerState, ProbeAnswer } from "../../engine/index.ts";
import type { Perform, World } from "./world.ts";

const PROBE_TIMEOUT_MS = 3000;
const LOG_LINES = 15;

/** Seen at most this part of its time later than it came: all of a rollout waits for this, while one that takes long is not asked all the time. */
const LATER = { container: 1 / 20, engine: 1 / 10 } as const;
const napMs = (waitedMs: number, asked: keyof typeof LATER): number => Math.min(100, Math.max(5, Math.ceil(waitedMs * LATER[asked])));

/** Between two looks at a container that does not answer yet: each takes the engine time in which that one is starting. */
const LOOK_MS = 40;

/** The container's last words, for whoever reads why it is not live. */
export const lastLines = async (world: World, name: string): Promise<readonly string[]> => {
  try {
    const lines = await Array.fromAsync(world.engine.containers.logs(name, { tail: LOG_LINES }));
    return lines.length === 0
      ? [`${name} wrote no log line`]
      : [`last log lines of ${name}:`, ...lines.map((line) => `  ${forTerminal(line)}`)];
  } catch (error) {
    // Not every log driver can be read back; that must not hide why it is not live.
    return [`the log of ${name} cannot be read: ${wordsOf(error)}`];
  }
};

/** The probe's answer and the container's last words together: what people could never see in one place (kamal#1041). */
const notLive = async (world: World, name: string, message: string): Promise<SeaworthyError> =>
  new SeaworthyError("RELEASE_NOT_LIVE", message, { problems: await lastLines(world, name) });

const ended = (state: ContainerState | undefined): string | undefined => {
  if (state === undefined) return "it is gone";
  // The engine also says so of one whose child was killed and that runs on.
  if (state.oomKilled && state.state !== "running")
    return `it was killed for using more memory than its limit (exit status ${state.exitCode ?? "unknown"})`;
  if (state.state === "exited" || state.state === "dead") return `it exited with status ${state.exitCode ?? "unknown"}`;
  if (state.restartCount > 2) return `it keeps crashing: ${state.restartCount} restarts, last exit status ${state.exitCode ?? "unknown"}`;
  return undefined;
};

/** Asks until `settled` answers, the container ends, or time is up. `settled` returns a result, or words that say why not yet; `look` is how the engine has the container. */
const poll = async (
  world: World,
  { name, withinMs, asked }: { readonly name: string; readonly withinMs: number; readonly asked: keyof typeof LATER },
  settled: (
    look: () => Promise<ContainerState | undefined>,
  ) => Promise<{ readonly result: Readonly<Record<string, unknown>> } | { readonly notYet: string }>,
): Promise<Readonly<Record<string, unknown>>> => {
  const { clock, engine, signal } = world;
  const begun = clock.elapsed();
  let lookAtMs = 0;
  for (;;) {
    let looked: Promise<ContainerState | undefined> | undefined;
    const look = (): Promise<ContainerState | undefined> => (looked ??= engine.containers.inspect(name));
    const answer = await settled(look);
    if ("result" in answer) return answer.result;
    const waitedMs = clock.elapsed() - begun;
    if (looked !== undefined || waitedMs >= lookAtMs || waitedMs > withinMs) {
      lookAtMs = waitedMs + LOOK_MS;
      const end = ended(await look());
      if (end !== undefined) throw await notLive(world, name, `${name} did not become ready: ${end}; before that, ${answer.notYet}`);
    }
    if (waitedMs > withinMs) throw await notLive(world, name, `${name} did not become ready within ${withinMs / 1000} s: ${answer.notYet}`);
    await clock.sleep(napMs(waitedMs, asked), signal);
  }
};

/** What somebody reads of an answer. */
const wordsOfAnswer = ({ status, error = "no answer", body }: ProbeAnswer): string =>
  status === undefined ? error : `status ${status}${body === undefined ? "" : `, ${body}`}`;

export const awaitReady: Perform<"await-ready"> = async ({ name, address, port, path, live, host, withinMs, protocol }, world) => {
  const begun = world.clock.elapsed();
  const spoken = protocol === undefined ? {} : { protocol };
  const ask = async (one: string): Promise<ProbeAnswer & { readonly what: string }> => {
    const answer = await world.probe({ address, port, path: one, host, timeoutMs: PROBE_TIMEOUT_MS, ...spoken });
    return { ...answer, what: `GET http://${address}:${port}${one} (Host: ${host}) answered` };
  };
  return poll(world, { name, withinMs, asked: "container" }, async (look) => {
    const first = await ask(path);
    if (!first.ready) return { notYet: `${first.what} ${wordsOfAnswer(first)}` };
    // Whatever answers at its address, it is not this container while it does not run.
    const [second, state] = await Promise.all([live === undefined ? undefined : ask(live), look().then((found) => found?.state ?? "gone")]);
    if (second?.ready === false) return { notYet: `${second.what} ${wordsOfAnswer(second)}` };
    if (state === "running") return { result: { readyMs: Math.round(world.clock.elapsed() - begun) } };
    const answers = second === undefined ? [first] : [first, second];
    return { notYet: answers.map(({ what, status }) => `${what} status ${status}, and the container was ${state}`).join("; ") };
  });
};

/** A container without a health check counts once it has stayed up this long. */
const STAYS_UP_MS = 1000;

export const awaitHealthy: Perform<"await-healthy"> = async ({ name, withinMs }, world) => {
  const begun = world.clock.elapsed();
  return poll(world, { name, withinMs, asked: "engine" }, async (look) => {
    const state = await look();
    const upMs = Math.round(world.clock.elapsed() - begun);
    if (state?.state === "running" && state.health?.status === "healthy") return { result: { readyMs: upMs, by: "healthcheck" } };
    if (state?.state === "running" && state.health === undefined && upMs >= STAYS_UP_MS)
      return { result: { readyMs: upMs, by: "staying up" } };
    return {
      notYet:
        state?.health === undefined
          ? `it was ${state?.state ?? "gone"}`
          : `its health check said ${state.health.status}${state.health.lastOutput === "" ? "" : `: ${state.health.lastOutput}`}`,
    };
  });
};

export const awaitExit: Perform<"await-exit"> = async ({ name, withinMs }, world) =>
  poll(world, { name, withinMs, asked: "engine" }, async (look) => {
    const state = await look();
    if (state?.state === "exited" && state.exitCode === 0) return { result: { exitCode: 0 } };
    return { notYet: `it was ${state?.state ?? "gone"}` };
  });
