import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { fakeClock } from "../../core/index.ts";
import { type ContainerConfig, createFakeEngine, type FakeEngine, fakeImage } from "../../engine/index.ts";
import { createFakeProxy } from "../../proxy/index.ts";
import type { HostNetwork } from "../host/host-network.ts";
import type { StepHook } from "../interpreter.ts";
import { LABELS } from "../live.ts";
import type { ReleaseManifest, ReleaseService } from "../manifest.ts";
import type { AdoptOptions } from "../options.ts";
import { openReleases, type Releases } from "../releases.ts";
import { dbService, manifestOf, plainSpec, webService } from "../test-data/manifests.ts";

const composeLabels = (service: string, number = 1) => ({
  "com.docker.compose.project": "shop",
  "com.docker.compose.service": service,
  "com.docker.compose.oneoff": "False",
  "com.docker.compose.container-number": String(number),
  "com.docker.compose.config-hash": "988ab2",
});

const referenceOf = ({ image }: ReleaseService): string => `${image.repository}@${image.digest}`;

/** As docker compose would have made it of `plainSpec`. */
const composed = (
  service: ReleaseService,
  host: Partial<ContainerConfig["HostConfig"]> = {},
  more: Partial<ContainerConfig> = {},
): ContainerConfig => ({
  Image: referenceOf(service),
  Labels: composeLabels(service.name),
  HostConfig: {
    NetworkMode: "shop_default",
    RestartPolicy: { Name: "unless-stopped" },
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    Memory: 64 * 1024 * 1024,
    ...host,
  },
  NetworkingConfig: { EndpointsConfig: { shop_default: { Aliases: [service.name] } } },
  ...more,
});

const WEB = webService("1");
const DB = dbService("1");
const PORT = { "3000/tcp": [{ HostIp: "", HostPort: "80" }] };
const DATA = [{ Type: "volume" as const, Source: "shop_data", Target: "/data" }];

interface Site {
  readonly engine: FakeEngine;
  readonly proxy: ReturnType<typeof createFakeProxy>;
  /** What happened to redirects, in order. */
  readonly redirects: string[];
  /** Clients that are connected past the proxy. */
  direct: readonly string[];
  /** A process of the host on port 80. */
  process: string | undefined;
  filter: string | undefined;
  open(): Releases & Disposable;
}

const scratch = (): string => {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "sw-adopt-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const siteOf = async (): Promise<Site> => {
  const folder = scratch();
  const clock = fakeClock();
  const images = Object.fromEntries([WEB, DB, webService("2")].map((service) => [referenceOf(service), fakeImage()]));
  const engine = createFakeEngine({ clock, images: { ...images, "nginx:1": fakeImage() } });
  await engine.networks.create("shop_default", { driver: "bridge", labels: {} });
  await engine.volumes.create("shop_data");
  const proxy = createFakeProxy();
  const redirects: string[] = [];
  const host: HostNetwork = {
    redirect: async (port, to) => void (redirects.at(-1) === `${port}>${to}` || redirects.push(`${port}>${to}`)),
    endRedirect: async (port, to) => void (redirects.at(-1) === `end ${port}>${to}` || redirects.push(`end ${port}>${to}`)),
    listener: async (port) => {
      if (site.process !== undefined && port === 80) return { program: site.process, pid: 12, loopback: false };
      for (const { id, state } of await engine.containers.list({})) {
        const found = state === "running" ? await engine.containers.inspect(id) : undefined;
        const bound = Object.values(found?.config.HostConfig.PortBindings ?? {}).flat();
        if (bound.some(({ HostPort }) => HostPort === String(port))) return { program: "docker-proxy", pid: 11, loopback: false };
      }
      return undefined;
    },
    connections: async () => site.direct,
    filter: async () => site.filter,
  };
  const site: Site = {
    engine,
    proxy,
    redirects,
    direct: [],
    process: undefined,
    filter: undefined,
    open: () => {
      rmSync(join(folder, "leases"), { recursive: true, force: true });
      return openReleases({
        engine,
        proxy,
        host,
        state: { folder, runFolder: join(folder, "run"), uuid: "00000000-0000-0000-0000-000000000000" },
        who: "test@here",
        clock,
        probe: async () => ({ ready: true, status: 200, tookMs: 1 }),
      });
    },
  };
  return site;
};

const start = async ({ engine }: Site, name: string, config: ContainerConfig): Promise<void> => {
  await engine.containers.create(name, config);
  await engine.containers.start(name);
};

