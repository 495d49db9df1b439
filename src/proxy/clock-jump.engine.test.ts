import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type Clock, FULL_TRAFFIC, systemClock } from "../core/index.ts";
import { spread } from "../../test/support/extent.ts";
import { type App, ask, startApp } from "./test-data/app.ts";
import { startHaproxyHost } from "./test-data/haproxy-process.ts";

/** Debian's package libfaketime; script/setup installs it. */
const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
const HOURS = 3;
const HOLD_MS = 3000;

const cleanups: (() => PromiseLike<unknown> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

/** A HAProxy and an actor whose wall clock can be set, while their monotonic one goes on as ever. */
const world = async () => {
  const folder = mkdtempSync(join(tmpdir(), "sw-clock-"));
  // HAProxy's workers are not root.
  chmodSync(folder, 0o755);
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "time");
  let offsetMs = 0;
  const set = (hours: number): void => {
    offsetMs = hours * 3_600_000;
    writeFileSync(file, `${offsetMs < 0 ? "-" : "+"}${Math.abs(offsetMs / 1000)}`);
  };
  set(0);
  const faked = { LD_PRELOAD: LIBRARY, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  const host = await startHaproxyHost(faked);
  cleanups.push(() => host[Symbol.asyncDispose]());
  const app: App = await startApp("v1");
  cleanups.push(() => app.kill());
  const clock: Clock = { ...systemClock, now: () => Date.now() + offsetMs };
  const proxy = host.proxy({ clock });
  await proxy.declare({
    name: "shop.web",
    hosts: ["web.example"],
    check: { path: "/readyz", host: "web.example" },
    hold: { seconds: 20, requests: 100 },
  });
  await proxy.updateServers("shop.web", () => [{ name: "r1-1", address: "127.0.0.1", port: app.port, weight: FULL_TRAFFIC }]);
  const waited = async (): Promise<number> => {
    const begun = performance.now();
    expect((await ask(host.httpPort)).status).toBe(200);
    return performance.now() - begun;
  };
  await expect.poll(async () => (await ask(host.httpPort)).status, { timeout: 15_000 }).toBe(200);
  return { proxy, set, waited };
};

describe.skipIf(!existsSync(LIBRARY))("the wall clock jumps", () => {
  test.each(spread([HOURS, -HOURS], 1))("by %i hours, then a hold: it lasts as long as it was set for", async (hours) => {
    const { proxy, set, waited } = await world();
    set(hours);
    await sleep(500);
    expect(await waited(), "nobody waits for anything").toBeLessThan(1500);
    await proxy.hold("shop.web", HOLD_MS);
    const ms = await waited();
    expect(ms).toBeGreaterThan(HOLD_MS - 1000);
    expect(ms).toBeLessThan(HOLD_MS + 3000);
    expect(await waited()).toBeLessThan(1500);
  });

  test.each(spread([-HOURS, HOURS], 1))("by %i hours while requests wait: as long as before", async (hours) => {
    const { proxy, set, waited } = await world();
    await proxy.hold("shop.web", HOLD_MS);
    const waiting = waited();
    await sleep(700);
    set(hours);
    const ms = await waiting;
    expect(ms).toBeGreaterThan(HOLD_MS - 1000);
    expect(ms).toBeLessThan(HOLD_MS + 3000);
    expect(await waited(), "and nobody afterwards").toBeLessThan(1500);
  });
});
