import { chmodSync, mkdirSync } from "node:fs";
import { type Clock, SeaworthyError, type StateFolder, wordsOf } from "../core/index.ts";
import type { ContainerConfig, Engine } from "../engine/index.ts";
import {
  assertPortFree,
  outdatedBy,
  PROXY_CONTAINER,
  proxyContainer,
  type ProxyImage,
  proxyImage,
  stateOf,
  takingOver,
  wantedImage,
} from "./container.ts";
import { LOADED, PID } from "./haproxy/info.ts";
import { readProcesses } from "./haproxy/master.ts";
import type { Runtime } from "./haproxy/runtime.ts";
import { createReplacement } from "./replacement.ts";
import type { InnerFolders, ProxyStore } from "./store.ts";

/** HAProxy's container: brought up, reloaded, and asked what it has loaded. */
export interface Lifecycle {
  /** Starts it when it does not run, and ends what a replacement has left. @throws PORT_TAKEN, IMAGE_NOT_FOUND, PROXY_UNREACHABLE, STATE_NEEDS_PERSON when it is another state folder's */
  start(): Promise<void>;
  /** In what its container is not as it would be made now, in words; undefined when it is, or when there is none. */
  outdated(): Promise<string | undefined>;
  /** Replaces the container that runs by one that is made now, losing nothing. The old one goes on with the connections it has. */
  replace(): Promise<void>;
  /** Whether the one that was replaced still has connections. One that has none is removed. */
  drains(): Promise<boolean>;
  /** Removes its containers. */
  remove(): Promise<void>;
  runs(): Promise<boolean>;
  /** Makes it take the configuration that the store has written. @throws PROXY_UNREACHABLE when it goes on with the one it had */
  reload(): Promise<void>;
  /** The `structure` of the configuration it has loaded; undefined when that is none of ours. @throws PROXY_UNREACHABLE */
  loaded(): Promise<string | undefined>;
}

interface Parts {
  readonly engine: Engine;
  readonly state: StateFolder;
  readonly store: ProxyStore;
  readonly socketFolder: string;
  readonly admin: Runtime;
  readonly master: Runtime;
  readonly image: string | undefined;
  readonly inside: InnerFolders | undefined;
  readonly clock: Clock;
}

const READY_WITHIN_MS = 10_000;

export const createLifecycle = ({ engine, state, store, socketFolder, admin, master, image, inside, clock }: Parts): Lifecycle => {
  const until = async (
    what: string,
    holds: () => Promise<boolean>,
    container: string = PROXY_CONTAINER,
    withinMs: number = READY_WITHIN_MS,
  ): Promise<void> => {
    const deadline = clock.elapsed() + withinMs;
    let last: unknown;
    while (clock.elapsed() < deadline) {
      try {
        if (await holds()) return;
      } catch (error) {
        last = error;
      }
      await clock.sleep(50);
    }
    const words = await lastLines(container);
    throw new SeaworthyError("PROXY_UNREACHABLE", `${what} within ${withinMs / 1000} s${last === undefined ? "" : ` (${wordsOf(last)})`}`, {
      problems: words,
    });
  };

  const lastLines = async (container: string): Promise<readonly string[]> => {
    try {
      return await Array.fromAsync(engine.containers.logs(container, { tail: 8 }));
    } catch {
      // The log is a courtesy inside another error's report.
      return [];
    }
  };

  const loaded = async (): Promise<string | undefined> => LOADED.exec(await admin("show info"))?.[1];

  /** The worker and its master agree on which worker it is: one that is being replaced may still have the socket. */
  const answers = async (): Promise<boolean> => {
    const pid = PID.exec(await admin("show info"))?.[1];
    return (await readProcesses(master)).workers.includes(Number(pid));
  };

  const assertOurs = (owner: string | undefined): void => {
    if (owner === state.uuid) return;
    throw new SeaworthyError(
      "STATE_NEEDS_PERSON",
      `the container ${PROXY_CONTAINER} belongs to another state folder (${owner ?? "unknown"})`,
      {
        hint: "One engine has one Seaworthy. Use that state folder, or remove the container when it is left over.",
      },
    );
  };

  const replacement = createReplacement({ engine, stateUuid: state.uuid, socketFolder, master, until });
  const made = (from: ProxyImage): ContainerConfig =>
    proxyContainer(from, state.uuid, { configFolder: store.configFolder, socketFolder }, inside);

  const start = async (): Promise<void> => {
    await replacement.settle();
    const found = await engine.containers.inspect(PROXY_CONTAINER);
    if (found !== undefined) assertOurs(stateOf(found.labels));
    if (found?.state === "running") return until("HAProxy did not answer", answers);
    // One that keeps restarting may do so because of the configuration it finds: it gets today's.
    mkdirSync(socketFolder, { recursive: true });
    chmodSync(socketFolder, 0o700);
    store.render();
    if (found?.state === "restarting") return until("HAProxy keeps restarting", answers);
    // One that does not run holds no connection; a new one has today's settings.
    if (found !== undefined) await engine.containers.remove(PROXY_CONTAINER);
    for (const port of store.ports()) await assertPortFree(port);
    await engine.containers.create(PROXY_CONTAINER, made(await proxyImage(engine, image)));
    try {
      await engine.containers.start(PROXY_CONTAINER);
      await until("HAProxy did not come up", answers);
    } catch (error) {
      // A proxy that never came up would only be in the way of the next try.
      await engine.containers.remove(PROXY_CONTAINER);
      throw error;
    }
  };

  const reload = async (): Promise<void> => {
    const wanted = store.structure();
    await until("HAProxy's master did not answer", async () => (await readProcesses(master)).workers.length > 0);
    // Not by a signal through the engine: it takes any for a wish to stop, and then leaves an `unless-stopped` container down after a restart of its own.
    // The master lets go of the connection without an answer; whether it took the configuration shows below.
    const taken = async (): Promise<boolean> => (await loaded()) === wanted && (await answers());
    await master("reload").catch(() => undefined);
    try {
      await until("HAProxy did not take the new configuration", taken, PROXY_CONTAINER, READY_WITHIN_MS / 2);
    } catch {
      // The word may never have reached it.
      await master("reload").catch(() => undefined);
      await until("HAProxy did not take the new configuration", taken);
    }
  };

  const outdated = async (): Promise<string | undefined> => {
    const found = await engine.containers.inspect(PROXY_CONTAINER);
    return found === undefined ? undefined : outdatedBy(found, made(await wantedImage(engine, found, image)));
  };

  const replace = async (): Promise<void> => {
    const found = await engine.containers.inspect(PROXY_CONTAINER);
    const wanted = await proxyImage(engine, image ?? found?.image);
    store.render();
    await replacement.replace(takingOver(made(wanted), inside));
    await until("HAProxy did not answer", answers);
  };

  return {
    start,
    outdated,
    replace,
    reload,
    loaded,
    drains: async () => {
      await replacement.settle();
      return replacement.drains();
    },
    remove: async () => {
      for (const name of new Set([...(await replacement.names()), PROXY_CONTAINER])) await engine.containers.remove(name);
    },
    runs: async () => (await engine.containers.inspect(PROXY_CONTAINER))?.state === "running",
  };
};
