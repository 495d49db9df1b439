import { chmodSync, mkdirSync } from "node:fs";
import { type Clock, SeaworthyError, type StateFolder, wordsOf } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import { assertPortFree, PROXY_CONTAINER, proxyContainer, proxyImage } from "./container.ts";
import { readProcesses } from "./haproxy/master.ts";
import type { Runtime } from "./haproxy/runtime.ts";
import type { InnerFolders, ProxyStore } from "./store.ts";

/** HAProxy's container: brought up, reloaded, and asked what it has loaded. */
export interface Lifecycle {
  /** Starts it when it does not run. @throws PORT_TAKEN, IMAGE_NOT_FOUND, PROXY_UNREACHABLE, STATE_NEEDS_PERSON when it is another state folder's */
  start(): Promise<void>;
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

/** What a running HAProxy says of the configuration it has loaded. */
const LOADED = /^description: seaworthy-([0-9a-f]+)/m;
const PID = /^Pid: (\d+)/m;

export const createLifecycle = ({ engine, state, store, socketFolder, admin, master, image, inside, clock }: Parts): Lifecycle => {
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = clock.elapsed() + READY_WITHIN_MS;
    let last: unknown;
    while (clock.elapsed() < deadline) {
      try {
        if (await holds()) return;
      } catch (error) {
        last = error;
      }
      await clock.sleep(50);
    }
    const words = await lastLines();
    throw new SeaworthyError(
      "PROXY_UNREACHABLE",
      `${what} within ${READY_WITHIN_MS / 1000} s${last === undefined ? "" : ` (${wordsOf(last)})`}`,
      { problems: words },
    );
  };

  const lastLines = async (): Promise<readonly string[]> => {
    try {
      return await Array.fromAsync(engine.containers.logs(PROXY_CONTAINER, { tail: 8 }));
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

  const start = async (): Promise<void> => {
    const found = await engine.containers.inspect(PROXY_CONTAINER);
    if (found !== undefined) assertOurs(found.labels["dev.seaworthy.state"]);
    if (found?.state === "running") return until("HAProxy did not answer", answers);
    // One that keeps restarting may do so because of the configuration it finds: it gets today's.
    mkdirSync(socketFolder, { recursive: true });
    chmodSync(socketFolder, 0o700);
    store.render();
    if (found?.state === "restarting") return until("HAProxy keeps restarting", answers);
    // One that does not run holds no connection; a new one has today's settings.
    if (found !== undefined) await engine.containers.remove(PROXY_CONTAINER);
    for (const port of store.ports()) await assertPortFree(port);
    await engine.containers.create(
      PROXY_CONTAINER,
      proxyContainer(await proxyImage(engine, image), state.uuid, { configFolder: store.configFolder, socketFolder }, inside),
    );
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
    await master("reload").catch(() => undefined);
    await until("HAProxy did not take the new configuration", async () => (await loaded()) === wanted && (await answers()));
  };

  return { start, reload, loaded, runs: async () => (await engine.containers.inspect(PROXY_CONTAINER))?.state === "running" };
};
