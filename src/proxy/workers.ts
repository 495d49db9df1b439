import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../core/index.ts";
import { type Processes, readProcesses } from "./haproxy/master.ts";
import { EARLIER_SOCKET, MASTER_SOCKET } from "./haproxy/render.ts";
import { createRuntime, type Runtime } from "./haproxy/runtime.ts";

/** Workers of one HAProxy, and of the one that it took over from while that still has connections. */
export interface Workers {
  all(): Promise<Processes>;
  /** Asks each worker that only ends its connections: earlier configurations', and the replaced HAProxy's. One that ends meanwhile serves nobody any more. */
  askEarlier<T>(ask: (runtime: Runtime) => Promise<T>): Promise<readonly T[]>;
}

/** A worker that is asked over its master gets one command at a time: the master takes what follows a semicolon for its own. */
export const oneByOne =
  (runtime: Runtime): Runtime =>
  async (commands) => {
    const answers: string[] = [];
    for (const command of commands.split(";")) answers.push(await runtime(command));
    return answers.join("\n");
  };

interface Master {
  readonly runtime: Runtime;
  /** Workers of it that take no new connections. */
  readonly earlier: () => Promise<readonly number[]>;
}

export const createWorkers = (socketFolder: string, master: Runtime): Workers => {
  const [masterPath, earlierPath] = [join(socketFolder, MASTER_SOCKET), join(socketFolder, EARLIER_SOCKET)];
  const replaced = createRuntime(earlierPath, { connectWithinMs: 0 });

  /** A second name of the running master's socket is there only while a replacement begins. */
  const isReplaced = (): boolean =>
    existsSync(earlierPath) && !(existsSync(masterPath) && statSync(masterPath).ino === statSync(earlierPath).ino);

  const ofReplaced = async (): Promise<readonly number[]> => {
    if (!isReplaced()) return [];
    try {
      const { workers, oldWorkers } = await readProcesses(replaced);
      return [...workers, ...oldWorkers];
    } catch (error) {
      if (hasCode(error, "PROXY_UNREACHABLE")) return [];
      throw error;
    }
  };

  const masters: readonly Master[] = [
    { runtime: master, earlier: async () => (await readProcesses(master)).oldWorkers },
    { runtime: replaced, earlier: ofReplaced },
  ];

  return {
    all: async () => {
      const [now, before] = await Promise.all([readProcesses(master), ofReplaced()]);
      return { workers: now.workers, oldWorkers: [...now.oldWorkers, ...before] };
    },
    askEarlier: async (ask) => {
      const answered: Awaited<ReturnType<typeof ask>>[] = [];
      for (const { runtime, earlier } of masters)
        for (const pid of await earlier())
          try {
            answered.push(await ask((command) => runtime(`@!${pid} ${command}`)));
          } catch (error) {
            if (!hasCode(error, "PROXY_UNREACHABLE") || (await earlier()).includes(pid)) throw error;
          }
      return answered;
    },
  };
};