/** A database that nobody reaches from outside, and a web service that has port 80 by itself. */
const shop = async (): Promise<Site> => {
  const site = await siteOf();
  await start(site, "shop_db_1", composed(DB, { Mounts: DATA }));
  await start(site, "shop_web_1", composed(WEB, { PortBindings: PORT }));
  return site;
};

const MANIFEST = manifestOf("compose", [WEB, DB]);
const OPTIONS: AdoptOptions = {
  why: "test",
  consent: { replace: [], takePort: false, firewallOpen: false },
  httpPort: 80,
  settleMs: 5000,
};

const withoutSignatures = (manifest: ReleaseManifest): ReleaseManifest => ({
  ...manifest,
  services: manifest.services.map((service) => ({ ...service, unverified: "docker compose ran it" })),
});

const states = async ({ engine }: Site): Promise<readonly string[]> =>
  (await engine.containers.list({})).map(({ name, state }) => `${name} ${state}`).toSorted();

const adopt = async (site: Site, options: Partial<AdoptOptions> = {}, manifest = MANIFEST) => {
  using releases = site.open();
  return await releases.adopt(withoutSignatures(manifest), { ...OPTIONS, ...options });
};

const found = async (site: Site, manifest = MANIFEST, options: Partial<AdoptOptions> = {}) => {
  using releases = site.open();
  return await releases.adoption(withoutSignatures(manifest), { ...OPTIONS, ...options });
};

const expectWhole = async (site: Site): Promise<void> => {
  expect(await states(site)).toEqual(["shop-web-r1-1 running", "shop_db_1 running", "shop_web_1 exited"]);
  expect(site.proxy.backends.get("shop.web")).toMatchObject({ httpPort: 80, servers: [{ name: "r1-1", weight: 100 }] });
  expect(site.proxy.backends.get("shop.web")?.interimPort).toBeUndefined();
  expect(site.redirects).toEqual(["80>18080", "end 80>18080"]);
  using releases = site.open();
  const { live, drift, unfinished } = await releases.status("shop");
  expect({ release: live?.release, drift, unfinished }).toEqual({ release: 1, drift: [], unfinished: undefined });
  const kept = await site.engine.containers.inspect("shop_web_1");
  expect(kept?.config.HostConfig.RestartPolicy?.Name).toBe("no");
};

