import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, lock, SeaworthyError, type StateFolder, systemClock, wordsOf } from "../core/index.ts";
import type { Engine } from "../engine/index.ts";
import { type Backend, type Server, structureOf } from "./backend.ts";
import { assertPortFree, PROXY_CONTAINER, proxyContainer, proxyImage } from "./container.ts";
import { type Counters, readCounters } from "./haproxy/counters.ts";
import { type Processes, readProcesses } from "./haproxy/master.ts";
import { ADMIN_SOCKET, MASTER_SOCKET } from "./haproxy/render.ts";
import { createRuntime, type Runtime } from "./haproxy/runtime.ts";
import { readServers, type ServerStatus } from "./haproxy/servers.ts";
import { reconcileServers } from "./reconcile.ts";
import { openProxyStore } from "./store.ts";

/** The data plane of one host. What it should be is on disk before it is asked of HAProxy, so both a crash of ours and a restart of HAProxy find it. */
export interface Proxy {
  /** Starts HAProxy's container when it does not run. @throws PORT_TAKEN, IMAGE_NOT_FOUND, PROXY_UNREACHABLE */
  ensureRunning(): Promise<void>;
  /** Makes the service known under its hosts; reloads HAProxy, losing nothing, only when that changes its structure. Servers are kept. */
  declare(backend: Omit<Backend, "servers">): Promise<void>;
  /** Changes the servers of a declared backend, on disk and then live. */
  updateServers(backend: string, change: (servers: readonly Server[]) => readonly Server[]): Promise<void>;
  /** What HAProxy says of the backend's servers now; undefined when it does not know the backend. */
  servers(backend: string): Promise<readonly ServerStatus[] | undefined>;
  /** What they should be. */
  declared(backend: string): Backend | undefined;
  counters(backend: string): Promise<Counters | undefined>;
  /** Requests under way or queued for one server, in every worker that may still serve it. */
  load(backend: string, server: string): Promise<number>;
  processes(): Promise<Processes>;
  /** Takes the service out of the proxy. */
  withdraw(backend: string): Promise<void>;
  /** Removes HAProxy's container: only when nothing is routed any more. */
  remove(): Promise<void>;
}

export interface ProxyOptions {
  readonly engine: Engine;
  readonly state: StateFolder;
  readonly httpPort: number;
  readonly image?: string;
  readonly clock?: Clock;
}

/** A unix socket's path has room for 107 bytes (unix(7), sun_path). */
const assertSocketPath = (path: string): void => {
  if (Buffer.byteLength(path) > 107) throw new SeaworthyError("USAGE", `the socket path ${path} is longer than the 107 bytes the kernel takes`, { hint: "Choose a shorter SEAWORTHY_STATE." });
};

const READY_WITHIN_MS = 10_000;

export const createProxy = ({ engine, state, httpPort, image, clock = systemClock }: ProxyOptions): Proxy => {
  const folder = join(state.folder, "proxy");
  // Not in the run folder, which is empty after a reboot: the engine brings HAProxy back before any of us is there to make it.
  const socketFolder = join(folder, "sockets");
  assertSocketPath(join(socketFolder, MASTER_SOCKET));
  const store = openProxyStore(folder);
  const admin = createRuntime(join(socketFolder, ADMIN_SOCKET));
  const master = createRuntime(join(socketFolder, MASTER_SOCKET));

  const locked = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    using _held = await lock(join(folder, "lock.sqlite"), { who: "seaworthy", what }, { waitMs: 60_000, clock });
    return await work();
  };

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

  const answers = async (): Promise<boolean> => /^Pid: \d+/m.test(await admin("show info"));

  const start = async (): Promise<void> => {
    const found = await engine.containers.inspect(PROXY_CONTAINER);
    const owner = found?.labels["dev.seaworthy.state"];
    if (found !== undefined && owner !== state.uuid)
      throw new SeaworthyError(
        "STATE_NEEDS_PERSON",
        `the container ${PROXY_CONTAINER} belongs to another state folder (${owner ?? "unknown"})`,
        {
          hint: "One engine has one Seaworthy. Use that state folder, or remove the container when it is left over.",
        },
      );
    if (found?.state === "running" || found?.state === "restarting") return until("HAProxy did not answer", answers);
    mkdirSync(socketFolder, { recursive: true });
    chmodSync(socketFolder, 0o700);
    store.render(httpPort);
    // One that does not run holds no connection; a new one has today's settings.
    if (found !== undefined) await engine.containers.remove(PROXY_CONTAINER);
    await assertPortFree(httpPort);
    await engine.containers.create(
      PROXY_CONTAINER,
      proxyContainer(await proxyImage(engine, image), state.uuid, { configFolder: store.configFolder, socketFolder }),
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
    const before = (await readProcesses(master)).workers;
    await engine.containers.kill(PROXY_CONTAINER, "SIGUSR2");
    await until("HAProxy did not take the new configuration", async () => {
      const { workers } = await readProcesses(master);
      return workers.length > 0 && workers.every((pid) => !before.includes(pid)) && (await answers());
    });
  };

  /** Writes and, when the structure differs from what HAProxy runs, reloads; else reconciles the one backend. */
  const change = async (name: string, mutate: () => void): Promise<void> => {
    const before = structureOf(store.backends(), httpPort);
    mutate();
    store.render(httpPort);
    const wanted = store.backend(name);
    const known = (await readServers(admin, name)) !== undefined;
    if (before !== structureOf(store.backends(), httpPort) || known !== (wanted !== undefined)) await reload();
    if (wanted === undefined) return;
    await reconcileServers(admin, name, wanted.servers, clock);
    // Workers of earlier configurations still serve the clients that hold a connection to them: their list of servers must not go stale.
    for (const runtime of await oldRuntimes())
      if ((await readServers(runtime, name)) !== undefined) await reconcileServers(runtime, name, wanted.servers, clock);
  };

  const oldRuntimes = async (): Promise<readonly Runtime[]> =>
    (await readProcesses(master)).oldWorkers.map(
      (pid): Runtime =>
        (command) =>
          master(`@!${pid} ${command}`),
    );

  const load = async (name: string, server: string): Promise<number> => {
    const all = await Promise.all([admin, ...(await oldRuntimes())].map((runtime) => readServers(runtime, name)));
    return all.flatMap((servers) => servers ?? []).reduce((sum, one) => (one.name === server ? sum + one.current + one.queued : sum), 0);
  };

  return {
    ensureRunning: () => locked("start the proxy", start),
    declare: (backend) =>
      locked(`declare ${backend.name}`, () =>
        change(backend.name, () => store.put({ ...backend, servers: store.backend(backend.name)?.servers ?? [] })),
      ),
    updateServers: (name, update) =>
      locked(`change the servers of ${name}`, async () => {
        const current = store.backend(name);
        if (current === undefined) throw new SeaworthyError("STATE_NEEDS_PERSON", `the proxy has no backend ${name}`);
        await change(name, () => store.put({ ...current, servers: update(current.servers) }));
      }),
    servers: (name) => readServers(admin, name),
    declared: (name) => store.backend(name),
    counters: (name) => readCounters(admin, name),
    load,
    processes: () => readProcesses(master),
    withdraw: (name) => locked(`withdraw ${name}`, () => change(name, () => store.remove(name))),
    remove: () => locked("remove the proxy", () => engine.containers.remove(PROXY_CONTAINER)),
  };
};
