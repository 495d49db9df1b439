import { crash } from "../support/e2e/crash.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { viewProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { answersAgain, commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { expectWhole } from "../support/e2e/whole.ts";

const PROXY = "seaworthy-proxy";
let shop: Installation;

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0", warmUpMs: 1500 });
  for (const command of ["push", "sign"]) {
    const prepared = await shop.seaworthy([command]);
    expect(prepared.exit, prepared.said).toBe(0);
  }
});
afterAll(() => shop?.[Symbol.asyncDispose]());

beforeEach(async () => {
  await shop.git(["checkout", "-q", "v1.0.0"]);
  const deployed = await shop.seaworthy(["deploy"]);
  expect(deployed.exit, deployed.said).toBe(0);
  await shop.git(["checkout", "-q", "v2.0.0"]);
});

const liveRelease = async (): Promise<number> => ((await shop.json(["status"])) as { live: { release: number } }).live.release;

/** Status has nothing to say as soon as HAProxy has checked its servers once. */
const settled = async (): Promise<void> => {
  for (let tries = 0; tries < 40 && (await shop.seaworthy(["status"])).exit !== 0; tries += 1) await sleep(250);
};

test("docker restart while idle: the same routes, without a deploy", async () => {
  const release = await liveRelease();
  const before = await viewProxy(shop);
  await shop.docker.run(["restart", "--time", "2", PROXY]);
  expect(await answersAgain(shop, 10_000)).toBeLessThan(10);
  expect((await viewProxy(shop)).servers).toEqual(before.servers);
  await settled();
  await expectWhole(shop, { release, version: "1.0.0" });
});

test("HAProxy crashes while idle: the engine brings it back with the same routes", async () => {
  const release = await liveRelease();
  const before = await viewProxy(shop);
  await crash(shop, PROXY);
  expect(await answersAgain(shop, 10_000)).toBeLessThan(10);
  expect((await viewProxy(shop)).servers).toEqual(before.servers);
  expect(await shop.docker.run(["inspect", "--format", "{{.RestartCount}}", PROXY])).toBe("1");
  await settled();
  await expectWhole(shop, { release, version: "1.0.0" });
});

test("docker kill while idle: the engine takes that for a wish, status says what is missing, and a deploy brings it back", async () => {
  await shop.docker.run(["kill", PROXY]);
  await expect(get(shop)).rejects.toThrow(/ECONNREFUSED/);
  const status = await shop.seaworthy(["status"]);
  expect(status.exit, status.said).toBe(1);
  expect(status.said).toContain("web: the proxy does not answer");
  await shop.git(["checkout", "-q", "v1.0.0"]);
  const deployed = await shop.seaworthy(["deploy"]);
  expect(deployed.exit, deployed.said).toBe(0);
  await settled();
  await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: "1.0.0" });
});

test("docker restart in the middle of a rollout: it goes on to the new release, and its drop report says that it was not measured", async () => {
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["deploy"]);
  await waitForLine(shop.scratch.state, call, release, "intent", "web/ready/1");
  await shop.docker.run(["restart", "--time", "2", PROXY]);
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(0);
  expect(ended.said).toMatch(/web: not measured, because HAProxy was restarted/);
  expect(readJournal(shop.scratch.state, release).at(-1)?.report).toMatchObject([{ service: "web", measured: false }]);
  await settled();
  await expectWhole(shop, { release, version: "2.0.0" });
});

test("docker kill in the middle of a rollout: the actor brings HAProxy back and goes on, and the report does not pretend", async () => {
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["deploy"]);
  await waitForLine(shop.scratch.state, call, release, "intent", "web/ready/1");
  await shop.docker.run(["kill", PROXY]);
  const ended = await call.ended;
  expect(ended.exit, ended.said).toBe(0);
  expect(ended.said).toMatch(/web: not measured, because HAProxy was restarted/);
  await settled();
  await expectWhole(shop, { release, version: "2.0.0" });
});
