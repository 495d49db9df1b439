import { setTimeout as sleep } from "node:timers/promises";
import type { Installation } from "../../test/support/e2e/installation.ts";
import { type Ledger, startLoad, verifyLedger, type Window } from "../../test/support/load/client.ts";
import { type Replaced, startUpMs, type Way } from "./ways/way.ts";

/** Without a replacement, for the p99 that replacing adds to. */
const CALM_MS = 5000;
/** After each replacement, so that what each one costs can be told. */
const PAUSE_MS = 1000;

/** One replacement, as the clients saw it. */
interface Seen {
  /** From the image being there to the last answer of the old version or the first of the new one, whichever came later. */
  readonly allNewMs: number;
  /** The application's own part of that. */
  readonly startUpMs: number;
  /** From the image being there to the end of the way's own procedure. */
  readonly wholeMs: number;
  readonly failed: number;
}

export interface Measured {
  readonly what: string;
  readonly ledger: Ledger;
  readonly calmP99Ms: number;
  readonly seen: readonly Seen[];
  /** Acknowledged orders that the app does not have, or has twice. */
  readonly wrongOrders: number;
}

const allNew = ({ answered }: Window, { imageThereAtMs }: Replaced): number => {
  const [old, now] = Object.values(answered).toSorted((a, b) => a.firstAtMs - b.firstAtMs);
  if (old === undefined || now === undefined) throw new Error("only one version answered during a replacement");
  return Math.max(old.lastAtMs, now.firstAtMs) - imageThereAtMs;
};

export interface Extent {
  /** At most so many replacements; one at least, then none begins after `untilMs` (performance.now()). */
  readonly count: number;
  readonly untilMs: number;
  readonly ratePerSecond: number;
}

/** The load with nothing going on, then the load during replacements. Strict clients: kept connections, no retries, half POST, an id an order. */
export const measureWay = async (shop: Installation, way: Way, { count, untilMs, ratePerSecond }: Extent): Promise<Measured> => {
  const at = { url: way.url, host: way.host, ratePerSecond };
  const calm = startLoad(at);
  await calm.started;
  await sleep(CALM_MS);
  const before = await calm.stop();
  const load = startLoad(at);
  await load.started;
  const seen: Seen[] = [];
  await sleep(PAUSE_MS);
  for (let replacement = 0; replacement < count && (replacement === 0 || performance.now() < untilMs); replacement += 1) {
    await load.mark();
    const replaced = await way.replace();
    const wholeMs = Date.now() - replaced.imageThereAtMs;
    await sleep(PAUSE_MS);
    const window = await load.mark();
    const startUp = await startUpMs(shop, replaced.container);
    seen.push({ allNewMs: allNew(window, replaced), startUpMs: startUp, wholeMs, failed: window.failed });
  }
  const ledger = await load.stop();
  const check = await verifyLedger(way.url, ledger, { host: way.host });
  const wrongOrders = check.missing.length + check.twice.length + check.unknown.length;
  return { what: way.what, ledger, calmP99Ms: before.latencyMs.p99, seen, wrongOrders };
};
