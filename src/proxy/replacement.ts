import { existsSync, linkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../core/index.ts";
import type { ContainerConfig, ContainerSummary, Engine } from "../engine/index.ts";
import { EARLIER_PROXY, NEXT_PROXY, PROXY_CONTAINER, PROXY_ROLE, stateOf } from "./container.ts";
import { LOADED } from "./haproxy/info.ts";
import { readProcesses } from "./haproxy/master.ts";
import { EARLIER_SOCKET, MASTER_SOCKET } from "./haproxy/render.ts";
import { createRuntime, type Runtime } from "./haproxy/runtime.ts";

/**
 * HAProxy's container is replaced by another one that takes over its listening sockets: both answer for a moment, then the old one takes no new
 * connections and ends with its last. Whoever dies in the middle of it, the next actor's `settle` finds by the containers' names how far it came.
 * See docs/decisions/0018-the-proxy-is-replaced-beside-itself.md.
 */
export interface Replacement {
  /** Brings one that was begun to its end, and removes what has ended. */
  settle(): Promise<void>;
  /** Makes the container, hands over to it, and tells the old one to end. @throws what the new one's start fails with; the old one then serves on */
  replace(config: ContainerConfig): Promise<void>;
  /** Whether one that was replaced still has connections. */
  drains(): Promise<boolean>;
  /** Names of all containers of this proxy. */
  names(): Promise<readonly string[]>;
}

interface Parts {
  readonly engine: Engine;
  readonly stateUuid: string;
  readonly socketFolder: string;
  readonly master: Runtime;
  /** Asks until it holds. @throws PROXY_UNREACHABLE */
  readonly until: (what: string, holds: () => Promise<boolean>, container: string) => Promise<void>;
}

/** For one that took over and then does not answer: its connections have this long. */
const GIVE_UP_SECONDS = 10;

export const createReplacement = ({ engine, stateUuid, socketFolder, master, until }: Parts): Replacement => {
  const [masterPath, earlierPath] = [join(socketFolder, MASTER_SOCKET), join(socketFolder, EARLIER_SOCKET)];

  const earlier = createRuntime(earlierPath, { connectWithinMs: 0 });

  const found = async (): Promise<ReadonlyMap<string, ContainerSummary>> =>
    new Map((await engine.containers.list(PROXY_ROLE)).filter((one) => stateOf(one.labels) === stateUuid).map((one) => [one.name, one]));

  /** A new master has put its socket in the place of the old one's, which has kept its own under another name. */
  const tookOver = (): boolean =>
    existsSync(masterPath) && (!existsSync(earlierPath) || statSync(masterPath).ino !== statSync(earlierPath).ino);

  const serves = async (): Promise<boolean> =>
    tookOver() && (await readProcesses(master)).workers.length > 0 && LOADED.test(await master("@1 show info"));

  /** SIGUSR1 by the engine's own hand: it then does not start the container again. */
  const retire = async (name: string): Promise<void> => {
    try {
      await engine.containers.kill(name, "SIGUSR1");
    } catch (error) {
      if (!hasCode(error, "ENGINE_REFUSED")) throw error;
      // It does not run at this moment, and must not be started again.
      await engine.containers.stop(name, 0);
    }
  };

  /** While it listens, a word to the runtime socket may reach either of the two. */
  const letGo = async (): Promise<boolean> => {
    if (!existsSync(earlierPath)) return true;
    try {
      const { workers } = await readProcesses(earlier);
      const infos = await Promise.all(workers.map((pid) => earlier(`@!${pid} show info`)));
      return infos.every((info) => /^Stopping: [1-9]/m.test(info));
    } catch (error) {
      if (hasCode(error, "PROXY_UNREACHABLE")) return true;
      throw error;
    }
  };

  const promote = async (now: ReadonlyMap<string, ContainerSummary>): Promise<void> => {
    if (now.has(PROXY_CONTAINER)) {
      await retire(PROXY_CONTAINER);
      await until("the old HAProxy did not let go of its ports", letGo, PROXY_CONTAINER);
      if (now.has(EARLIER_PROXY)) await engine.containers.remove(EARLIER_PROXY);
      await engine.containers.rename(PROXY_CONTAINER, EARLIER_PROXY);
    }
    await engine.containers.rename(NEXT_PROXY, PROXY_CONTAINER);
  };

  const sweep = async (): Promise<void> => {
    const left = (await found()).get(EARLIER_PROXY);
    if (left?.state === "running") return;
    if (left !== undefined) await engine.containers.remove(EARLIER_PROXY);
    rmSync(earlierPath, { force: true });
  };

  const comesUp = async (): Promise<boolean> => {
    try {
      await until("the HAProxy that was to take over did not answer", serves, NEXT_PROXY);
      return true;
    } catch (error) {
      if (hasCode(error, "PROXY_UNREACHABLE")) return false;
      throw error;
    }
  };

  const giveUp = async (): Promise<void> => {
    await engine.containers.stop(NEXT_PROXY, GIVE_UP_SECONDS);
    await engine.containers.remove(NEXT_PROXY);
  };

  const settle = async (): Promise<void> => {
    const now = await found();
    const next = now.get(NEXT_PROXY);
    if (next === undefined) return now.has(EARLIER_PROXY) || existsSync(earlierPath) ? sweep() : undefined;
    if (next.state === "running" && (await comesUp())) await promote(now);
    else await giveUp();
    await sweep();
  };

  const replace = async (config: ContainerConfig): Promise<void> => {
    rmSync(earlierPath, { force: true });
    linkSync(masterPath, earlierPath);
    await engine.containers.create(NEXT_PROXY, config);
    try {
      await engine.containers.start(NEXT_PROXY);
      await until("the new HAProxy did not come up beside the old one, which serves on", serves, NEXT_PROXY);
    } catch (error) {
      await giveUp();
      throw error;
    }
    await promote(await found());
  };

  return {
    settle,
    replace,
    drains: async () => (await found()).get(EARLIER_PROXY)?.state === "running",
    names: async () => [...(await found()).keys()],
  };
};
