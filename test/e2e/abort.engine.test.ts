import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop } from "../support/e2e/shop.ts";
import { expectNothingLost } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";

let shop: Installation;

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

test("a rollout that another process is at work on ends its wait, is taken back by that one, and nothing is lost", async () => {
  await commitVersion(shop, { version: "2.0.0", warmUpMs: 60_000 });
  const load = await observeLoad(shop, { ratePerSecond: 400 });
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["ship"], { env: { E2E_READY: "50s" } });
  await waitForLine(shop.scratch.state, call, release, "intent", "web/ready/1");
  const promoted = await shop.seaworthy(["promote"]);
  expect(promoted.exit, "it waits for no word").toBe(2);
  const begun = Date.now();
  const aborted = await shop.seaworthy(["abort", "--why", "wrong branch"]);
  expect(aborted.exit, aborted.said).toBe(0);
  const tookMs = Date.now() - begun;
  expect(tookMs).toBeLessThan(20_000);
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(3);
  expect(ended.said).toContain("aborted it: wrong branch");
  await expectNothingLost(shop, await load.stop());
  await expectWhole(shop, { release: 1, version: "1.0.0" });
  expect(readJournal(shop.scratch.state, release).filter(({ kind }) => kind === "finished")).toHaveLength(1);
  console.log(`abort of a rollout in another process: ${tookMs} ms`);
});

test("of several that wait for a rollout only the newest is done", async () => {
  await commitVersion(shop, { version: "3.0.0", warmUpMs: 6000 });
  const release = newestRelease(shop.scratch.state) + 1;
  const first = shop.call(["ship"]);
  await waitForLine(shop.scratch.state, first, release, "intent", "web/ready/1");
  const older = shop.call(["deploy", "--wait", "1m"]);
  const overtaken = older.ended.then((result) => ({ ...result, at: Date.now() }));
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const newer = shop.call(["deploy", "--wait", "1m", "--why", "newest"]);
  const late = await overtaken;
  expect(late.exit, late.said).toBe(6);
  expect(late.said).toContain("took the place of deploy");
  expect((await first.ended).exit).toBe(0);
  const newest = await newer.ended;
  expect(newest.exit, newest.said).toBe(0);
  expect(newestRelease(shop.scratch.state)).toBe(release + 1);
});
