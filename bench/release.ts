/**
 * What it costs the users to replace a service, one way beside the other: the same two images, the same load, the same engine, one run. COUNT replacements each
 * (default 10), or fewer where all of it would take more than SECONDS (default 200), under 64 strict keep-alive clients at RATE requests a second (default 400), half of them POST; STRESS=1 keeps every processor busy besides.
 * WAYS=seaworthy,rollout,... chooses. Needs an engine that no installation governs and that is in no Swarm, as the end-to-end tests do.
 */
import { wordsOf } from "../src/core/index.ts";
import publishPackage from "../test/support/engine-setup.ts";
import { newestRelease, readJournal } from "../test/support/e2e/journal.ts";
import { commitVersion, createShop } from "../test/support/e2e/shop.ts";
import { startStress } from "../test/support/load/stress.ts";
import { thisMachine } from "./support/machine.ts";
import { type Measured, measureWay } from "./support/measure-way.ts";
import { report, type Row } from "./support/report.ts";
import { dockerRollout } from "./support/ways/docker-rollout.ts";
import { reloadEach } from "./support/ways/reload.ts";
import { seaworthyRolling, stepMedians } from "./support/ways/seaworthy.ts";
import { stopFirst } from "./support/ways/stop-first.ts";
import { beginSwarm, swarmHostPort, swarmStartFirst } from "./support/ways/swarm.ts";
import { type Contrast, imagesOf, type Way } from "./support/ways/way.ts";

const count = Number(process.env["COUNT"]) || 10;
const seconds = Number(process.env["SECONDS"]) || 200;
const rate = Number(process.env["RATE"]) || 400;
const ALL = ["seaworthy", "rollout", "stop-first", "swarm", "reload"] as const;
const chosen: readonly string[] = process.env["WAYS"]?.split(",") ?? ALL;
/** From the image being there to all traffic on the new version, less the application's own start-up. */
const GOAL_MS = 400;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const rounded = (value: number): number => Math.round(value * 10) / 10;
const overheadMs = ({ seen }: Measured): number => Math.round(median(seen.map(({ allNewMs, startUpMs }) => allNewMs - startUpMs)));
const addedMs = ({ ledger, calmP99Ms }: Measured): number => rounded(ledger.latencyMs.p99 - calmP99Ms);

/** Beside ours: how many times ours it is. */
const times = (value: number, ours: number | undefined): string => (ours === undefined ? "" : `${rounded(value / ours)}x`);

const row = (one: Measured, ours: Measured | undefined): Row => {
  const { what, ledger, calmP99Ms, seen, wrongOrders } = one;
  return {
    what,
    figures: {
      replacements: seen.length,
      requests: ledger.requests,
      failed: ledger.failed.total,
      "failed each": rounded(ledger.failed.total / seen.length),
      "orders lost or doubled": wrongOrders,
      "calm p99 ms": rounded(calmP99Ms),
      "added p99 ms": addedMs(one),
      "slowest ms": rounded(ledger.latencyMs.max),
      "start-up ms": Math.round(median(seen.map(({ startUpMs }) => startUpMs))),
      "all new, less start-up ms": overheadMs(one),
      "of ours": times(overheadMs(one), ours === undefined ? undefined : overheadMs(ours)),
      "whole ms": Math.round(median(seen.map(({ wholeMs }) => wholeMs))),
    },
  };
};

