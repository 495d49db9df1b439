import { afterAll, beforeAll, expect, test } from "vitest";
import { viewProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, get, withStrategy } from "../support/e2e/shop.ts";
import { expectNothingLost } from "../support/e2e/under-load.ts";
import { containersOf, expectWhole } from "../support/e2e/whole.ts";

let shop: Installation;

beforeAll(async () => {
  shop = await createShop({ prepare: withStrategy('strategy: blue-green, keepOld: "${E2E_KEEP_OLD:-15s}"') });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0" });
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const versionAt = async (host: string): Promise<string> => (await get({ url: shop.url, host })).version;

test("looked at under its preview host, promoted, taken back at once while the old one runs, and promoted for good: nothing is lost", async () => {
  const load = await observeLoad(shop, { ratePerSecond: 400 });

  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(5);
  expect(shipped.said).toContain("seaworthy promote");
  expect(shipped.said).toContain("seaworthy abort");
  const release = newestRelease(shop.scratch.state);
  expect(await versionAt("preview.swe2e.localhost")).toBe("2.0.0");
  expect(await versionAt(shop.host)).toBe("1.0.0");
  const status = await shop.json(["status"], 5);
  expect(status).toMatchObject({
    live: { version: "1.0.0" },
    unfinished: { release, paused: { step: "web/promotion" }, weights: { web: 0 } },
    drift: [],
    holders: {},
  });
  const refused = await shop.seaworthy(["deploy"]);
  expect(refused.exit, refused.said).toBe(5);
  expect(refused.said).toMatch(/seaworthy promote.*seaworthy abort/);

  // The switch, and the way back while another process waits for the old one's time to pass.
  const promoted = shop.call(["promote", "--why", "looks good"]);
  await waitForLine(shop.scratch.state, promoted, release, "paused", "web/keep");
  expect(await versionAt(shop.host)).toBe("2.0.0");
  expect((await viewProxy(shop)).servers).toEqual({ "r1-1": 0, [`r${release}-1`]: 100 });
  const begun = Date.now();
  const back = shop.call(["rollback", "--why", "errors"]);
  while ((await versionAt(shop.host)) !== "1.0.0") if (Date.now() - begun > 20_000) throw new Error("the old release never came back");
  const instantMs = Date.now() - begun;
  const rolled = await back.ended;
  expect(rolled.exit, rolled.said).toBe(0);
  expect((await promoted.ended).exit).toBe(3);
  await expectWhole(shop, { release: 1, version: "1.0.0" });
  const old = (await containersOf(shop)).find((name) => name.startsWith(`${shop.project}-web-`));
  expect(old, "it was never stopped").toBe(`${shop.project}-web-r1-1 running`);

  // Again, for good.
  const env = { E2E_KEEP_OLD: "2s" };
  const again = await shop.seaworthy(["deploy"], { env });
  expect(again.exit, again.said).toBe(5);
  const live = await shop.seaworthy(["promote"], { env });
  expect(live.exit, live.said).toBe(0);
  const observed = await load.stop();
  const { ledger } = observed;
  await expectWhole(shop, { release: release + 1, version: "2.0.0" });
  await expectNothingLost(shop, observed);
  expect(ledger.opened).toBe(64);
  const report = readJournal(shop.scratch.state, release + 1)
    .find(({ kind }) => kind === "finished")
    ?.report?.find((one) => one["service"] === "web");
  expect(report, "no reload in it, so it was counted").toMatchObject({ measured: true, failed: 0 });
  const history = await shop.json(["history"]);
  expect(JSON.stringify(history)).toContain("looks good");
  console.log(
    `blue-green: ${ledger.requests} requests, 0 failed, p99 ${ledger.latencyMs.p99} ms; back ${instantMs} ms after the call began`,
  );
});

test("aborted while it is looked at: the old release serves on, and nothing of the new one is left", async () => {
  await commitVersion(shop, { version: "3.0.0" });
  const load = await observeLoad(shop, { ratePerSecond: 400 });
  expect((await shop.seaworthy(["ship"])).exit).toBe(5);
  expect(await versionAt("preview.swe2e.localhost")).toBe("3.0.0");
  const aborted = await shop.seaworthy(["abort", "--why", "the logo"]);
  expect(aborted.exit, aborted.said).toBe(0);
  expect(aborted.said).toContain("aborted it: the logo");
  const observed = await load.stop();
  await expectNothingLost(shop, observed);
  expect(observed.ledger.versions.map(({ version }) => version)).toEqual(["2.0.0"]);
  await expectWhole(shop, { release: newestRelease(shop.scratch.state) - 1, version: "2.0.0" });
  const nothing = await shop.seaworthy(["abort"]);
  expect(nothing.exit, nothing.said).toBe(2);
});