describe("a shop whose web service has port 80", () => {
  test("the database is never touched, the web service is replaced behind the proxy and kept", async () => {
    const site = await shop();
    const before = await site.engine.containers.inspect("shop_db_1");
    expect(await adopt(site)).toMatchObject({ state: "live", release: 1 });
    await expectWhole(site);
    expect((await site.engine.containers.inspect("shop_db_1"))?.startedAt).toBe(before?.startedAt);
  });

  test("the next deploy replaces what was adopted, and a rollback finds the adopted release", async () => {
    const site = await shop();
    await adopt(site);
    using releases = site.open();
    const next = withoutSignatures(manifestOf("2", [webService("2"), DB]));
    expect(await releases.deploy(next, { why: "", verified: [], evidence: [] })).toMatchObject({ state: "live", release: 2 });
    expect(await states(site)).toEqual(["shop-web-r2-1 running", "shop_db_1 running", "shop_web_1 exited"]);
    expect(releases.rollbackTarget("shop")).toMatchObject({ release: 1, manifest: { version: "compose" } });
    const more = withoutSignatures(manifestOf("3", [webService("2"), { ...DB, spec: { ...DB.spec, user: "70" } }]));
    expect(await releases.deploy(more, { why: "", verified: [], evidence: [] })).toMatchObject({ state: "live", release: 3 });
    expect(await states(site)).toEqual(["shop-db-r3-1 running", "shop-web-r2-1 running", "shop_web_1 exited"]);
  });

  test("--finish removes what was kept, once, and nothing that runs again", async () => {
    const site = await shop();
    await adopt(site);
    using releases = site.open();
    await site.engine.containers.start("shop_web_1");
    await expect(releases.removeKept("shop")).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON" });
    await site.engine.containers.stop("shop_web_1", 1);
    expect(await releases.removeKept("shop")).toMatchObject([{ name: "shop_web_1" }]);
    expect(await releases.removeKept("shop")).toEqual([]);
    expect(await states(site)).toEqual(["shop-web-r1-1 running", "shop_db_1 running"]);
    await expect(adopt(site)).rejects.toMatchObject({ code: "USAGE" });
  });

  test("clients that stay connected past the proxy: it waits for a word, and both words work", async () => {
    for (const word of ["promote", "abort"] as const) {
      const site = await shop();
      site.direct = ["10.0.0.5", "10.0.0.5"];
      const paused = await adopt(site);
      expect(paused).toMatchObject({ state: "paused", step: "web/settle-direct/1" });
      expect(paused.state === "paused" && paused.because.message).toContain("2 connections to shop_web_1");
      expect(site.redirects).toEqual(["80>18080"]);
      using releases = site.open();
      if (word === "promote") {
        expect(await releases.promote("shop", { why: "" })).toMatchObject({ state: "live" });
        await expectWhole(site);
      } else {
        expect(await releases.abort("shop", { why: "" })).toMatchObject({ state: "reverted" });
        expect(await states(site)).toEqual(["shop_db_1 running", "shop_web_1 running"]);
        expect(site.redirects).toEqual(["80>18080", "end 80>18080"]);
        expect(site.proxy.backends.size).toBe(0);
        expect(Object.keys((await site.engine.containers.inspect("shop_web_1"))?.addresses ?? {})).toEqual(["shop_default"]);
        expect(await site.engine.containers.list({ [LABELS.project]: "shop" })).toEqual([]);
        site.direct = [];
        expect(await adopt(site)).toMatchObject({ state: "live", release: 2 });
      }
    }
  });

  test("one that writes to a volume and has the port: its requests wait, and two of it never run at once", async () => {
    const mounts = [{ type: "volume" as const, volume: "data", target: "/data", readOnly: false }];
    const web = webService("1", { spec: { ...plainSpec, mounts }, hold: { seconds: 20, requests: 100 } });
    const site = await siteOf();
    await start(site, "shop_web_1", composed(web, { PortBindings: PORT, Mounts: DATA }));
    const manifest = manifestOf("compose", [web]);
    const { plan } = await found(site, manifest);
    const ids = plan?.steps.map(({ id }) => id) ?? [];
    const order = [
      "port/redirect",
      "web/settle-direct/1",
      "web/hold",
      "web/stop/0-1",
      "web/start/1",
      "web/shift",
      "web/release",
      "port/free",
    ];
    expect(ids.filter((id) => order.includes(id))).toEqual(order);
    const most: number[] = [];
    const hook: StepHook = async () => {
      most.push((await states(site)).filter((one) => one.includes("web") && one.endsWith("running")).length);
    };
    expect(await adopt(site, { hook }, manifest)).toMatchObject({ state: "live" });
    expect(Math.max(...most)).toBe(1);
    expect(await states(site)).toEqual(["shop-web-r1-1 running", "shop_web_1 exited"]);
    expect(await site.engine.volumes.list({})).toMatchObject([{ name: "shop_data" }, { name: "seaworthy-state" }]);
  });

  test("clients of its own network are not waited for", async () => {
    const site = await shop();
    site.direct = [(await site.engine.containers.inspect("shop_db_1"))?.addresses["shop_default"] ?? "?"];
    expect(await adopt(site)).toMatchObject({ state: "live" });
  });
});

describe("killed at any moment", () => {
  const momentsOf = async (): Promise<readonly string[]> => {
    const site = await shop();
    const moments: string[] = [];
    const hook: StepHook = (moment, { id }) => void moments.push(`${moment} ${id}`);
    await adopt(site, { hook });
    return moments;
  };

  test("the next process converges to the adopted release", { timeout: 300_000 }, async () => {
    const moments = await momentsOf();
    expect(moments.length).toBeGreaterThan(40);
    for (const at of moments.keys()) {
      const site = await shop();
      let passed = 0;
      const dead = new AbortController();
      // Never to go on: as the process was, with its lease.
      const hook: StepHook = () => {
        passed += 1;
        if (passed <= at) return undefined;
        dead.abort();
        return new Promise(() => undefined);
      };
      void adopt(site, { hook }).catch(() => undefined);
      await new Promise<void>((resolve) => (dead.signal.aborted ? resolve() : dead.signal.addEventListener("abort", () => resolve())));
      expect(await adopt(site), moments[at]).toMatchObject({ state: "live", release: 1 });
      await expectWhole(site);
    }
  });
});

