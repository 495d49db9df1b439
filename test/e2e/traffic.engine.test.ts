import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease } from "../support/e2e/journal.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { expectNothingLost, underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";

let shop: Installation;

const LIMITS = "limits: {body: 1mb, rate: {requests: 100000}, perClient: 500, perReplica: 200}";
const MAINTENANCE = "maintenance: {page: closed.html, retryAfter: 45s, allow: {key: correct horse battery}}";

const withProtection = (folder: string): void => {
  const path = join(folder, "compose.yaml");
  const text = readFileSync(path, "utf8");
  const indent = /^( +)release: \{ drain: 10s,/m.exec(text)?.[1];
  if (indent === undefined) throw new Error("the fixture has no release to write beside");
  writeFileSync(path, text.replace(`${indent}release: {`, `${indent}${LIMITS}\n${indent}${MAINTENANCE}\n${indent}release: {`));
  writeFileSync(join(folder, "closed.html"), "<h1>100 % closed for new disks</h1>\n");
};

const good = async (args: readonly string[]): Promise<string> => {
  const result = await shop.seaworthy(args);
  expect(result.exit, result.said).toBe(0);
  return result.said;
};

beforeAll(async () => {
  shop = await createShop({ prepare: withProtection });
  await good(["ship"]);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

test("paused twice under the strict load, once left to end by itself: requests wait and none is lost", async () => {
  const load = await observeLoad(shop, { ratePerSecond: 300, timeoutMs: 25_000 });
  expect(await good(["pause", "web", "--for", "20s", "--why", "database failover"])).toContain("new requests wait");
  expect(await good(["status"])).toMatch(/web: paused by .*: database failover; requests wait for at most \d+ s more/);
  await sleep(1000);
  expect(await good(["resume", "web"])).toMatch(/web: serves again; \d+ requests were there/);
  await good(["pause", "web", "--for", "2s"]);
  await sleep(3500);
  expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
  const observed = await load.stop();
  const { ledger, probes } = observed;
  await expectNothingLost(shop, observed);
  expect(Math.max(...probes.map(({ sentAt, endedAt }) => endedAt - sentAt)), "they did wait").toBeGreaterThan(900);
  expect((await shop.seaworthy(["pause", "web", "--for", "10m"])).exit).toBe(2);
  await expectWhole(shop, { release: 1, version: "1.0.0" });
  console.log(`paused: ${ledger.requests} requests, 0 failed`);
});

test("closed for maintenance, a release under it fails nobody, and it stays closed until somebody opens it", async () => {
  await good(["maintenance", "on", "web", "--why", "new disks"]);
  expect(await get(shop)).toMatchObject({ status: 503, body: "<h1>100 % closed for new disks</h1>\n" });
  expect(await good(["maintenance", "on", "web"])).toContain("closed for maintenance already");
  await commitVersion(shop, { version: "2.0.0" });
  const load = await observeLoad(shop, { ratePerSecond: 100 });
  expect(await good(["ship"]), "whom the page was shown to is no failure of the release").toMatch(/web: 0 of 0 requests failed/);
  const { ledger } = await load.stop();
  expect(Object.keys(ledger.statuses)).toEqual(["503"]);
  await shop.docker.run(["restart", "seaworthy-proxy"]);
  await sleep(1000);
  expect((await get(shop)).status, "a restart of the proxy keeps it").toBe(503);
  expect(await shop.json(["status"])).toMatchObject({
    services: expect.arrayContaining([expect.objectContaining({ service: "web", closed: expect.objectContaining({ why: "new disks" }) })]),
    drift: [],
  });
  await good(["maintenance", "off", "web"]);
  expect(await get(shop)).toMatchObject({ status: 200, version: "2.0.0" });
  expect(await good(["history"])).toMatch(/web closed by .*: new disks/);
  await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: "2.0.0" });
});

test("other numbers reload nothing: the release is counted from its first request to its last, and fails none", async () => {
  const path = join(shop.projectFolder, "compose.yaml");
  const text = readFileSync(path, "utf8").replace("perReplica: 200", "perReplica: 100").replace("perClient: 500", "perClient: 400");
  await shop.commit({ "compose.yaml": text }, "v2.0.1");
  const { result: said } = await underLoad(shop, () => good(["ship"]));
  expect(said).toMatch(/web: 0 of \d+ requests failed/);
  const backend: unknown = JSON.parse(readFileSync(join(shop.scratch.state, "proxy", "backends", "swe2e.web.json"), "utf8"));
  expect(backend).toMatchObject({ limits: { perReplica: 100, perClient: 400 } });
});
