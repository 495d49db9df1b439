import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fakeClock, SeaworthyError, silentProgress } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import { createFakeProxy } from "../proxy/index.ts";
import type { World } from "./actions/index.ts";
import { runRollout } from "./interpreter.ts";
import { type Journal, openJournal } from "./journal.ts";
import { LABELS, readLive } from "./live.ts";
import { manifestDigest, type ReleaseManifest } from "./manifest.ts";
import { liveRelease, unfinishedRollout } from "./rollout-state.ts";
import type { Describe } from "./rollout/change.ts";
import { planRolling } from "./rollout/rolling.ts";
import { dbService, manifestOf, webService } from "./test-data/manifests.ts";

interface Site {
  readonly engine: FakeEngine;
  readonly proxy: ReturnType<typeof createFakeProxy>;
  readonly journal: Journal;
  readonly world: World;
  ready: boolean;
}

const describeReplica: Describe = ({ service, release, number, sha, address, network = "shop_default" }) => ({
  config: {
    Image: `${service.image.repository}@${service.image.digest}`,
    Labels: {
      [LABELS.project]: "shop",
      [LABELS.service]: service.name,
      [LABELS.release]: String(release),
      [LABELS.replica]: String(number),
      [LABELS.sha]: sha,
      ...(address === undefined ? {} : { [LABELS.address]: address, [LABELS.network]: network }),
    },
    HostConfig: { NetworkMode: network },
    ...(address === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } } }),
  },
  connect: [],
});

const site = (): Site => {
  const images = [webService("1"), webService("2"), dbService("1"), dbService("2")].map(
    ({ image }) => `${image.repository}@${image.digest}`,
  );
  const engine = createFakeEngine({ remote: Object.fromEntries(images.map((reference) => [reference, fakeImage()])) });
  const proxy = createFakeProxy();
  const folder = mkdtempSync(join(tmpdir(), "sw-interpreter-"));
  const clock = fakeClock();
  const made: Site = {
    engine,
    proxy,
    journal: openJournal(folder, clock),
    ready: true,
    world: {
      project: "shop",
      engine,
      proxy,
      clock,
      progress: silentProgress,
      state: { folder, runFolder: join(folder, "run"), uuid: "00000000-0000-0000-0000-000000000000" },
      probe: async () =>
        made.ready ? { ready: true, status: 200, tookMs: 1 } : { ready: false, status: 503, body: "database is away", tookMs: 1 },
      content: () => undefined,
      credentials: async () => undefined,
    },
  };
  return made;
};

const begin = async ({ engine, proxy, journal }: Site, manifest: ReleaseManifest): Promise<number> => {
  const live = await readLive(engine, proxy, "shop", ["web", "db"]);
  const release = journal.nextRelease("shop");
  const plan = planRolling(manifest, live, release, describeReplica);
  journal.append("shop", release, {
    kind: "release",
    manifest,
    digest: manifestDigest(manifest),
    who: "test@here",
    why: "test",
    evidence: [],
    plan,
  });
  return release;
};

const deploy = async (where: Site, manifest: ReleaseManifest) => runRollout(where.journal, where.world, await begin(where, manifest));

const containers = async ({ engine }: Site): Promise<readonly string[]> =>
  (await engine.containers.list({ [LABELS.project]: "shop" })).map(({ name, state }) => `${name} ${state}`).toSorted();
const servers = ({ proxy }: Site): readonly string[] =>
  (proxy.backends.get("shop.web")?.servers ?? []).map(({ name, weight }) => `${name}=${weight}`);

const v1 = manifestOf("1.0.0", [webService("1"), dbService("1")]);
const v2 = manifestOf("2.0.0", [webService("2"), dbService("2")]);
const OLD = { containers: ["shop-db-r1-1 running", "shop-web-r1-1 running"], servers: ["r1-1=100"] };
const NEW = { containers: ["shop-db-r2-1 running", "shop-web-r2-1 running"], servers: ["r2-1=100"] };

describe("a rollout", () => {
  test("makes the new release live and leaves nothing of the old", async () => {
    const where = site();
    expect(await deploy(where, v1)).toMatchObject({ state: "live", release: 1 });
    expect({ containers: await containers(where), servers: servers(where) }).toEqual(OLD);
    expect(await deploy(where, v2)).toMatchObject({ state: "live", release: 2 });
    expect({ containers: await containers(where), servers: servers(where) }).toEqual(NEW);
    expect(where.journal.firstBroken()).toBeUndefined();
  });

  test("that never becomes ready is taken back, with the probe's answer and the log together", async () => {
    const where = site();
    await deploy(where, v1);
    where.ready = false;
    const outcome = await deploy(where, manifestOf("2.0.0", [webService("2"), dbService("1")]));
    expect(outcome).toMatchObject({
      state: "reverted",
      because: { code: "RELEASE_NOT_LIVE", message: expect.stringContaining("database is away") },
    });
    expect({ containers: await containers(where), servers: servers(where) }).toEqual(OLD);
    expect(liveRelease(where.journal, "shop")?.entry.release).toBe(1);
  });

  test("of a stop-first service brings the old container back when a later service fails", async () => {
    const where = site();
    await deploy(where, v1);
    where.ready = false;
    expect(await deploy(where, v2)).toMatchObject({ state: "reverted" });
    expect({ containers: await containers(where), servers: servers(where) }).toEqual(OLD);
  });

  test("of a first release that fails leaves nothing but its volume", async () => {
    const where = site();
    where.ready = false;
    expect(await deploy(where, v1)).toMatchObject({ state: "reverted" });
    expect(await containers(where)).toEqual([]);
    expect(await where.engine.networks.list({ [LABELS.project]: "shop" })).toEqual([]);
    expect(where.proxy.backends.size).toBe(0);
  });
});

