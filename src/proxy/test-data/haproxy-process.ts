import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import type { Clock, StateFolder } from "../../core/index.ts";
import { type ContainerConfig, createFakeEngine, type Engine, fakeImage } from "../../engine/index.ts";
import { PROXY_CONTAINER, PROXY_IMAGES } from "../container.ts";
import { createProxy, type Proxy } from "../proxy.ts";
import type { InnerFolders } from "../store.ts";

/** A real HAProxy as a process of this host in the place of its container, with everything else of an engine in memory. */
export interface HaproxyHost extends AsyncDisposable {
  readonly state: StateFolder;
  readonly engine: Engine;
  readonly httpPort: number;
  readonly inside: InnerFolders;
  /** Another actor over the same state, as a process that was started anew. */
  proxy(changes?: { readonly httpPort?: number; readonly inside?: InnerFolders; readonly clock?: Clock }): Proxy;
  /** Its container is killed and the engine starts it again, as `unless-stopped` says. */
  crash(): Promise<void>;
  readonly log: readonly string[];
}

export const freePort = async (): Promise<number> => {
  const server = createNetServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
};

/** The master's exit is not its workers': while one of them is on its way out, the port is still taken. */
const groupGone = async (pid: number): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      process.kill(-pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** `env`: added to the environment of HAProxy. */
export const startHaproxyHost = async (env: Readonly<Record<string, string>> = {}): Promise<HaproxyHost> => {
  const folder = mkdtempSync(join(tmpdir(), "sw-haproxy-"));
  const state: StateFolder = { folder, runFolder: join(folder, "run"), uuid: randomUUID() };
  const inside: InnerFolders = { configFolder: join(folder, "proxy/config"), socketFolder: join(folder, "proxy/sockets") };
  const fake = createFakeEngine({ images: { [PROXY_IMAGES[0]]: fakeImage() } });
  const httpPort = await freePort();
  const log: string[] = [];
  let config: ContainerConfig | undefined;
  let child: ChildProcess | undefined;

  const runs = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null;
  const run = (): void => {
    const [program = "haproxy", ...args] = config?.Cmd ?? [];
    // A group of its own, so that its end is the end of all its workers, as a container's is.
    child = spawn(program, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env, PATH: `${process.env["PATH"]}:/usr/sbin` },
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => log.push(...text.trimEnd().split("\n")));
  };
  const end = async (): Promise<void> => {
    const pid = child?.pid;
    if (child === undefined || pid === undefined) return;
    const ended = runs() ? once(child, "exit") : Promise.resolve();
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // The whole group is gone already.
    }
    await ended;
    await groupGone(pid);
  };

  const engine: Engine = {
    ...fake,
    containers: {
      ...fake.containers,
      create: async (name, given, platform) => {
        const id = await fake.containers.create(name, given, platform);
        config = given;
        return id;
      },
      start: async (name) => {
        await fake.containers.start(name);
        run();
      },
      inspect: async (name) => {
        const found = await fake.containers.inspect(name);
        return found === undefined || name !== PROXY_CONTAINER ? found : { ...found, state: runs() ? "running" : "exited" };
      },
      kill: async (_name, signal) => {
        if (child?.pid !== undefined) process.kill(child.pid, signal);
      },
      remove: async (name) => {
        await end();
        await fake.containers.remove(name);
      },
      logs: async function* () {
        yield* log.slice(-8);
      },
    },
  };

  return {
    state,
    engine,
    httpPort,
    inside,
    log,
    proxy: (changes = {}) => createProxy({ engine, state, httpPort, inside, ...changes }),
    crash: async () => {
      await end();
      run();
    },
    [Symbol.asyncDispose]: async () => {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
