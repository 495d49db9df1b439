import { expect } from "vitest";
import { type LoadOptions, verifyLedger } from "../load/client.ts";
import type { Installation } from "./installation.ts";
import { type Observed, observeLoad } from "./observed-load.ts";

/** None of the strict clients' requests failed, and the application's own ledger has each of their orders once. */
export const expectNothingLost = async (shop: Pick<Installation, "url" | "host">, { ledger, probes }: Observed): Promise<void> => {
  expect(ledger.failed.total, JSON.stringify(ledger.failures)).toBe(0);
  expect(probes.filter(({ status }) => status !== 200)).toEqual([]);
  expect(ledger.requests, "there was a load").toBeGreaterThan(50);
  expect(await verifyLedger(shop.url, ledger, { host: shop.host })).toMatchObject({ ok: true, inDoubt: [] });
};

/**
 * The work while strict clients ask, of whose requests none may fail, also when the work itself does. Default: 300 requests a second, half of them orders.
 * @returns what the clients saw, and what the work gave
 */
export const underLoad = async <Result>(
  shop: Installation,
  work: () => Promise<Result>,
  options: Omit<LoadOptions, "url" | "host"> = {},
): Promise<Observed & { readonly result: Result }> => {
  const load = await observeLoad(shop, { ratePerSecond: 300, ...options });
  const [worked] = await Promise.allSettled([work()]);
  const observed = await load.stop();
  const [kept] = await Promise.allSettled([expectNothingLost(shop, observed)]);
  if (worked.status === "fulfilled" && kept.status === "fulfilled") return { ...observed, result: worked.value };
  const wrong: readonly unknown[] = [worked, kept].flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  throw wrong.length === 1 ? wrong[0] : new AggregateError(wrong, wrong.map(String).join("\nand "));
};
