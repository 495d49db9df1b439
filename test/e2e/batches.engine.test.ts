import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { viewProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { waiveShortMonitor } from "../support/e2e/short-monitor.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { containersOf } from "../support/e2e/whole.ts";

const CONNECTIONS = 64;
const LOAD = { connections: CONNECTIONS, ratePerSecond: 400 };

const OVERRIDE = `services:
  web:
    healthcheck: { interval: 1s, timeout: 3s, start_period: 0s, retries: 2 }
    deploy:
      replicas: 3
      update_config: { parallelism: "\${E2E_PARALLELISM:-1}", monitor: "\${E2E_MONITOR:-8s}", failure_action: "\${E2E_ACTION:-rollback}", max_failure_ratio: "\${E2E_RATIO:-0}", order: start-first }
      rollback_config: { parallelism: 2, monitor: 1s }
`;
/** Where nothing fails there is nothing to be seen in a longer one. */
const QUICK = { E2E_PARALLELISM: "2", E2E_MONITOR: "2s" };

let shop: Installation;

beforeAll(async () => {
  shop = await createShop({
    prepare: (folder) => {
      writeFileSync(join(folder, "compose.override.yaml"), OVERRIDE);
      waiveShortMonitor(folder);
    },
  });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Three replicas serve, all of this version, and nothing is left over. @returns the releases that their containers are of */
const expectThree = async (version: string): Promise<readonly number[]> => {
  const containers = (await containersOf(shop)).filter((line) => line.startsWith(`${shop.project}-web-`));
  const found = containers.map((line) => /-web-r(\d+)-(\d+) running$/.exec(line));
  expect(
    found.map((one) => one !== null),
    containers.join(", "),
  ).toEqual([true, true, true]);
  expect((await viewProxy(shop)).servers).toEqual(Object.fromEntries(found.map((one) => [`r${one?.[1]}-${one?.[2]}`, 100])));
  const answers = await Promise.all(Array.from({ length: 12 }, () => get(shop)));
  expect(new Set(answers.map((one) => one.version))).toEqual(new Set([version]));
  const status = await shop.json(["status"]);
  expect(status).toMatchObject({ drift: [], holders: {}, live: { version } });
  expect(status).not.toHaveProperty("unfinished");
  return found.map((one) => Number(one?.[1]));
};

const journalOf = (release: number): readonly string[] =>
  readJournal(shop.scratch.state, release).map(({ kind, step, outcome }) => `${kind} ${step ?? outcome ?? ""}`);

/** A version whose containers end 3 s after they began to listen: all of them, or all but the first one that came up. */
const commitMortal = (version: string, which: "all" | "all but the first"): Promise<void> =>
  shop.commit(
    {
      "web/version.js": `import { request } from "node:http";
export const version = ${JSON.stringify(version)};
export const ready = true;
export const warmUpMs = 0;
const mortal = (nth) => { if (${which === "all"} || nth > 1) setTimeout(() => process.exit(1), 3000); };
const asked = request({ host: "ledger", port: 4000, method: "POST", path: "/orders" }, (answer) => {
  let text = "";
  answer.on("data", (part) => (text += part)).on("end", () => mortal(JSON.parse(text).seen));
});
asked.end(JSON.stringify({ id: "boot " + version }));
`,
    },
    `v${version}`,
  );

test("three replicas, two at a time, under a strict load: no request fails", async () => {
  await commitVersion(shop, { version: "2.0.0" });
  const { result: shipped, ledger } = await underLoad(shop, () => shop.seaworthy(["ship"], { env: QUICK }), LOAD);
  expect(shipped.exit, shipped.said).toBe(0);
  expect(await expectThree("2.0.0")).toEqual([2, 2, 2]);
  const watches = journalOf(2).filter((line) => line.startsWith("done web/watch"));
  expect(watches).toEqual(["done web/watch/1", "done web/watch/2"]);
  console.log(
    `two at a time: ${ledger.requests} requests, 0 failed, p99 ${ledger.latencyMs.p99} ms, ${shipped.seconds.toFixed(1)} s with build`,
  );
});

test("killed at the watch of the first batch and resumed: no request fails, nothing is left over", async () => {
  await commitVersion(shop, { version: "2.1.0" });
  for (const command of ["push", "sign"]) expect((await shop.seaworthy([command])).exit).toBe(0);
  const release = newestRelease(shop.scratch.state) + 1;
  const env = QUICK;
  await underLoad(
    shop,
    async () => {
      for (const step of ["web/drain/2-1", "web/watch/1", "web/move/3"]) {
        const call = shop.call(step === "web/drain/2-1" ? ["deploy"] : ["deploy", "--resume"], { env });
        await waitForLine(shop.scratch.state, call, release, "intent", step);
        call.child.kill("SIGKILL");
        await call.ended;
      }
      const resumed = await shop.seaworthy(["deploy", "--resume"], { env });
      expect(resumed.exit, resumed.said).toBe(0);
    },
    LOAD,
  );
  expect(await expectThree("2.1.0")).toEqual([release, release, release]);
});

test("a version that dies 3 s after it was ready, within the monitor: taken back; only requests on the dead one can fail, and they are counted", async () => {
  await commitMortal("3.0.0", "all");
  const before = await viewProxy(shop);
  const load = await observeLoad(shop, LOAD);
  const release = newestRelease(shop.scratch.state) + 1;
  const shipped = await shop.seaworthy(["ship"]);
  const { ledger, failed } = await load.stop();
  const after = await viewProxy(shop);
  expect(shipped.exit, shipped.said).toBe(3);
  expect(shipped.said).toMatch(/1 of 3 replicas of web failed, more than max_failure_ratio 0: swe2e-web-r\d+-1: it ended/);
  expect(journalOf(release).at(-1)).toBe("finished reverted");
  expect(await expectThree("2.1.0")).toEqual([release - 1, release - 1, release - 1]);
  // What it cost stands in the journal and is told.
  const [report] = readJournal(shop.scratch.state, release).find(({ kind }) => kind === "finished")?.report ?? [];
  expect(report).toMatchObject({ service: "web", measured: true });
  expect(report?.["failed"]).toBeLessThanOrEqual(after.failed - before.failed);
  expect(shipped.said).toMatch(/web: \d+ of [\d,]+ requests failed/);
  expect(ledger.failed.total).toBeLessThanOrEqual(CONNECTIONS);
  // What the clients saw fail, the proxy saw fail; a connection that is cut in the middle is one to either side, and not always to both.
  expect(Math.abs(after.failed - before.failed - failed)).toBeLessThanOrEqual(2);
  console.log(
    `taken back: ${ledger.requests} requests, ${ledger.failed.total} failed on the dead container: ${JSON.stringify([ledger.failed, ledger.failures])}`,
  );
});

test("one that dies in a later batch: a rollback release follows by itself, and says so with exit 3", async () => {
  await commitMortal("4.0.0", "all but the first");
  const load = await observeLoad(shop, LOAD);
  const release = newestRelease(shop.scratch.state) + 1;
  const shipped = await shop.seaworthy(["ship"]);
  const { ledger } = await load.stop();
  expect(shipped.exit, shipped.said).toBe(3);
  expect(shipped.said).toContain(`r${release + 1} brought r3 back`);
  expect(journalOf(release).at(-1)).toBe("finished failed");
  expect(journalOf(release + 1).at(-1)).toBe("finished live");
  // The one that had not been replaced yet was left alone.
  expect((await expectThree("2.1.0")).toSorted((a, b) => a - b)).toEqual([3, release + 1, release + 1]);
  expect(ledger.failed.total).toBeLessThanOrEqual(CONNECTIONS);
  const history = await shop.json(["history"]);
  expect(JSON.stringify(history)).toContain(`"after":${release}`);
  console.log(`rolled back: ${ledger.requests} requests, ${ledger.failed.total} failed on the dead container`);
});

test("with pause it waits, exit 5; abort takes it back", async () => {
  await commitMortal("5.0.0", "all");
  const release = newestRelease(shop.scratch.state) + 1;
  const shipped = await shop.seaworthy(["ship"], { env: { E2E_ACTION: "pause" } });
  expect(shipped.exit, shipped.said).toBe(5);
  expect(await get(shop)).toMatchObject({ status: 200 });
  const aborted = await shop.seaworthy(["abort"]);
  expect(aborted.exit, aborted.said).toBe(0);
  expect(journalOf(release).at(-1)).toBe("finished reverted");
  await expectThree("2.1.0");
});
