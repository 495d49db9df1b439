import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ledger, type LoadOptions, startLoad } from "../load/client.ts";
import type { Installation } from "./installation.ts";
import { get } from "./shop.ts";

/** A request of the prober: sequential, on one kept connection, so that which version answers can be told by when it was sent. */
export interface Probe {
  readonly sentAt: number;
  readonly endedAt: number;
  /** 0: no whole answer came. */
  readonly status: number;
  readonly version: string;
}

/** What the clients saw, the strict load and the prober together. */
export interface Observed {
  readonly ledger: Ledger;
  readonly probes: readonly Probe[];
  /** All requests that were sent. */
  readonly requests: number;
  readonly failed: number;
  /** How many requests had their outcome at a moment (milliseconds since the epoch): bounds, because the load's count is read from outside it. */
  doneBy(at: number): { readonly atLeast: number; readonly atMost: number };
  /** Requests that can be under way at once. */
  readonly connections: number;
}

export interface ObservedLoad {
  /** Failures so far, of the load alone. */
  failures(): Promise<number>;
  stop(): Promise<Observed>;
}

interface Sample {
  readonly askedAt: number;
  readonly answeredAt: number;
  readonly done: number;
}

const SAMPLE_EVERY_MS = 25;

/** Starts the strict load on an installation's proxy, counting it from outside while it runs. Defaults as the load client's: 64 connections, half POST. */
export const observeLoad = async (shop: Installation, options: Omit<LoadOptions, "url" | "host"> = {}): Promise<ObservedLoad> => {
  const load = startLoad({ url: shop.url, host: shop.host, ...options });
  await load.started;
  const samples: Sample[] = [];
  const probes: Probe[] = [];
  const stopping = new AbortController();
  const sampling = (async () => {
    while (!stopping.signal.aborted) {
      const askedAt = Date.now();
      const { requests } = await load.progress();
      samples.push({ askedAt, answeredAt: Date.now(), done: requests });
      await sleep(SAMPLE_EVERY_MS);
    }
  })();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const probing = (async () => {
    while (!stopping.signal.aborted) {
      const sentAt = Date.now();
      const answer = await get(shop, "/", agent).catch(() => ({ status: 0, version: "" }));
      probes.push({ sentAt, endedAt: Date.now(), status: answer.status, version: answer.version });
      await sleep(10);
    }
  })();
  return {
    failures: async () => (await load.progress()).failed.total,
    stop: async () => {
      stopping.abort();
      await Promise.all([sampling, probing]);
      agent.destroy();
      const ledger = await load.stop();
      return {
        ledger,
        probes,
        requests: ledger.requests + probes.length,
        failed: ledger.failed.total + probes.filter(({ status }) => status !== 200).length,
        connections: (options.connections ?? 64) + 1,
        doneBy: (at) => {
          const probed = probes.filter(({ endedAt }) => endedAt <= at).length;
          const before = samples.findLast(({ answeredAt }) => answeredAt <= at)?.done ?? 0;
          const after = samples.find(({ askedAt }) => askedAt >= at)?.done ?? ledger.requests;
          return { atLeast: before + probed, atMost: after + probed };
        },
      };
    },
  };
};