describe("what stands in the way is named, and nothing is changed", () => {
  const wordsOf = async (site: Site, manifest = MANIFEST): Promise<readonly string[]> => {
    const before = [await states(site), site.redirects.length];
    const { unresolved, plan } = await found(site, manifest);
    expect(plan).toBeUndefined();
    expect([await states(site), site.redirects.length]).toEqual(before);
    await expect(adopt(site, {}, manifest)).rejects.toMatchObject({ code: "GATE_REFUSED" });
    expect([await states(site), site.redirects.length]).toEqual(before);
    return unresolved.map(({ remedy, words }) => `${remedy}: ${words}`);
  };

  test("a container that is not what the file says; agreed to, it is replaced", async () => {
    const site = await siteOf();
    await start(site, "shop_db_1", composed(DB, { Mounts: DATA }));
    await start(site, "shop_web_1", composed(WEB, { PortBindings: PORT }, { Env: ["TOKEN=s3cret"] }));
    expect(await wordsOf(site)).toEqual(["replace: shop_web_1, environment TOKEN: the container has it, the file has not"]);
    expect(await adopt(site, { consent: { ...OPTIONS.consent, replace: ["web"] } })).toMatchObject({ state: "live" });
    expect(JSON.stringify(await found(await shop()))).not.toContain("s3cret");
  });

  test("another container has the port: it is named; agreed to, it is stopped last and kept", async () => {
    const site = await siteOf();
    await start(site, "shop_db_1", composed(DB, { Mounts: DATA }));
    await start(site, "shop_web_1", composed(WEB));
    await start(site, "edge", { Image: "nginx:1", Labels: {}, HostConfig: { PortBindings: { "80/tcp": [{ HostPort: "80" }] } } });
    expect((await wordsOf(site))[0]).toMatch(/^take-port: port 80 is held by the container edge/);
    expect(await adopt(site, { consent: { ...OPTIONS.consent, takePort: true } })).toMatchObject({ state: "live" });
    // Nothing of the shop itself was restarted.
    expect(await states(site)).toEqual(["edge exited", "shop_db_1 running", "shop_web_1 running"]);
    expect(site.proxy.backends.get("shop.web")).toMatchObject({ httpPort: 80, servers: [{ name: "r1-1", weight: 100 }] });
    using releases = site.open();
    expect((await releases.status("shop")).drift).toEqual([]);
    expect((await releases.keptContainers("shop")).map(({ name }) => name)).toEqual(["edge"]);
  });

  test("a process of the host has the port: agreed to, it pauses until that has stopped", async () => {
    const site = await siteOf();
    await start(site, "shop_db_1", composed(DB, { Mounts: DATA }));
    await start(site, "shop_web_1", composed(WEB));
    site.process = "nginx";
    expect((await wordsOf(site))[0]).toMatch(/^take-port: port 80 is held by nginx \(process 12\)/);
    const consent = { ...OPTIONS.consent, takePort: true };
    expect(await adopt(site, { consent })).toMatchObject({ state: "paused", step: "port/free" });
    site.process = undefined;
    using releases = site.open();
    expect(await releases.promote("shop", { why: "" })).toMatchObject({ state: "live" });
    expect(site.redirects).toEqual(["80>18080", "end 80>18080"]);
  });

  test.each<[string, (site: Site) => Promise<void>, ReleaseManifest, RegExp]>([
    ["a service that does not run", async () => undefined, MANIFEST, /refused: docker compose runs no container/],
    [
      "a volume without a name in what would be replaced",
      async (site) => {
        const volume = "c".repeat(64);
        await start(site, "shop_web_1", composed(WEB, { PortBindings: PORT, Mounts: [{ Type: "volume", Source: volume, Target: "/up" }] }));
      },
      MANIFEST,
      /refused: shop_web_1 keeps \/up in a volume without a name/,
    ],
    [
      "the file publishes the proxy's port too",
      async (site) => start(site, "shop_web_1", composed(WEB, { PortBindings: PORT })),
      manifestOf("compose", [
        webService("1", { spec: { ...plainSpec, ports: [{ hostPort: 80, containerPort: 3000, protocol: "tcp" }] } }),
        DB,
      ]),
      /refused: the file publishes port 80 for it as well/,
    ],
  ])("%s", async (_name, prepare, manifest, words) => {
    const site = await siteOf();
    await start(site, "shop_db_1", composed(DB, { Mounts: DATA }));
    await prepare(site);
    expect((await wordsOf(site, manifest)).join("\n")).toMatch(words);
  });

  test("a firewall before the proxy's port", async () => {
    const site = await shop();
    site.filter = "iptables drops what no rule lets in";
    expect((await wordsOf(site))[0]).toMatch(/^firewall-open: /);
  });
});
