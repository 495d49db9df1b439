import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { viewProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, waitForLine } from "../support/e2e/journal.ts";
import { type OwnEngine, startOwnEngine, whyNoOwnEngine } from "../support/e2e/own-engine.ts";
import { answersAgain, commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { containersOf, expectWhole } from "../support/e2e/whole.ts";
import { spread } from "../support/extent.ts";

const why = await whyNoOwnEngine();

let shop: Installation;
let engine: OwnEngine;

beforeAll(async () => {
  if (why !== undefined) return;
  shop = await createShop({ engine: async (scratch) => (engine = await startOwnEngine(scratch)) });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0", warmUpMs: 2000 });
  for (const command of ["push", "sign"]) {
    const prepared = await shop.seaworthy([command]);
    expect(prepared.exit, prepared.said).toBe(0);
  }
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** A check that began while the engine was down ends, in vain, up to 2 s after the container is back, and takes the server out for a second. */
const settled = async (): Promise<void> => {
  const until = performance.now() + 40_000;
  for (let since = performance.now(); performance.now() < until && performance.now() - since < 4000; await sleep(250))
    if ((await shop.seaworthy(["status"])).exit !== 0) since = performance.now();
};

describe.skipIf(why !== undefined)(`dockerd stops and starts again${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  beforeEach(async () => {
    await shop.git(["checkout", "-q", "v1.0.0"]);
    const deployed = await shop.seaworthy(["deploy"]);
    expect(deployed.exit, deployed.said).toBe(0);
    await shop.git(["checkout", "-q", "v2.0.0"]);
  });

  const liveRelease = async (): Promise<number> => ((await shop.json(["status"])) as { live: { release: number } }).live.release;

  test("restarted while idle: the last release serves again, without a deploy", async () => {
    const release = await liveRelease();
    const before = { containers: await containersOf(shop), servers: (await viewProxy(shop)).servers };
    await engine.stop("SIGTERM");
    const gone = await shop.seaworthy(["status"]);
    expect(gone.exit, gone.said).toBe(7);
    const report = await shop.json(["doctor"], 7);
    expect(report).toMatchObject({
      project: shop.project,
      engine: { unreachable: expect.stringContaining("no engine answers") },
      history: expect.arrayContaining([expect.objectContaining({ release, serving: true })]),
    });
    await engine.start();
    const seconds = await answersAgain(shop, 30_000);
    await settled();
    expect({ containers: await containersOf(shop), servers: (await viewProxy(shop)).servers }).toEqual(before);
    await expectWhole(shop, { release, version: "1.0.0" });
    console.log(`restarted while idle: answers ${seconds.toFixed(1)} s after dockerd does`);
  });

  // Engine 20.10 without live-restore stops what ran before its crash and takes that for a wish: `unless-stopped` does not bring it back.
  test("crashed while idle: what the engine does not bring back, status names, and a deploy brings it", async () => {
    const release = await liveRelease();
    await engine.stop("SIGKILL");
    await engine.start();
    const status = await shop.seaworthy(["status"]);
    if (status.exit !== 0) {
      expect(status.exit, status.said).toBe(1);
      expect(status.said).toContain("web: 0 of 1 containers run");
    }
    await shop.git(["checkout", "-q", "v1.0.0"]);
    const deployed = await shop.seaworthy(["deploy"]);
    expect(deployed.exit, deployed.said).toBe(0);
    await settled();
    await expectWhole(shop, { release: release + 1, version: "1.0.0" });
  });

  test.each(
    spread(
      [
        ["SIGKILL", "web/ready/1", "1.0.0"],
        ["SIGTERM", "web/ready/1", "1.0.0"],
        ["SIGTERM", /^web\/drain\//, "2.0.0"],
      ] as const,
      2,
    ),
  )("%s in a rollout, at %s: status says what is to be done, resume does it, and v%s serves", async (signal, step, serving) => {
    const live = await liveRelease();
    const release = newestRelease(shop.scratch.state) + 1;
    const call = shop.call(["deploy"]);
    // A drain lasts only while something is under way.
    if (typeof step !== "string") {
      await waitForLine(shop.scratch.state, call, release, "done", "web/ready/1");
      void get(shop, "/slow?ms=4000").catch(() => undefined);
    }
    await waitForLine(shop.scratch.state, call, release, "intent", step);
    await engine.stop(signal);
    const ended = await call.ended;
    expect(ended.exit, ended.said).toBe(7);
    await engine.start();
    // After a crash the engine leaves down what it stopped; what to do about it status says.
    if (signal === "SIGTERM") {
      await answersAgain(shop, 30_000);
      // HAProxy and the container come up side by side: a check that came too early takes the server out for a second.
      await expect.poll(() => get(shop), { timeout: 40_000, interval: 250 }).toMatchObject({ status: 200, version: serving });
    }
    const status = await shop.seaworthy(["status"]);
    expect(status.exit, status.said).toBe(1);
    expect(status.said).toContain("seaworthy deploy --resume");
    const resumed = await shop.seaworthy(["deploy", "--resume"]);
    expect(resumed.exit, resumed.said).toBe(serving === "1.0.0" ? 3 : 0);
    await settled();
    await expectWhole(shop, { release: serving === "1.0.0" ? live : release, version: serving });
  });
});

describe.skipIf(why !== undefined)(
  `dockerd with live-restore stops and starts again under load${why === undefined ? "" : ` (skipped: ${why})`}`,
  () => {
    beforeAll(async () => {
      await engine.stop("SIGTERM");
      await engine.start({ liveRestore: true });
      await answersAgain(shop, 30_000);
      await settled();
    });

    test.each(
      spread(
        [
          ["SIGTERM", "web/create/1"],
          ["SIGKILL", "web/ready/1"],
          ["SIGTERM", "web/ready/1"],
          ["SIGKILL", /^web\/drain\//],
        ] as const,
        2,
      ),
    )("%s in a rollout, at %s: what runs serves on, resume brings it to its end, and no request fails", async (signal, step) => {
      const { live } = (await shop.json(["status"])) as { live: { release: number; version: string } };
      const target = live.version === "1.0.0" ? "2.0.0" : "1.0.0";
      await shop.git(["checkout", "-q", `v${target}`]);
      const release = newestRelease(shop.scratch.state) + 1;
      await underLoad(
        shop,
        async () => {
          const call = shop.call(["deploy"]);
          await waitForLine(shop.scratch.state, call, release, "intent", step);
          await engine.stop(signal);
          const ended = await call.ended;
          expect([0, 7], ended.said).toContain(ended.exit);
          await engine.start();
          const resumed = await shop.seaworthy(["deploy", "--resume"]);
          expect([0, 3], resumed.said).toContain(resumed.exit);
          const became = (await shop.json(["status"])) as { live: { release: number; version: string } };
          expect([live.version, target]).toContain(became.live.version);
          await expectWhole(shop, became.live);
        },
        // No orders: for those the app looks a name up, and the engine's name server is dockerd itself.
        { connections: 16, ratePerSecond: 100, slowRatio: 0.1, postRatio: 0 },
      );
    });
  },
);
