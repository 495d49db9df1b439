import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { FailureKind, Ledger, Window } from "./ledger.ts";

export { verifyLedger, type Failure, type FailureKind, type Ledger, type LedgerCheck, type Window } from "./ledger.ts";

export interface LoadOptions {
  /** The app, or the proxy in front of it. */
  readonly url: string;
  /** The Host header, when `url` does not say it. */
  readonly host?: string;
  /** Keep-alive connections, each strictly one request after another. Default 64. */
  readonly connections?: number;
  /** Share of POST /orders, each with an id of its own. Default 0.5. */
  readonly postRatio?: number;
  /** Share of GET /slow?ms=`slowMs`. Default 0. */
  readonly slowRatio?: number;
  /** Default 300. */
  readonly slowMs?: number;
  /** Requests a second over all connections, paced by the clock, not by the answers. What no free connection can take at its time is not sent later. Default 800. */
  readonly ratePerSecond?: number;
  /** An answer that is not whole by then is a failure. Default 10,000. */
  readonly timeoutMs?: number;
  /** Stops the load; `stop()` still gives the ledger. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly requests: number;
  readonly ok: number;
  readonly failed: Readonly<Record<FailureKind, number>> & { readonly total: number };
  readonly versions: readonly string[];
}

export interface Load {
  readonly run: string;
  /** Resolves once the process sends requests. */
  readonly started: Promise<void>;
  /** What was counted so far. */
  progress(): Promise<Progress>;
  /** Ends a window and begins the next. @returns the one that ended */
  mark(): Promise<Window>;
  /** Sends no more, waits for what is in flight, and gives the ledger. May be called again. */
  stop(): Promise<Ledger>;
}

/** What the two processes say to each other. */
export type ToWorker =
  | {
      readonly say: "go";
      readonly run: string;
      readonly options: Required<Omit<LoadOptions, "signal" | "host">> & { readonly host?: string };
    }
  | { readonly say: "progress" | "mark" | "stop" };
export type FromWorker =
  | { readonly say: "started" }
  | { readonly say: "progress"; readonly progress: Progress }
  | { readonly say: "window"; readonly window: Window }
  | { readonly say: "ledger"; readonly ledger: Ledger };

/** Starts a strict load in a process of its own: no retries, and every request that did not get its right and whole answer is counted under its kind. */
export function startLoad(options: LoadOptions): Load {
  const { signal, host, ...rest } = options;
  const run = `r${randomBytes(5).toString("hex")}`;
  const child = fork(join(import.meta.dirname, "worker.ts"), [], {
    execArgv: ["--max-semi-space-size=16"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const waiting: ((progress: Progress) => void)[] = [];
  const marked: PromiseWithResolvers<Window>[] = [];
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Ledger>();
  for (const one of [started, ended]) one.promise.catch(() => {});

  child.on("message", (message: FromWorker) => {
    if (message.say === "started") started.resolve();
    else if (message.say === "progress") waiting.shift()?.(message.progress);
    else if (message.say === "window") marked.shift()?.resolve(message.window);
    else ended.resolve(message.ledger);
  });
  child.on("error", (error) => fail(error));
  child.on("exit", (code, by) => fail(new Error(`the load client ended before its ledger was taken (${by ?? `exit ${code}`})`)));
  function fail(error: Error): void {
    started.reject(error);
    ended.reject(error);
    for (const one of marked.splice(0)) one.reject(error);
  }
  const tell = (message: ToWorker): void => void (child.connected && child.send(message));

  tell({
    say: "go",
    run,
    options: {
      connections: 64,
      postRatio: 0.5,
      slowRatio: 0,
      slowMs: 300,
      ratePerSecond: 800,
      timeoutMs: 10_000,
      ...rest,
      ...(host ? { host } : {}),
    },
  });
  const stop = (): Promise<Ledger> => {
    tell({ say: "stop" });
    return ended.promise;
  };
  if (signal?.aborted) void stop();
  else signal?.addEventListener("abort", () => void stop(), { once: true });

  return {
    run,
    started: started.promise,
    stop,
    mark: () => {
      const answer = Promise.withResolvers<Window>();
      marked.push(answer);
      if (child.connected) tell({ say: "mark" });
      else answer.reject(new Error("the load has ended: no window can be told apart any more"));
      return answer.promise;
    },
    progress: () =>
      Promise.race([
        new Promise<Progress>((resolve) => {
          waiting.push(resolve);
          tell({ say: "progress" });
        }),
        ended.promise.then((ledger): Progress => ({
          requests: ledger.requests,
          ok: ledger.ok,
          failed: ledger.failed,
          versions: ledger.versions.map(({ version }) => version),
        })),
      ]),
  };
}
