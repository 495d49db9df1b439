import { beforeEach, describe, expect, test } from "vitest";
import { fakeClock, FULL_TRAFFIC, parseWeight, silentProgress } from "../../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../../engine/index.ts";
import { createFakeProxy, type Proxy } from "../../proxy/index.ts";
import { perform, type World } from "../actions/index.ts";
import { describeReplica } from "../describe.ts";
import { readLive } from "../live.ts";
import { type ReleaseManifest, type ReleaseService } from "../manifest.ts";
import type { Plan } from "../plan.ts";
import { planRolling } from "../rollout/rolling.ts";
import { dbService, manifestOf, plainSpec, webService } from "../test-data/manifests.ts";
import { differencesOf, wordsOfDifference } from "./differences.ts";
import { observe, type Seen } from "./observe.ts";
import { planRepair } from "./repair.ts";

const STATE = { folder: "/none", runFolder: "/none", uuid: "1" };
const v1 = manifestOf("1.0.0", [webService("1", { replicas: 2 }), dbService("1")]);
const imagesOf = ({ services }: ReleaseManifest) =>
  Object.fromEntries(services.map(({ image }) => [`${image.repository}@${image.digest}`, fakeImage()]));

let engine: FakeEngine;
let proxy: ReturnType<typeof createFakeProxy>;

const world = (): World => ({
  project: "shop",
  engine,
  proxy,
  clock: fakeClock(),
  progress: silentProgress,
  state: STATE,
  probe: async () => ({ ready: true, status: 200, tookMs: 1 }),
  content: () => undefined,
  credentials: async () => undefined,
});
const live = () => readLive(engine, proxy, "shop", ["web", "db"]);
const carryOut = async (plan: Plan): Promise<void> => {
  for (const { action } of plan.steps) await perform(action, world());
};
const deploy = async (manifest: ReleaseManifest, release: number): Promise<void> => {
  const now = await live();
  await carryOut(planRolling(manifest, now, release, describeReplica(manifest, STATE, now)));
};
const see = (manifest = v1, over: Proxy = proxy): Promise<Seen> =>
  observe({ engine, proxy: over, state: STATE, project: "shop", manifest, services: ["web", "db"] });
const drift = async (manifest = v1): Promise<readonly string[]> => differencesOf(await see(manifest)).map(wordsOfDifference);
const planned = async (release = 7, manifest = v1): Promise<Plan> => {
  const now = await live();
  return planRepair(manifest, await see(manifest), now, release, describeReplica(manifest, STATE, now));
};
const ids = ({ steps }: Plan): readonly string[] => steps.map(({ id }) => id);
const weights = (): Readonly<Record<string, number>> =>
  Object.fromEntries((proxy.declared("shop.web")?.servers ?? []).map(({ name, weight }) => [name, weight]));
const names = async (): Promise<readonly string[]> =>
  (await engine.containers.list({})).map(({ name, state }) => `${name} ${state}`).toSorted();

beforeEach(async () => {
  engine = createFakeEngine({ images: imagesOf(v1) });
  proxy = createFakeProxy();
  await deploy(v1, 1);
});

test("what runs as it should needs nothing", async () => {
  expect(await drift()).toEqual([]);
  expect(await planned()).toMatchObject({ steps: [], summary: [] });
});

/** In the project's network, whose subnet depends on the machine's own. */
const addressOf = async (last: number): Promise<string> =>
  ((await live()).addressed.get("shop_default")?.subnet ?? "").replace(/\d+\/\d+$/, String(last));

