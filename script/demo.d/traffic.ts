import { createDockerEngine } from "../../src/engine/index.ts";
import type { StateFolder } from "../../src/core/index.ts";
import { type Counters, createProxy } from "../../src/proxy/index.ts";
import { type Ledger, type LedgerCheck, startLoad, verifyLedger, type Window } from "../../test/support/load/client.ts";
import { startStress } from "../../test/support/load/stress.ts";
import { DemoFailure } from "./failure.ts";

export const CONNECTIONS = 64;
const RATE_PER_SECOND = 600;

/** One stretch of time, as both ends of the wire counted it. */
export interface Stretch {
  readonly client: Window;
  readonly proxy: { readonly requests: number; readonly failed: number };
}

/** The whole load, as both counted it. */
export interface Account {
  readonly ledger: Ledger;
  readonly proxy: Stretch["proxy"];
  readonly orders: LedgerCheck;
}

/** A strict load on the app through its proxy, and a busy machine. */
export interface Traffic extends AsyncDisposable {
  /** The stretch since the last call, or since the start. */
  stretch(): Promise<Stretch>;
  /** No more requests; the ledger is compared with the app's own. */
  end(): Promise<Account>;
}

interface Options {
  readonly state: StateFolder;
  readonly httpPort: number;
  /** The service's name in the proxy. */
  readonly backend: string;
  readonly host: string;
  readonly signal: AbortSignal;
}

const between = (before: Counters, after: Counters): Stretch["proxy"] => {
  if (before.worker !== after.worker)
    throw new DemoFailure(1, "HAProxy's worker was replaced during the load, so its counters began anew and prove nothing");
  const failed = (one: Counters): number => one.errors + one.cutByServer;
  return { requests: after.requests - before.requests, failed: failed(after) - failed(before) };
};

export const startTraffic = async ({ state, httpPort, backend, host, signal }: Options): Promise<Traffic> => {
  const proxy = createProxy({ engine: createDockerEngine(), state, httpPort });
  const counters = async (): Promise<Counters> => {
    const read = await proxy.counters(backend);
    if (read === undefined) throw new DemoFailure(1, `HAProxy does not know ${backend}`);
    return read;
  };
  const url = `http://127.0.0.1:${httpPort}`;
  const first = await counters();
  let last = first;
  const load = startLoad({ url, host, connections: CONNECTIONS, postRatio: 0.5, ratePerSecond: RATE_PER_SECOND, signal });
  const stress = startStress();
  const stop = async (): Promise<Ledger> => {
    const [ledger] = await Promise.all([load.stop(), stress.stop()]);
    return ledger;
  };
  await load.started;
  return {
    stretch: async () => {
      const [client, now] = await Promise.all([load.mark(), counters()]);
      const counted = between(last, now);
      last = now;
      return { client, proxy: counted };
    },
    end: async () => {
      const ledger = await stop();
      return { ledger, proxy: between(first, await counters()), orders: await verifyLedger(url, ledger, { host }) };
    },
    [Symbol.asyncDispose]: async () => {
      await stop().catch(() => undefined);
    },
  };
};
