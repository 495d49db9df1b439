import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fakeClock, FULL_TRAFFIC, type LockHolder, NO_TRAFFIC, parseWeight } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import { createFakeProxy, type Proxy } from "../proxy/index.ts";
import { historyOf } from "./history.ts";
import { type Entry, type Journal, openJournal } from "./journal.ts";
import { LABELS } from "./live.ts";
import { containerSha, manifestDigest, type ReleaseManifest, type ReleaseService } from "./manifest.ts";
import { type ProjectStatus, statusOf } from "./status.ts";
import { dbService, manifestOf, webService } from "./test-data/manifests.ts";

const root = mkdtempSync(join(tmpdir(), "sw-status-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder = "";
let journal: Journal;
let engine: FakeEngine;
let proxy: Proxy;
let holders: Record<string, LockHolder>;
const clock = fakeClock(Date.UTC(2026, 0, 1));

const web = webService("1");
const db = dbService("1");
const v1 = manifestOf("1.0.0", [web, db]);

beforeEach(async () => {
  folder = mkdtempSync(join(root, "s-"));
  journal = openJournal(folder, clock);
  engine = createFakeEngine({ images: { app: fakeImage() } });
  proxy = createFakeProxy();
  for (const name of ["shop_default", "shop_seaworthy-ingress"]) await engine.networks.create(name, { driver: "bridge", labels: {} });
  holders = {};
  await proxy.ensureRunning();
  await proxy.declare({ name: "shop.web", hosts: ["shop.localhost"], check: { path: "/readyz", host: "shop.localhost" } });
});

const begin = (manifest: ReleaseManifest, rest: Partial<Extract<Entry, { kind: "release" }>> = {}): number => {
  const number = journal.nextRelease("shop");
  const digest = manifestDigest(manifest);
  const steps = ["a", "b", "c"].map((id) => ({ id, why: "", action: { do: "start-proxy" as const } }));
  const plan = { schema: "seaworthy/plan@1" as const, project: "shop", release: number, manifest: digest, summary: [], steps };
  journal.append("shop", number, { kind: "release", manifest, digest, who: "ann@here", why: "because", evidence: [], plan, ...rest });
  return number;
};
const finish = (release: number, outcome: "live" | "reverted", because?: string): void =>
  journal.append("shop", release, {
    kind: "finished",
    outcome,
    seconds: 4.2,
    report: [{ service: "web", measured: false, why: "nobody asked" }],
    ...(because === undefined ? {} : { because }),
  });
const run = async (service: ReleaseService, release = 1, replica = 1, changes: { readonly sha?: string } = {}): Promise<string> => {
  const name = `shop-${service.name}-r${release}-${replica}`;
  await engine.containers.create(name, {
    Image: "app",
    Labels: {
      [LABELS.project]: "shop",
      [LABELS.service]: service.name,
      [LABELS.release]: String(release),
      [LABELS.replica]: String(replica),
      [LABELS.sha]: changes.sha ?? containerSha(service),
    },
    HostConfig: {},
  });
  await engine.containers.start(name);
  await engine.networks.connect("shop_default", name);
  if (service.route !== undefined) await engine.networks.connect("shop_seaworthy-ingress", name);
  if (service.route !== undefined)
    await proxy.updateServers("shop.web", (servers) => [
      ...servers,
      { name: `r${release}-${replica}`, address: `10.209.0.${1 + replica}`, port: 3000, weight: FULL_TRAFFIC },
    ]);
  return name;
};
const serving = async (): Promise<void> => {
  finish(begin(v1), "live");
  await run(web);
  await run(db);
};
const status = (): Promise<ProjectStatus> =>
  statusOf({
    engine,
    proxy,
    state: { folder, runFolder: folder, uuid: "" },
    journal,
    project: "shop",
    holder: (service) => holders[service],
    scheduled: () => {
      throw new Error("nothing here runs by a schedule");
    },
    now: Date.now(),
  });
const drift = async (): Promise<readonly string[]> => (await status()).drift;

test("of a project that nobody deployed there is nothing to say", async () => {
  expect(await status()).toEqual({ project: "shop", services: [], drift: [], holders: {} });
});

test("what runs as it should has no drift, and each container is there with what the proxy sees of it", async () => {
  await serving();
  const now = await status();
  expect(now.drift).toEqual([]);
  expect(now.live).toEqual({ release: 1, version: "1.0.0", at: Date.UTC(2026, 0, 1) });
  expect(
    now.services.map(({ service, replicas, containers }) => [
      service,
      replicas,
      containers.map(({ name, server }) => [name, server?.weight]),
    ]),
  ).toEqual([
    ["db", 1, [["shop-db-r1-1", undefined]]],
    ["web", 1, [["shop-web-r1-1", 100]]],
  ]);
});

describe("each difference is a sentence", () => {
  beforeEach(serving);

  test("a container that ended", async () => {
    engine.exit("shop-db-r1-1", 137, { oomKilled: true });
    expect(await drift()).toEqual(["db: 0 of 1 containers run", "db: shop-db-r1-1 is exited"]);
  });
  test("a container that somebody removed", async () => {
    await engine.containers.remove("shop-web-r1-1");
    expect(await drift()).toEqual(["web: 0 of 1 containers run", "web: the proxy has a server r1-1 that is no container"]);
  });
  test("a container too many, and of another make", async () => {
    await run(db, 9, 2, { sha: "other" });
    expect(await drift()).toEqual(["db: 2 of 1 containers run", "db: shop-db-r9-2 is not of the live release"]);
  });
  test("a service that the release does not name", async () => {
    await run({ ...db, name: "old" });
    expect(await drift()).toEqual(["old: shop-old-r1-1 belongs to no service of the live release"]);
  });
  test("an unhealthy one", async () => {
    engine.setHealth("shop-db-r1-1", { status: "unhealthy", failingStreak: 3, lastOutput: "" });
    expect(await drift()).toEqual(["db: shop-db-r1-1 is unhealthy"]);
  });
  test("a server that gets nothing, or is not there", async () => {
    await proxy.updateServers("shop.web", (servers) => servers.map((server) => ({ ...server, weight: NO_TRAFFIC })));
    expect(await drift()).toEqual(["web: the proxy sends nothing to shop-web-r1-1"]);
    await proxy.updateServers("shop.web", (servers) => servers.map((server) => ({ ...server, weight: parseWeight(7) })));
    expect(await drift()).toEqual(["web: the proxy gives shop-web-r1-1 a weight of 7 instead of 100"]);
    await proxy.updateServers("shop.web", () => []);
    expect(await drift()).toEqual(["web: the proxy does not know shop-web-r1-1"]);
  });
  test("a proxy that does not answer", async () => {
    proxy = { ...proxy, servers: () => Promise.reject(new Error("away")) };
    expect(await drift()).toEqual(["web: the proxy does not answer, or does not know the service"]);
  });
  test("a container that left a network", async () => {
    await engine.networks.disconnect("shop_default", "shop-web-r1-1");
    expect(await drift()).toEqual(["web: shop-web-r1-1 is not connected to the network shop_default"]);
  });
  test("HAProxy with another configuration than was written", async () => {
    proxy = { ...proxy, drift: async () => ["HAProxy has another configuration loaded"] };
    expect(await drift()).toEqual(["HAProxy has another configuration loaded"]);
  });
  test("a part of the proxy's state that cannot be read", async () => {
    proxy = { ...proxy, broken: () => ["/state/proxy/backends/blog.web.json cannot be read: it is empty"] };
    expect(await drift()).toEqual(["/state/proxy/backends/blog.web.json cannot be read: it is empty"]);
  });
  test("a journal with another hand in it", async () => {
    const database = new DatabaseSync(join(folder, "journal.sqlite"));
    database.exec("DROP TRIGGER no_update; UPDATE entries SET body = replace(body, 'ann@here', 'bob@here')");
    database.close();
    expect(await drift()).toEqual([expect.stringContaining("entry 1")]);
  });
});

describe("a job that others wait for", () => {
  const migrate: ReleaseService = { ...db, name: "migrate" };
  const waiting = webService("1", { dependsOn: [{ service: "migrate", condition: "service_completed_successfully", required: true }] });
  beforeEach(async () => {
    finish(begin(manifestOf("1.0.0", [waiting, migrate])), "live");
    await run(waiting);
  });
  test("has ended well, which is no drift", async () => {
    engine.exit(await run(migrate), 0);
    expect(await drift()).toEqual([]);
  });
  test("has ended badly, which is", async () => {
    engine.exit(await run(migrate), 3);
    expect(await drift()).toEqual(["migrate: shop-migrate-r1-1 is exited with status 3"]);
  });
  test("that is gone is missed", async () => {
    expect(await drift()).toEqual(["migrate: 0 of 1 containers are there"]);
  });
});

describe("a rollout that nobody finished", () => {
  test("is told with how far it came, and who works on it", async () => {
    await serving();
    const release = begin(manifestOf("2.0.0", [web, db, { ...db, name: "cache" }]));
    journal.append("shop", release, { kind: "done", step: "measure", result: {} });
    journal.append("shop", release, { kind: "intent", step: "a" });
    journal.append("shop", release, { kind: "done", step: "a" });
    journal.append("shop", release, { kind: "intent", step: "b" });
    // A service that has no container yet is held as well.
    const holder = { pid: 1, who: "bob@there", what: "deploy shop 2.0.0", since: 0 };
    holders = { cache: holder };
    const now = await status();
    expect(now.unfinished).toEqual({ release: 2, version: "2.0.0", turningBack: false, steps: 3, done: 1, lastStep: "b" });
    expect([now.live?.release, now.holders]).toEqual([1, { cache: holder }]);
  });
  test("and turns back, says so", async () => {
    const release = begin(v1);
    journal.append("shop", release, { kind: "reverting", because: "it was not ready" });
    expect(await status()).toMatchObject({ unfinished: { turningBack: true } });
    expect((await status()).live).toBeUndefined();
  });
});

describe("history", () => {
  test("newest first: who, what, why, how it ended and what it cost; one of them serves", () => {
    finish(begin(v1), "live");
    finish(begin(manifestOf("2.0.0", [web])), "reverted", "it was not ready");
    finish(begin(v1, { rollbackTo: 1, why: "back" }), "live");
    begin(manifestOf("3.0.0", [web]));
    const lines = historyOf(journal, "shop");
    expect(
      lines.map(({ release, version, outcome, serving: serves, because, rollbackTo, seconds }) => [
        release,
        version,
        outcome,
        serves,
        because,
        rollbackTo,
        seconds,
      ]),
    ).toEqual([
      [4, "3.0.0", "unfinished", false, undefined, undefined, undefined],
      [3, "1.0.0", "live", true, undefined, 1, 4.2],
      [2, "2.0.0", "reverted", false, "it was not ready", undefined, 4.2],
      [1, "1.0.0", "live", false, undefined, undefined, 4.2],
    ]);
    expect(lines[1]).toMatchObject({ who: "ann@here", why: "back", digest: manifestDigest(v1), report: [{ service: "web" }] });
  });
  test("of nothing is nothing", () => {
    expect(historyOf(journal, "shop")).toEqual([]);
  });
});
