import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { fakeClock, lock, silentProgress, type StateFolder } from "../../core/index.ts";
import { createFakeEngine, type Engine, type FakeEngine, fakeImage } from "../../engine/index.ts";
import { createFakeProxy } from "../../proxy/index.ts";
import { perform, type World } from "../actions/index.ts";
import { describeReplica } from "../describe.ts";
import { readLive } from "../live.ts";
import { manifestDigest, type ReleaseManifest } from "../manifest.ts";
import { openReleases, type Releases } from "../releases.ts";
import { planRolling } from "../rollout/rolling.ts";
import { dbService, manifestOf, webService } from "../test-data/manifests.ts";
import { createCrashes } from "./crashes.ts";
import type { Notice } from "./watch.ts";

const root = mkdtempSync(join(tmpdir(), "sw-watch-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const v1 = manifestOf("1.0.0", [webService("1"), dbService("1")]);
let engine: FakeEngine;
let proxy: ReturnType<typeof createFakeProxy>;
let state: StateFolder;
let releases: Releases & Disposable;
let notices: Notice[];
let stopping: AbortController;
let watching: Promise<void>;

const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + 4000; performance.now() < end; await sleep(10)) if (await holds()) return;
  throw new Error(`${what} did not happen; said: ${notices.map(({ words }) => words).join(" | ")}`);
};
const said = (words: RegExp): Promise<void> => until(String(words), () => notices.some((one) => words.test(one.words)));
const wordsOf = (): readonly string[] => notices.map(({ words }) => words);

/** v1 is live, as if a rollout had made it so. */
const serve = async (manifest: ReleaseManifest): Promise<void> => {
  const world: World = {
    project: "shop",
    engine,
    proxy,
    state,
    clock: fakeClock(),
    progress: silentProgress,
    probe: async () => ({ ready: true, status: 200, tookMs: 1 }),
    content: () => undefined,
    credentials: async () => undefined,
  };
  const live = await readLive(engine, proxy, "shop", []);
  const plan = planRolling(manifest, live, 1, describeReplica(manifest, state, live));
  for (const { action } of plan.steps) await perform(action, world);
  const digest = manifestDigest(manifest);
  releases.journal.append("shop", 1, { kind: "release", manifest, digest, who: "ann", why: "", evidence: [], plan });
  releases.journal.append("shop", 1, { kind: "finished", outcome: "live", seconds: 1 });
};

const start = (over: Engine = engine): void => {
  const own = openReleases({ engine: over, proxy, state, who: "agent@here" });
  stopping = new AbortController();
  watching = own.watch({ signal: stopping.signal, say: (notice) => notices.push(notice) }).finally(() => own[Symbol.dispose]());
};

beforeEach(async () => {
  const folder = mkdtempSync(join(root, "s-"));
  state = { folder, runFolder: join(folder, "run"), uuid: "1" };
  notices = [];
  engine = createFakeEngine({
    images: Object.fromEntries(v1.services.map(({ image }) => [`${image.repository}@${image.digest}`, fakeImage()])),
  });
  proxy = createFakeProxy();
  releases = openReleases({ engine, proxy, state, who: "ann@here" });
  await serve(v1);
});
afterEach(async () => {
  stopping.abort();
  await watching;
  releases[Symbol.dispose]();
});

test("a container that ends leaves the proxy at once; who has nothing to do with us is not even looked at", async () => {
  start();
  await said(/^watching/);
  engine.exit("shop-web-r1-1", 1);
  await said(/^ended with status 1; the proxy sends it nothing until its check passes again/);
  expect(proxy.lost).toEqual(["shop.web/r1-1"]);
  expect(proxy.declared("shop.web")?.servers, "what is on disk stays").toHaveLength(1);
  engine.exit("shop-db-r1-1", 137, { oomKilled: true });
  await said(/^ended with status 137$/);
  await said(/^out of memory/);
  expect(notices.at(-1)).toMatchObject({ project: "shop", service: "db", container: "shop-db-r1-1" });
  expect(proxy.lost).toEqual(["shop.web/r1-1"]);
});

test("a container that was removed leaves the proxy for good", async () => {
  start();
  await said(/^watching/);
  await engine.containers.remove("shop-web-r1-1");
  await said(/removed by somebody/);
  expect(proxy.declared("shop.web")?.servers).toEqual([]);
});

test("a container that lost its network is connected again at its address", async () => {
  start();
  await said(/^watching/);
  const network = "shop_default";
  const before = (await engine.containers.inspect("shop-web-r1-1"))?.addresses[network];
  await engine.networks.disconnect(network, "shop-web-r1-1");
  await said(/connected again/);
  expect((await engine.containers.inspect("shop-web-r1-1"))?.addresses[network]).toBe(before);
});

test("what happened while nobody watched is caught up with", async () => {
  await engine.networks.disconnect("shop_default", "shop-db-r1-1");
  await engine.containers.remove("shop-web-r1-1");
  start();
  await said(/not connected to the network shop_default; connected again/);
  await said(/removed by somebody/);
});

describe("while a rollout", () => {
  test("has the lease, nothing is done", async () => {
    start();
    await said(/^watching/);
    using _held = await lock(join(state.folder, "leases", "shop.web.sqlite"), { who: "bob", what: "deploy" });
    engine.exit("shop-web-r1-1", 1);
    engine.exit("shop-db-r1-1", 1);
    await said(/^ended with status 1$/);
    expect(proxy.lost).toEqual([]);
  });

  test("is unfinished, nothing is done", async () => {
    const plan = { schema: "seaworthy/plan@1" as const, project: "shop", release: 2, manifest: manifestDigest(v1), summary: [], steps: [] };
    releases.journal.append("shop", 2, { kind: "release", manifest: v1, digest: manifestDigest(v1), who: "", why: "", evidence: [], plan });
    start();
    await said(/^watching/);
    await engine.containers.remove("shop-web-r1-1");
    await sleep(100);
    expect(proxy.declared("shop.web")?.servers).toHaveLength(1);
    expect(wordsOf()).toEqual(["watching"]);
  });
});

test("an engine that goes away is waited for, said once, and then caught up with", async () => {
  let away = true;
  const flaky: Engine = {
    ...engine,
    system: {
      ...engine.system,
      events: (options) => {
        if (away) throw new Error("gone");
        return engine.system.events(options);
      },
    },
  };
  start(flaky);
  await said(/cannot be followed: gone/);
  await sleep(1200);
  expect(notices).toHaveLength(1);
  await engine.containers.remove("shop-web-r1-1");
  away = false;
  await said(/removed by somebody/);
});

test("a second watcher is refused and named; status says who watches", async () => {
  expect(await releases.status("shop")).not.toHaveProperty("watcher");
  start();
  await said(/^watching/);
  expect((await releases.status("shop")).watcher).toMatchObject({ who: "agent@here", what: "watch", pid: process.pid });
  await expect(releases.watch({ signal: stopping.signal, say: () => undefined })).rejects.toMatchObject({ code: "LOCKED" });
});

test("restart loops are said at the third end within two minutes, and each time the number has doubled", () => {
  const clock = fakeClock();
  const crashes = createCrashes(clock);
  const counts = [];
  for (let round = 0; round < 12; round += 1) {
    counts.push(crashes.note("web")?.times);
    void clock.sleep(1000);
  }
  expect(counts).toEqual([undefined, undefined, 3, undefined, undefined, 6, undefined, undefined, undefined, undefined, undefined, 12]);
  void clock.sleep(200_000);
  expect([crashes.note("web"), crashes.note("other")]).toEqual([undefined, undefined]);
});
