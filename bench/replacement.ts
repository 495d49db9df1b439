/**
 * What it costs the users to replace a service: CYCLES cycles (default 10) of v1, v2 and back under 64 strict keep-alive clients, half of it POST, with the CPU
 * contended. Beside it, on the same engine with the same images and the same load, the same replacements as `docker compose up` does them: stop the old
 * container, remove it, start the new one on the same published port. Needs an engine that no installation governs, as the end-to-end tests do.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, type Installation } from "../test/support/e2e/installation.ts";
import { newestRelease, readJournal } from "../test/support/e2e/journal.ts";
import { observeLoad } from "../test/support/e2e/observed-load.ts";
import { answersAgain, commitVersion, createShop } from "../test/support/e2e/shop.ts";
import { type Ledger, verifyLedger } from "../test/support/load/client.ts";
import { startStress } from "../test/support/load/stress.ts";
import { thisMachine } from "./support/machine.ts";
import { report } from "./support/report.ts";

const cycles = Number(process.env["CYCLES"]) || 10;
const BASELINE_MS = 10_000;
/** Between two replacements, on both sides, so that what each one costs can be told. */
const PAUSE_MS = 1000;

interface Side {
  readonly ledger: Ledger;
  /** p99 of the same load while nothing is replaced. */
  readonly calmP99Ms: number;
  /** Of each replacement, from the call to its end. */
  readonly seconds: readonly number[];
  /** Acknowledged orders that the app does not have, or has twice. */
  readonly wrongOrders: number;
}

const must = async (shop: Installation, args: readonly string[]): Promise<number> => {
  const { exit, said, seconds } = await shop.seaworthy(args);
  if (exit !== 0) throw new Error(`seaworthy ${args.join(" ")} ended with ${exit}:\n${said}`);
  return seconds;
};

/** The load with nothing going on, then the load during the replacements. */
const measure = async (shop: Installation, replace: () => Promise<readonly number[]>): Promise<Side> => {
  const calm = await observeLoad(shop);
  await sleep(BASELINE_MS);
  const { ledger: before } = await calm.stop();
  const load = await observeLoad(shop);
  const seconds = await replace();
  const { ledger } = await load.stop();
  const check = await verifyLedger(shop.url, ledger, { host: shop.host });
  return {
    ledger,
    calmP99Ms: before.latencyMs.p99,
    seconds,
    wrongOrders: check.missing.length + check.twice.length + check.unknown.length,
  };
};

const withSeaworthy = (shop: Installation): Promise<Side> =>
  measure(shop, async () => {
    const seconds: number[] = [];
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      seconds.push(await must(shop, ["deploy"]));
      await sleep(PAUSE_MS);
      seconds.push(await must(shop, ["rollback"]));
      await sleep(PAUSE_MS);
    }
    return seconds;
  });

/** The same images on a published port, replaced as Compose does it. */
const asCompose = async (shop: Installation): Promise<Side> => {
  const { docker, project, scratch } = shop;
  const port = await freePort();
  const uuid = await docker.run(["volume", "inspect", "--format", '{{index .Labels "dev.seaworthy.state"}}', "seaworthy-state"]);
  const images = (
    await docker.lines(["images", "--digests", "--format", "{{.Repository}}@{{.Digest}}", "--filter", `reference=*/${project}/web`])
  ).filter((name) => name.includes("@sha256:"));
  const [first, second] = images;
  if (first === undefined || second === undefined)
    throw new Error(`expected the images of two versions in the engine, found ${images.join(", ") || "none"}`);
  const name = `${project}-contrast`;
  const where = ["--name", name, "--label", `dev.seaworthy.state=${uuid}`, "--network", `${project}_default`, "--publish", `${port}:3000`];
  const how = ["--init", "--read-only", "--cap-drop", "ALL", "--memory", "128m", "--cpus", "1", "--stop-timeout", "10"];
  const start = (image: string): Promise<string> => docker.run(["run", "--detach", ...where, ...how, image]);
  await start(first);
  const contrast: Installation = { ...shop, url: shop.url.replace(/:\d+$/, `:${port}`), scratch };
  await answersAgain(contrast, 20_000);
  return measure(contrast, async () => {
    const seconds: number[] = [];
    for (let count = 0; count < cycles * 2; count += 1) {
      const begunMs = performance.now();
      await docker.run(["stop", name]);
      await docker.run(["rm", name]);
      await start(count % 2 === 0 ? second : first);
      const startedMs = performance.now() - begunMs;
      seconds.push(startedMs / 1000 + (await answersAgain(contrast, 20_000)));
      await sleep(PAUSE_MS);
    }
    return seconds;
  });
};

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const rounded = (value: number): number => Math.round(value * 10) / 10;

const row = (what: string, { ledger, calmP99Ms, seconds, wrongOrders }: Side) => ({
  what,
  figures: {
    replacements: seconds.length,
    requests: ledger.requests,
    failed: ledger.failed.total,
    "failed each": rounded(ledger.failed.total / seconds.length),
    "orders lost or doubled": wrongOrders,
    "p99 ms": rounded(ledger.latencyMs.p99),
    "added p99 ms": rounded(ledger.latencyMs.p99 - calmP99Ms),
    "slowest ms": rounded(ledger.latencyMs.max),
    "seconds each (median)": rounded(median(seconds)),
  },
});

const machine = thisMachine();
{
  await using shop = await createShop();
  await must(shop, ["ship"]);
  await commitVersion(shop, { version: "2.0.0" });
  for (const command of ["push", "sign", "deploy", "rollback"]) await must(shop, [command]);
  const before = newestRelease(shop.scratch.state);
  const stress = startStress();
  try {
    const ours = await withSeaworthy(shop);
    const reported = readJournal(shop.scratch.state)
      .filter(({ kind, release }) => kind === "finished" && release > before)
      .flatMap(({ report }) => report ?? []);
    const counted = reported.reduce((sum, one) => sum + Number(one["failed"]), 0);
    const theirs = await asCompose(shop);
    report(
      "replacement",
      [row("seaworthy deploy and rollback", ours), row("stop first, as docker compose up", theirs)],
      {
        words: `no request of ${ours.ledger.requests} fails in ${ours.seconds.length} replacements (${ours.ledger.failed.total} did, the drop reports count ${counted} in ${reported.length}), and no order is lost; stopping first lost ${theirs.ledger.failed.total} of ${theirs.ledger.requests}`,
        met:
          ours.ledger.failed.total === 0 &&
          ours.wrongOrders === 0 &&
          counted === 0 &&
          reported.length === cycles * 2 &&
          theirs.ledger.failed.total > 0,
      },
      machine,
    );
  } finally {
    await stress.stop();
  }
}