const machine = thisMachine();
// What a user has installed: the working copy compiles what it loads.
const removePackage = publishPackage();
// performance.now() begins with the process.
const endMs = seconds * 1000;
/** Swarm is measured in two ways. */
let waysLeft = chosen.length + (chosen.includes("swarm") ? 1 : 0);
const measured: Measured[] = [];
const impossible: string[] = [];
let hostPort = "";
let counted = 0;
let reports = 0;
let steps = "";
{
  await using shop = await createShop();
  const must = async (command: string): Promise<void> => {
    const { exit, said } = await shop.seaworthy([command]);
    if (exit !== 0) throw new Error(`seaworthy ${command} ended with ${exit}:\n${said}`);
  };
  const measure = async (way: Way): Promise<void> => {
    console.error(`${way.what} ...`);
    const untilMs = performance.now() + Math.max(0, endMs - performance.now()) / waysLeft;
    waysLeft -= 1;
    const one = await measureWay(shop, way, { count, untilMs, ratePerSecond: rate });
    measured.push(one);
    // Whatever becomes of the rest, this was measured.
    console.error(JSON.stringify(row(one, undefined)));
  };
  /** One of the others that cannot be had on this machine is named, and does not take the rest with it. */
  const unlessImpossible = async (name: string, work: () => Promise<void>): Promise<void> => {
    if (performance.now() > endMs) {
      impossible.push(`${name} was not measured: no time was left`);
      return;
    }
    try {
      await work();
    } catch (error) {
      impossible.push(`${name} was not measured: ${wordsOf(error)}`);
    }
  };
  await must("ship");
  await commitVersion(shop, { version: "2.0.0" });
  for (const command of ["push", "sign", "deploy", "rollback"]) await must(command);
  const before = newestRelease(shop.scratch.state);
  const stress = process.env["STRESS"] === "1" ? startStress() : undefined;
  try {
    const contrast: Contrast = { shop, images: await imagesOf(shop) };
    if (chosen.includes("seaworthy")) {
      await measure(seaworthyRolling(shop));
      const lines = readJournal(shop.scratch.state).filter(({ kind, release }) => kind === "finished" && release > before);
      reports = lines.length;
      steps = [...stepMedians(shop.scratch.state, before)].map(([name, ms]) => `${name} ${ms}`).join(", ");
      counted = lines.flatMap(({ report: one }) => one ?? []).reduce((sum, one) => sum + Number(one["failed"]), 0);
    }
    for (const [name, open] of [
      ["rollout", dockerRollout],
      ["stop-first", stopFirst],
      ["reload", reloadEach],
    ] as const)
      if (chosen.includes(name))
        await unlessImpossible(name, async () => {
          await using way = await open(contrast);
          await measure(way);
        });
    if (chosen.includes("swarm"))
      await unlessImpossible("swarm", async () => {
        await using swarm = await beginSwarm(shop);
        {
          await using way = await swarmStartFirst(contrast, swarm);
          await measure(way);
        }
        await using way = await swarmHostPort(contrast, swarm);
        await measure(way);
        if (performance.now() < endMs) hostPort = await way.startFirst();
      });
  } finally {
    await stress?.stop();
  }
}
removePackage();
const ours = measured.find(({ what }) => what.startsWith("seaworthy"));
const others = measured.filter((one) => one !== ours);
const lost = others.map(({ what, ledger }) => `${what} ${ledger.failed.total} of ${ledger.requests}`);
report(
  "release",
  measured.map((one) => row(one, one === ours ? undefined : ours)),
  {
    words: [
      ...(ours === undefined
        ? []
        : [
            `no request of ${ours.ledger.requests} fails in ${ours.seen.length} replacements (${ours.ledger.failed.total} did, the drop reports count ${counted} in ${reports}), no order is lost, and all traffic is on the new version within ${GOAL_MS} ms and the app's start-up (${overheadMs(ours)} ms; its steps by the journal, medians in ms: ${steps})`,
          ]),
      ...(lost.length === 0 ? [] : [`failed otherwise: ${lost.join(", ")}`]),
      ...impossible,
      ...(hostPort === "" ? [] : [`Swarm, start-first with a host port, after 10 s: ${hostPort}`]),
    ].join("; "),
    met:
      ours === undefined ||
      (ours.ledger.failed.total === 0 &&
        ours.wrongOrders === 0 &&
        counted === 0 &&
        reports === ours.seen.length &&
        overheadMs(ours) < GOAL_MS),
  },
  machine,
);
