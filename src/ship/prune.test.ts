import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";

import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { digestOf, fakeClock, type StateFolder, tryLock } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import { createFakeProxy } from "../proxy/index.ts";
import { openReleases, type Releases } from "../release/index.ts";
import { prune, type PruneWishes } from "./prune.ts";

const root = mkdtempSync(join(tmpdir(), "sw-ship-prune-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const HOUR_MS = 3_600_000;
const clock = fakeClock();

let engine: FakeEngine;
let releases: Releases & Disposable;
let state: StateFolder;
let cacheFolder: string;

const image = (name: string, hoursOld = 0) =>
  fakeImage({ id: digestOf(name), createdAt: clock.now() - hoursOld * HOUR_MS, sizeBytes: 100 });
const record = (id: string, hoursUnused: number, inUse = false) => ({
  id,
  inUse,
  sizeBytes: 1000,
  usedAt: clock.now() - hoursUnused * HOUR_MS,
});

beforeEach(() => {
  const folder = mkdtempSync(join(root, "s-"));
  state = { folder, runFolder: join(folder, "run"), uuid: "11111111-2222-3333-4444-555555555555" };
  cacheFolder = join(folder, "cache");
  engine = createFakeEngine({
    clock,
    images: {
      "named:1": image("named"),
      [`elsewhere/x@${digestOf("a")}`]: image("old", 30),
      [`elsewhere/y@${digestOf("b")}`]: image("young", 3),
    },
    buildCache: [record("ancient", 200), record("week", 100), record("used", 300, true), record("today", 1)],
  });
  releases = openReleases({ engine, proxy: createFakeProxy(), state, who: "ann@here", clock });
});

const ask = (wishes: Partial<PruneWishes> = {}) =>
  prune({ engine, releases, state, cacheFolder, clock, keeps: new Map(), dryRun: false, ...wishes });
const there = async () => (await engine.images.list()).map(({ id }) => id);

test("nothing that others made goes unless it is asked for", async () => {
  const report = await ask();
  expect(report).toEqual({ things: [], busy: [], freedBytes: 0, dryRun: false });
  expect(await there()).toHaveLength(3);
  expect(engine.calls.filter(({ method }) => /remove|pruneBuildCache/.test(method))).toEqual([]);
});

test("images without a name go once they are old enough", async () => {
  const report = await ask({ dangling: { danglingMs: 24 * HOUR_MS } });
  expect(report.things.map(({ kind, name, goes, why, outcome }) => [kind, name, goes, why, outcome])).toEqual([
    ["dangling", digestOf("old"), true, "no name, made 30 hours ago", "removed"],
    ["dangling", digestOf("young"), false, "no name, made 3 hours ago", undefined],
  ]);
  expect(await there()).toEqual([digestOf("named"), digestOf("young")]);
  expect(report.freedBytes, "as the engine counts it").toBe(100);
});

test("the build cache goes by time and by size, never what a build uses; a dry run says how much", async () => {
  const wish = { buildCache: { unusedMs: 150 * HOUR_MS, maxBytes: 2500 } };
  const planned = await ask({ ...wish, dryRun: true });
  expect(planned.things).toMatchObject([
    { kind: "build-cache", goes: true, sizeBytes: 2000, why: expect.stringContaining("1 unused for 6 days") },
  ]);
  expect((await engine.storage.use()).buildCache).toHaveLength(4);
  const report = await ask(wish);
  expect((await engine.storage.use()).buildCache.map(({ id }) => id)).toEqual(["used", "today"]);
  expect(report.freedBytes).toBe(2000);
});

test("layouts of builds go with the cache once they are as old, but not under a build's hands", async () => {
  const layout = (name: string, hoursOld: number): string => {
    const folder = join(cacheFolder, "layouts/shop", name);
    mkdirSync(folder, { recursive: true });
    for (const file of ["oci-layout", "index.json"]) writeFileSync(join(folder, file), "{}");
    const at = clock.now() / 1000 - hoursOld * 3600;
    utimesSync(join(folder, "index.json"), at, at);
    return folder;
  };
  const [old, young, busy] = [layout("old", 200), layout("young", 1), layout("busy", 200)];
  using held = tryLock(`${busy}.lock`, { who: "ann", what: "build" });
  expect(held).toBeDefined();
  await ask({ buildCache: { unusedMs: 150 * HOUR_MS } });
  expect([old, young, busy].map((path) => existsSync(path))).toEqual([false, true, true]);
});
