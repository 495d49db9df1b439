/**
 * A million requests over more than a hundred releases, of which none may fail: `seaworthy deploy` and `seaworthy rollback` in turn for SECONDS (default 180) under
 * CLIENTS strict clients (default 2) of 32 kept connections each, RATE requests a second together (default 3000), half of them POST with ids that the application's
 * ledger counts. Every run adds to a tally, so that it can be done in parts: run it until it says that the goal is met. FRESH=1 begins anew.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { newestRelease, readJournal } from "../../test/support/e2e/journal.ts";
import { commitVersion, createShop } from "../../test/support/e2e/shop.ts";
import { startLoad, verifyLedger } from "../../test/support/load/client.ts";
import { thisMachine } from "../support/machine.ts";
import { report } from "../support/report.ts";
import { openTally } from "../support/tally.ts";

const seconds = Number(process.env["SECONDS"]) || 180;
const clients = Number(process.env["CLIENTS"]) || 2;
const rate = Number(process.env["RATE"]) || 3000;
const REQUESTS = 1_000_000;
const RELEASES = 100;

interface Run {
  readonly date: string;
  readonly commit: string;
  readonly releases: number;
  readonly requests: number;
  readonly failed: number;
  /** The first failures, as the clients saw them. */
  readonly failures: readonly string[];
  readonly orders: number;
  readonly wrongOrders: number;
  /** Failures that the drop reports count. */
  readonly counted: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

const machine = thisMachine();
const tally = openTally<Run>("million");

const run = async (): Promise<Run> => {
  await using shop = await createShop();
  const must = async (command: string): Promise<void> => {
    const { exit, said } = await shop.seaworthy([command]);
    if (exit !== 0) throw new Error(`seaworthy ${command} ended with ${exit}:\n${said}`);
  };
  await must("ship");
  await commitVersion(shop, { version: "2.0.0" });
  for (const command of ["push", "sign", "deploy"]) await must(command);
  const before = newestRelease(shop.scratch.state);
  const loads = Array.from({ length: clients }, () =>
    startLoad({ url: shop.url, host: shop.host, connections: Math.ceil(64 / clients), ratePerSecond: rate / clients }),
  );
  await Promise.all(loads.map(({ started }) => started));
  const untilMs = performance.now() + seconds * 1000;
  for (let count = 0; performance.now() < untilMs; count += 1) {
    await must(count % 2 === 0 ? "rollback" : "deploy");
    await sleep(100);
  }
  const ledgers = await Promise.all(loads.map((load) => load.stop()));
  const checks = await Promise.all(ledgers.map((ledger) => verifyLedger(shop.url, ledger, { host: shop.host })));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const finished = readJournal(shop.scratch.state).filter(({ kind, release }) => kind === "finished" && release > before);
  return {
    date: machine.date,
    commit: machine.commit,
    releases: finished.length,
    requests: sum(ledgers.map(({ requests }) => requests)),
    failed: sum(ledgers.map(({ failed }) => failed.total)),
    failures: ledgers.flatMap(({ failures }) => failures.map(({ kind, method, path, detail }) => `${kind}: ${method} ${path}: ${detail}`)),
    orders: sum(checks.map(({ acknowledged }) => acknowledged)),
    wrongOrders: sum(checks.map(({ missing, twice, unknown }) => missing.length + twice.length + unknown.length)),
    counted: sum(finished.flatMap(({ report: one }) => one ?? []).map((one) => Number(one["failed"]))),
    p99Ms: Math.max(...ledgers.map(({ latencyMs }) => latencyMs.p99)),
    slowestMs: Math.max(...ledgers.map(({ latencyMs }) => latencyMs.max)),
  };
};

const runs = tally.add(await run());
const total = (pick: (one: Run) => number): number => runs.reduce((sum, one) => sum + pick(one), 0);
const figuresOf = (one: Omit<Run, "date" | "commit" | "failures">) => ({
  releases: one.releases,
  requests: one.requests,
  failed: one.failed,
  "by the drop reports": one.counted,
  orders: one.orders,
  "orders lost or doubled": one.wrongOrders,
  "p99 ms": Math.round(one.p99Ms),
  "slowest ms": Math.round(one.slowestMs),
});
const all = {
  releases: total((one) => one.releases),
  requests: total((one) => one.requests),
  failed: total((one) => one.failed),
  counted: total((one) => one.counted),
  orders: total((one) => one.orders),
  wrongOrders: total((one) => one.wrongOrders),
  p99Ms: Math.max(...runs.map((one) => one.p99Ms)),
  slowestMs: Math.max(...runs.map((one) => one.slowestMs)),
};
for (const { failures } of runs) for (const failure of failures) console.error(failure);
report(
  "million",
  [
    ...runs.map((one) => ({ what: `${one.date.slice(0, 19)}, ${one.commit}`, figures: figuresOf(one) })),
    { what: "together", figures: figuresOf(all) },
  ],
  {
    words: `no request of ${REQUESTS} fails over more than ${RELEASES} releases: ${all.failed} of ${all.requests} did over ${all.releases}, in ${runs.length} runs`,
    met: all.failed === 0 && all.wrongOrders === 0 && all.counted === 0 && all.requests >= REQUESTS && all.releases > RELEASES,
  },
  machine,
);
