import { afterAll, beforeAll, expect, test } from "vitest";
import { viewProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, get, withStrategy } from "../support/e2e/shop.ts";
import { expectNothingLost } from "../support/e2e/under-load.ts";
import { isShare, visitors } from "../support/e2e/visitor.ts";
import { expectWhole } from "../support/e2e/whole.ts";

let shop: Installation;

/** What a contended machine does to both sides at once is not what these tests are about. */
const STEPS = "steps: [{weight: 10, analysis: {for: 5s, requests: 50, p95: 20}, pause: promote}, {weight: 50, pause: promote}]";

beforeAll(async () => {
  shop = await createShop({ prepare: withStrategy(`strategy: canary, ${STEPS}`) });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const report = (release: number) =>
  readJournal(shop.scratch.state, release)
    .find(({ kind }) => kind === "finished")
    ?.report?.find((one) => one["service"] === "web");

test("from 10 to 50 to 100 %: the share is what was asked, nobody who came over goes back, nothing is lost", async () => {
  await commitVersion(shop, { version: "2.0.0" });
  const load = await observeLoad(shop, { ratePerSecond: 400 });
  using people = visitors(shop, 1000);
  using strangers = visitors(shop, 1000, false);
  expect(new Set(await people.ask())).toEqual(new Set(["1.0.0"]));

  const tenth = await shop.seaworthy(["ship"]);
  expect(tenth.exit, tenth.said).toBe(5);
  expect(tenth.said).toContain("10 % of the requests");
  const release = newestRelease(shop.scratch.state);
  expect(await shop.json(["status"], 5)).toMatchObject({
    unfinished: { weights: { web: 10 }, paused: { step: "web/pause/10" }, decisions: [{ word: "good", step: "web/analyse/10" }] },
    drift: [],
  });
  const first = await people.ask();
  expect(isShare(first, "2.0.0", 0.1), `${first.filter((one) => one === "2.0.0").length} of 1000`).toBe(true);
  expect(await people.ask(), "everybody stays where they were").toEqual(first);
  expect(isShare(await strangers.ask(), "2.0.0", 0.1), "those without cookies too").toBe(true);

  expect((await shop.seaworthy(["promote"])).exit).toBe(5);
  const second = await people.ask();
  expect(isShare(second, "2.0.0", 0.5), `${second.filter((one) => one === "2.0.0").length} of 1000`).toBe(true);
  expect(second.filter((version, index) => version === "1.0.0" && first[index] === "2.0.0")).toEqual([]);

  const last = await shop.seaworthy(["promote"]);
  expect(last.exit, last.said).toBe(0);
  expect(new Set(await people.ask())).toEqual(new Set(["2.0.0"]));
  const observed = await load.stop();
  const { ledger } = observed;
  await expectWhole(shop, { release, version: "2.0.0" });
  await expectNothingLost(shop, observed);
  expect(ledger.opened).toBe(64);
  const cost = report(release);
  expect(cost, "no reload in it, so it was counted").toMatchObject({ measured: true, failed: 0 });
  expect(cost?.["requests"], "those that the new release answered before it served, too").toBeGreaterThan(ledger.requests * 0.8);
  const [tenPercent, half] = [first, second].map((all) => all.filter((one) => one === "2.0.0").length);
  console.log(
    `canary: ${tenPercent} and ${half} of 1000 people at 10 and 50 %; ${ledger.requests} requests, 0 failed, p99 ${ledger.latencyMs.p99} ms`,
  );
});

test("one that is ready and fails every request is taken back within seconds, and everybody is with the old one", async () => {
  await commitVersion(shop, { version: "3.0.0", broken: true });
  const load = await observeLoad(shop, { ratePerSecond: 400 });
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["ship"]);
  const steered = await waitForLine(shop.scratch.state, call, release, "done", "web/steer/10");
  const turned = await waitForLine(shop.scratch.state, call, release, "reverting", "");
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(3);
  expect(ended.said).toMatch(/\d+ of \d+ requests to the new release failed \(100 %\)/);
  expect(turned.at - steered.at, "well before the minutes that were to be looked at").toBeLessThan(4000);
  const before = await load.failures();
  using people = visitors(shop, 200);
  expect(new Set(await people.ask())).toEqual(new Set(["2.0.0"]));
  const { ledger, failed } = await load.stop();
  expect(ledger.failed.total, "nothing fails once it is taken back").toBe(before);
  expect(ledger.failed.total, "only what the new release itself answered").toBe(ledger.statuses["500"] ?? 0);
  expect(ledger.failed.total).toBeGreaterThan(0);
  expect(ledger.failed.total).toBeLessThan(ledger.requests * 0.1);
  expect(report(release), "what it cost is counted").toMatchObject({ measured: true, failed, byService: failed });
  await expectWhole(shop, { release: release - 1, version: "2.0.0" });
  console.log(
    `bad canary: taken back ${turned.at - steered.at} ms after its first request; ${ledger.failed.total} of ${ledger.requests} requests met it`,
  );
});

test("with a request now and then nothing is proven: it waits, and is taken back when somebody says so", async () => {
  await commitVersion(shop, { version: "4.0.0" });
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["ship"]);
  await waitForLine(shop.scratch.state, call, release, "done", "web/steer/10");
  for (let asked = 0; asked < 3; asked += 1) expect(await get(shop)).toMatchObject({ status: 200 });
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(5);
  expect(ended.said).toContain("inconclusive: a verdict needs 50 requests on each side");
  const resumed = await shop.seaworthy(["deploy", "--resume"]);
  expect(resumed.exit, resumed.said).toBe(5);
  expect(await shop.json(["status"], 5)).toMatchObject({ unfinished: { weights: { web: 10 }, decisions: [{ word: "thin" }] } });
  const aborted = await shop.seaworthy(["abort"]);
  expect(aborted.exit, aborted.said).toBe(0);
  expect((await viewProxy(shop)).servers).toEqual({ "r2-1": 100 });
  await expectWhole(shop, { release: 2, version: "2.0.0" });
});

test("killed while it is judged, resumed, killed while its share grows, and aborted by the next: nothing is lost", async () => {
  await commitVersion(shop, { version: "5.0.0" });
  const load = await observeLoad(shop, { ratePerSecond: 400 });
  const release = newestRelease(shop.scratch.state) + 1;
  const shipping = shop.call(["ship"]);
  await waitForLine(shop.scratch.state, shipping, release, "intent", "web/analyse/10");
  shipping.child.kill("SIGKILL");
  await shipping.ended;
  const dead = await shop.seaworthy(["status"]);
  expect(dead.exit, "it died, and does not wait for a word").toBe(1);
  expect(dead.said).toContain("seaworthy deploy --resume");
  const resumed = await shop.seaworthy(["deploy", "--resume"]);
  expect(resumed.exit, resumed.said).toBe(5);

  const promoting = shop.call(["promote"]);
  await waitForLine(shop.scratch.state, promoting, release, "intent", "web/steer/50");
  promoting.child.kill("SIGKILL");
  await promoting.ended;
  const aborted = await shop.seaworthy(["abort", "--why", "two deaths are enough"]);
  expect(aborted.exit, aborted.said).toBe(0);

  const observed = await load.stop();
  await expectNothingLost(shop, observed);
  expect(new Set(observed.ledger.versions.map(({ version }) => version))).toEqual(new Set(["2.0.0", "5.0.0"]));
  await expectWhole(shop, { release: 2, version: "2.0.0" });
});