test("an interrupted rollout stays as it is and can be resumed", async () => {
  const where = site();
  await deploy(where, v1);
  const release = await begin(where, v2);
  const controller = new AbortController();
  const interrupted = runRollout(where.journal, { ...where.world, signal: controller.signal }, release, (moment, step) => {
    if (moment === "done" && step.id === "web/start/1") controller.abort(new SeaworthyError("INTERRUPTED", "interrupted"));
  });
  await expect(interrupted).rejects.toMatchObject({ code: "INTERRUPTED" });
  expect(await containers(where)).toEqual([
    "shop-db-r1-1 exited",
    "shop-db-r2-1 running",
    "shop-web-r1-1 running",
    "shop-web-r2-1 running",
  ]);
  expect(servers(where), "announced beside the start").toEqual(["r1-1=100", "r2-1=0"]);
  expect(await runRollout(where.journal, where.world, release)).toMatchObject({ state: "live" });
  expect({ containers: await containers(where), servers: servers(where) }).toEqual(NEW);
});

describe("what is done beside another step", () => {
  const lines = ({ journal }: Site, release: number): readonly string[] =>
    journal.entries("shop", release).flatMap((one) => ("step" in one ? [`${one.kind} ${one.step}`] : []));
  test("is begun with it, is done while it takes its time, and ends with it", async () => {
    const where = site();
    await deploy(where, v1);
    const { containers: made } = where.engine;
    const began = Promise.withResolvers<void>();
    const announce: Site["proxy"]["announce"] = async (...given) => {
      await where.proxy.announce(...given);
      began.resolve();
    };
    const start: typeof made.start = async (name) => {
      if (name.startsWith("shop-web-r2")) await began.promise;
      await made.start(name);
    };
    const release = await begin(where, v2);
    const world = { ...where.world, engine: { ...where.engine, containers: { ...made, start } }, proxy: { ...where.proxy, announce } };
    expect(await runRollout(where.journal, world, release)).toMatchObject({ state: "live" });
    const told = lines(where, release);
    const at = told.indexOf("intent web/start/1");
    expect(told.slice(at, at + 5)).toEqual([
      "intent web/start/1",
      "intent web/server/1",
      "done web/start/1",
      "done web/server/1",
      "intent web/ready/1",
    ]);
  });
  test("is ended before the rollout turns back, and taken back with it", async () => {
    const where = site();
    await deploy(where, v1);
    const { containers: made } = where.engine;
    let announced = false;
    const announce: Site["proxy"]["announce"] = async (...given) => {
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      await where.proxy.announce(...given);
      announced = true;
    };
    const start: typeof made.start = async (name) => {
      if (name.startsWith("shop-web-r2")) throw new SeaworthyError("ENGINE_REFUSED", "no such runtime");
      await made.start(name);
    };
    const release = await begin(where, v2);
    const world = { ...where.world, engine: { ...where.engine, containers: { ...made, start } }, proxy: { ...where.proxy, announce } };
    const seen: boolean[] = [];
    const outcome = await runRollout(where.journal, world, release, (moment) => void (moment === "undone" && seen.push(announced)));
    expect(outcome).toMatchObject({ state: "reverted", because: { message: "no such runtime" } });
    expect(seen[0]).toBe(true);
    expect({ containers: await containers(where), servers: servers(where) }).toEqual(OLD);
  });
});

/** Rolls out until a moment of a step, and not further: a killed process does nothing more, its next step never comes. */
const killedAt = async (where: Site, release: number, id: string, moment: "intent" | "done"): Promise<void> => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  void runRollout(where.journal, where.world, release, (at, step) => {
    if (step.id !== id || at !== moment) return undefined;
    reach();
    return new Promise(() => undefined);
  });
  await reached;
};

describe("killed at any step, the next actor converges", async () => {
  const first = site();
  await deploy(first, v1);
  const steps = planRolling(v2, await readLive(first.engine, first.proxy, "shop", ["web", "db"]), 2, describeReplica).steps;
  const moments = steps.flatMap((step) => [[step.id, "intent"] as const, [step.id, "done"] as const]);

  test.each(moments)("at %s (%s): forward to the new release", async (id, moment) => {
    const where = site();
    await deploy(where, v1);
    const release = await begin(where, v2);
    await killedAt(where, release, id, moment);
    expect(unfinishedRollout(where.journal, "shop")?.entry.release).toBe(release);
    expect(await runRollout(where.journal, where.world, release)).toMatchObject({ state: "live" });
    expect({ containers: await containers(where), servers: servers(where) }).toEqual(NEW);
    expect(unfinishedRollout(where.journal, "shop")).toBeUndefined();
  });

  test.each(moments)("at %s (%s): back to the old one when the new cannot become ready", async (id, moment) => {
    const where = site();
    await deploy(where, v1);
    const release = await begin(where, v2);
    await killedAt(where, release, id, moment);
    where.ready = false;
    const final = steps.findIndex((step) => step.final === true);
    const at = steps.findIndex((step) => step.id === id);
    const readyAt = steps.findIndex((step) => step.id === "web/ready/1");
    const passed = at > readyAt || (at === readyAt && moment === "done");
    const outcome = await runRollout(where.journal, where.world, release);
    expect(outcome.state).toBe(passed ? "live" : "reverted");
    expect(final).toBeGreaterThan(readyAt);
    expect({ containers: await containers(where), servers: servers(where) }).toEqual(passed ? NEW : OLD);
  });
});
