import { Agent, request as httpRequest } from "node:http";
import type { Duplex } from "node:stream";
import type { Running } from "./lab/running.ts";
import { socketLike } from "./smoke/request.ts";
import type { Smoke } from "./smoke/smoke.ts";

/** What a load saw. */
export interface LoadResult {
  readonly requests: number;
  /** An answer with another status than in the baseline, or none. */
  readonly failed: number;
  /** Milliseconds, sorted. */
  readonly tookMs: readonly number[];
  readonly firstFailure?: string;
}

/** An agent that keeps its connections and dials through the lab. */
export const keepingAgent = (running: Running, port: number): Agent => {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
  Object.assign(agent, {
    createConnection: (_options: object, done: (error: Error | null, stream?: Duplex) => void): undefined => {
      running.dial(port).then(
        (stream) => done(null, socketLike(stream)),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });
  return agent;
};

/** The smoke requests again and again over kept connections, for a time. */
export const load = async (
  running: Running,
  { requests }: Smoke,
  { forMs, connections, perSecond }: { readonly forMs: number; readonly connections: number; readonly perSecond?: number },
): Promise<LoadResult> => {
  const tookMs: number[] = [];
  let failed = 0;
  let firstFailure: string | undefined;
  if (requests.length === 0) return { requests: 0, failed: 0, tookMs };
  const agents = new Map(requests.map(({ port }) => [port, keepingAgent(running, port)]));
  const until = performance.now() + forMs;
  const pauseMs = perSecond === undefined ? 0 : (1000 * connections) / perSecond;
  const one = async (index: number): Promise<void> => {
    const wanted = requests[index % requests.length];
    if (wanted === undefined) return;
    const begun = performance.now();
    const words = await new Promise<string | undefined>((resolve) => {
      const call = httpRequest(
        {
          agent: agents.get(wanted.port) ?? false,
          method: wanted.method,
          path: wanted.path,
          headers: { host: "localhost", "user-agent": "seaworthy-trial", ...wanted.headers },
          timeout: 10_000,
        },
        (response) => {
          response.resume();
          response.on("end", () =>
            resolve(response.statusCode === wanted.expect ? undefined : `${wanted.path} answered ${response.statusCode ?? 0}`),
          );
          response.on("error", (error) => resolve(error.message));
        },
      );
      call.on("error", (error) => resolve(error.message));
      call.end(wanted.body);
    });
    tookMs.push(performance.now() - begun);
    if (words === undefined) return;
    failed += 1;
    firstFailure ??= words;
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      const begun = performance.now();
      await one((next += 1));
      const rest = pauseMs - (performance.now() - begun);
      if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  for (const agent of agents.values()) agent.destroy();
  return {
    requests: tookMs.length,
    failed,
    tookMs: tookMs.toSorted((a, b) => a - b),
    ...(firstFailure === undefined ? {} : { firstFailure }),
  };
};