/** Each damage: what is said, what is done about it, and afterwards nothing is said any more and what was well is untouched. */
const DAMAGES: readonly {
  readonly name: string;
  readonly harm: () => Promise<void>;
  readonly says: readonly string[];
  readonly does: readonly string[];
}[] = [
  {
    name: "a replica was removed",
    harm: async () => {
      await engine.containers.remove("shop-web-r1-2");
    },
    says: ["web: 1 of 2 containers run", "web: the proxy has a server r1-2 that is no container"],
    does: ["web/unlist/r1-2", "web/create/1", "web/start/1", "web/server/1", "web/ready/1", "web/gate/1", "web/shift"],
  },
  {
    name: "all replicas were removed",
    harm: async () => {
      await engine.containers.remove("shop-web-r1-1");
      await engine.containers.remove("shop-web-r1-2");
    },
    says: [
      "web: 0 of 2 containers run",
      "web: the proxy has a server r1-1 that is no container",
      "web: the proxy has a server r1-2 that is no container",
    ],
    does: ["web/create/2", "web/shift"],
  },
  {
    name: "a replica was stopped",
    harm: async () => {
      await engine.containers.stop("shop-web-r1-1", 1);
    },
    says: ["web: 1 of 2 containers run", "web: shop-web-r1-1 is exited"],
    does: ["web/start/1-1", "web/ready/1-1", "web/gate/1-1"],
  },
  {
    name: "a database was stopped, and a stranger of its name runs",
    harm: async () => {
      const found = await engine.containers.inspect("shop-db-r1-1");
      await engine.containers.stop("shop-db-r1-1", 1);
      if (found === undefined) return;
      await engine.containers.create("shop-db-r9-1", {
        ...found.config,
        Labels: { ...found.config.Labels, "dev.seaworthy.release": "9", "dev.seaworthy.spec-sha": "other" },
      });
      await engine.containers.start("shop-db-r9-1");
    },
    says: ["db: shop-db-r9-1 is not of the live release", "db: shop-db-r1-1 is exited"],
    does: ["db/stop/9-1", "db/start/1-1", "db/remove/9-1"],
  },
  {
    name: "a server was taken from the proxy's file",
    harm: () => proxy.updateServers("shop.web", (servers) => servers.slice(1)),
    says: ["web: the proxy does not know shop-web-r1-1"],
    does: ["web/server/1-1", "web/gate/1-1", "web/shift"],
  },
  {
    name: "a weight was changed",
    harm: () =>
      proxy.updateServers("shop.web", ([first, ...rest]) => (first === undefined ? [] : [{ ...first, weight: parseWeight(7) }, ...rest])),
    says: ["web: the proxy gives shop-web-r1-1 a weight of 7 instead of 100"],
    does: ["web/shift"],
  },
  {
    name: "a server of nobody",
    harm: () =>
      proxy.updateServers("shop.web", (servers) => [...servers, { name: "r9-9", address: "10.209.0.99", port: 1, weight: FULL_TRAFFIC }]),
    says: ["web: the proxy has a server r9-9 that is no container"],
    does: ["web/unlist/r9-9"],
  },
  {
    name: "a container left its networks",
    harm: async () => {
      await engine.networks.disconnect("shop_default", "shop-web-r1-1");
    },
    says: ["web: shop-web-r1-1 is not connected to the network shop_default"],
    does: ["web/connect/1-1/shop_default", "web/ready/1-1"],
  },
  {
    name: "a container has another address",
    harm: async () => {
      await engine.networks.disconnect("shop_default", "shop-web-r1-1");
      await engine.networks.connect("shop_default", "shop-web-r1-1", { address: await addressOf(77) });
    },
    says: [expect.stringMatching(/^web: shop-web-r1-1 has the address [\d.]+\.77 in shop_default, not [\d.]+\.2$/)],
    does: ["web/connect/1-1/shop_default"],
  },
  {
    name: "HAProxy is gone, and what its files said",
    harm: () => proxy.remove(),
    says: [
      "HAProxy does not run",
      "web: the proxy does not answer, or does not know the service",
      "web: the proxy's file does not know shop-web-r1-1, or gives it no full weight",
      "web: the proxy's file does not know shop-web-r1-2, or gives it no full weight",
    ],
    does: ["proxy", "backend/web", "web/server/1-1", "web/server/1-2", "web/shift"],
  },
  {
    name: "other host names",
    harm: () => proxy.declare({ name: "shop.web", hosts: ["other.localhost"], check: { path: "/readyz", host: "shop.localhost" } }),
    says: ["web: the proxy's file has not the host names, the check, the headers or the limits of the release"],
    does: ["backend/web"],
  },
  {
    name: "a container of no service",
    harm: async () => {
      const found = await engine.containers.inspect("shop-db-r1-1");
      if (found === undefined) return;
      await engine.containers.create("shop-old-r1-1", {
        ...found.config,
        Labels: { ...found.config.Labels, "dev.seaworthy.service": "old" },
      });
      await engine.containers.start("shop-old-r1-1");
    },
    says: ["old: shop-old-r1-1 belongs to no service of the live release"],
    does: ["old/retire/1-1", "old/remove/1-1"],
  },
];

describe("what somebody did is said and put right", () => {
  for (const { name, harm, says, does } of DAMAGES)
    test(name, async () => {
      const before = await names();
      await harm();
      expect(await drift()).toEqual(says);
      const plan = await planned();
      expect(ids(plan)).toEqual(expect.arrayContaining([...does]));
      expect(new Set(ids(plan)).size, "each step has a name of its own").toBe(plan.steps.length);
      await carryOut(plan);
      expect(await drift()).toEqual([]);
      expect(Object.values(weights())).toEqual([100, 100]);
      const after = await names();
      expect(
        after.filter((one) => !/-r7-/.test(one)),
        "what was well stays",
      ).toEqual(before.filter((one) => after.includes(one)));
      expect(await planned(8)).toMatchObject({ steps: [] });
    });
});

test("a container that Seaworthy did not start is not even seen", async () => {
  await engine.containers.create("shop-web-mine", {
    Image: Object.keys(imagesOf(v1))[0] ?? "",
    Labels: { "com.docker.compose.project": "shop" },
    HostConfig: {},
  });
  expect(await drift()).toEqual([]);
  expect((await planned()).steps).toEqual([]);
});

test("what a single writer left in another's place goes before its own comes, while requests wait", async () => {
  const single: ReleaseService = webService("1", {
    spec: { ...plainSpec, mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }] },
    hold: { seconds: 30, requests: 10 },
  });
  const manifest = manifestOf("1.0.0", [single]);
  const other = manifestOf("0.9.0", [{ ...single, readyMs: 1, spec: { ...single.spec, environment: { A: "b" } } }]);
  engine = createFakeEngine({ images: imagesOf(manifest) });
  proxy = createFakeProxy();
  await deploy(other, 1);
  const plan = await planned(7, manifest);
  const order = ids(plan).filter((id) => /hold|stop|start\/1$|release|remove/.test(id));
  expect(order).toEqual(["web/hold", "web/stop/1-1", "web/start/1", "web/release", "web/remove/1-1"]);
  await carryOut(plan);
  expect(await drift(manifest)).toEqual([]);
});

test("a container that keeps crashing is said while that is fresh", async () => {
  const startedAt = Date.UTC(2026, 0, 1);
  const inspect = async (name: string) => {
    const found = await engine.containers.inspect(name);
    return found === undefined || name !== "shop-db-r1-1" ? found : { ...found, restartCount: 4, startedAt };
  };
  const seenAt = async (now: number): Promise<readonly string[]> => {
    const crashing = { ...engine, containers: { ...engine.containers, inspect } };
    const seen = await observe({ engine: crashing, proxy, state: STATE, project: "shop", manifest: v1, services: [], now });
    return differencesOf(seen).map(wordsOfDifference);
  };
  expect(await seenAt(startedAt + 12_000)).toEqual(["db: shop-db-r1-1 keeps crashing: 4 restarts, the last 12 s ago"]);
  expect(await seenAt(startedAt + 600_000)).toEqual([]);
});

test("what no machine can judge is said and left", async () => {
  engine.setHealth("shop-db-r1-1", { status: "unhealthy", failingStreak: 3, lastOutput: "" });
  expect(await drift()).toEqual(["db: shop-db-r1-1 is unhealthy"]);
  expect((await planned()).steps).toEqual([]);
});
