import { describe, expect, test } from "vitest";
import type { ProjectNetwork } from "../project/index.ts";
import { addressing } from "./addressing.ts";
import { LABELS, type Live, readLive } from "./live.ts";
import type { ReleaseManifest, ReleaseService } from "./manifest.ts";
import { createFleet, type Fleet } from "./test-data/fleet.ts";
import { dbService, manifestOf, network, plainSpec, webService } from "./test-data/manifests.ts";

const INGRESS = "shop_seaworthy-ingress";

const inside = (...keys: readonly string[]): Pick<ReleaseService, "spec"> => ({
  spec: { ...plainSpec, networks: keys.map((key) => ({ network: key, aliases: [`${key}-name`] })) },
});

const withNetworks = (services: readonly ReleaseService[], ...networks: readonly ProjectNetwork[]): ReleaseManifest => ({
  ...manifestOf("1.0.0", services),
  networks,
});

const v1 = manifestOf("1.0.0", [webService("1"), dbService("1")]);
const v2 = manifestOf("2.0.0", [webService("2"), dbService("1")]);

const networksOf = async ({ engine }: Fleet): Promise<readonly string[]> =>
  (await engine.networks.list({})).map(({ name }) => name).toSorted();

/** `network=last part of the address`, in the order in which the container has them; `*` where the engine chose. */
const placesOf = async ({ engine }: Fleet, container: string): Promise<readonly string[]> => {
  const found = await engine.containers.inspect(container);
  const fixed = found?.config.NetworkingConfig?.EndpointsConfig ?? {};
  return Object.entries(found?.addresses ?? {}).map(
    ([name, address]) => `${name}=${fixed[name]?.IPAMConfig === undefined ? "*" : address.split(".").at(-1)}`,
  );
};

const driftOf = async (fleet: Fleet): Promise<readonly string[]> => {
  using releases = fleet.open();
  return (await releases.status("shop")).drift;
};

const liveOf = ({ engine, proxy }: Fleet): Promise<Live> => readLive(engine, proxy, "shop", ["web", "db"]);

/** As an installation of before: the network of its own as the engine makes it, and containers that do not say where their address is. */
const installedBefore = async (): Promise<Fleet> => {
  const fleet = createFleet();
  const { engine } = fleet;
  await engine.networks.create("shop_default", { driver: "bridge", labels: { [LABELS.project]: "shop" } });
  expect(await fleet.deploy(v1)).toMatchObject({ state: "live" });
  const found = await engine.containers.inspect("shop-web-r1-1");
  if (found === undefined) throw new Error("nothing runs");
  const { [LABELS.network]: _, ...Labels } = found.config.Labels;
  await engine.containers.remove("shop-web-r1-1");
  await engine.containers.create("shop-web-r1-1", { ...found.config, Labels });
  await engine.networks.connect("shop_default", "shop-web-r1-1", { aliases: ["web"] });
  await engine.containers.start("shop-web-r1-1");
  return fleet;
};

describe("a project of its first release", () => {
  test("needs no network but its own: fixed addresses below, the engine's above", async () => {
    const fleet = createFleet();
    expect(await fleet.deploy(v1)).toMatchObject({ state: "live" });
    expect(await networksOf(fleet)).toEqual(["shop_default"]);
    const made = await fleet.engine.networks.inspect("shop_default");
    const [subnet = ""] = made?.subnets ?? [];
    expect(subnet).toMatch(/^10\.209\.\d+\.0\/22$/);
    expect(made?.labels).toMatchObject({ [LABELS.addresses]: subnet, "com.docker.compose.network": "default" });
    expect(await placesOf(fleet, "shop-web-r1-1")).toEqual(["shop_default=2"]);
    expect(await placesOf(fleet, "shop-db-r1-1")).toEqual(["shop_default=*"]);
    const web = await fleet.engine.containers.inspect("shop-web-r1-1");
    expect(web?.config.HostConfig.NetworkMode).toBe("shop_default");
    expect(web?.config.NetworkingConfig?.EndpointsConfig["shop_default"]?.Aliases, "found by its name as ever").toEqual(["web"]);
    expect((await liveOf(fleet)).addressed.get("shop_default")?.used, "what the engine gave is not counted").toEqual(
      new Set([web?.addresses["shop_default"]]),
    );
    expect(await driftOf(fleet)).toEqual([]);
  });

  test("that fails leaves no network", async () => {
    const fleet = createFleet();
    fleet.silent = ["shop-web-r1-1"];
    expect(await fleet.deploy(v1)).toMatchObject({ state: "reverted" });
    expect(await networksOf(fleet)).toEqual([]);
  });

  test("replicas that come never have the address of one that is there, stopped ones included", async () => {
    const fleet = createFleet();
    await fleet.deploy(manifestOf("1.0.0", [webService("1", { replicas: 2 })]));
    await fleet.engine.containers.stop("shop-web-r1-1", 1);
    await fleet.deploy(manifestOf("2.0.0", [webService("2", { replicas: 2 })]));
    expect(await placesOf(fleet, "shop-web-r2-1")).toEqual(["shop_default=4"]);
    expect(await placesOf(fleet, "shop-web-r2-2")).toEqual(["shop_default=5"]);
  });
});

describe("a project of before", () => {
  test("stays as it is, without drift, and goes on in its ingress network", async () => {
    const fleet = await installedBefore();
    expect(await driftOf(fleet)).toEqual([]);
    expect(await fleet.deploy(v1)).toMatchObject({ state: "live", release: 2 });
    expect(await fleet.containers()).toEqual(["shop-db-r1-1 running", "shop-web-r1-1 running"]);
    expect(await fleet.deploy(v2)).toMatchObject({ state: "live", release: 3 });
    expect(await placesOf(fleet, "shop-web-r3-1")).toEqual([`${INGRESS}=3`, "shop_default=*"]);
    expect(await networksOf(fleet)).toEqual(["shop_default", INGRESS]);
    expect(await driftOf(fleet)).toEqual([]);
  });

  test("a container that left its networks gets back into both, at its address", async () => {
    const fleet = await installedBefore();
    const before = await placesOf(fleet, "shop-web-r1-1");
    for (const name of ["shop_default", INGRESS]) await fleet.engine.networks.disconnect(name, "shop-web-r1-1");
    expect(await driftOf(fleet)).toEqual([
      `web: shop-web-r1-1 is not connected to the network ${INGRESS}`,
      "web: shop-web-r1-1 is not connected to the network shop_default",
    ]);
    using releases = fleet.open();
    await releases.reconcile("shop");
    expect((await placesOf(fleet, "shop-web-r1-1")).toSorted()).toEqual(before.toSorted());
    expect(await driftOf(fleet)).toEqual([]);
  });

  test("once its networks were made anew, new containers are in one, beside old ones in the other", async () => {
    const fleet = await installedBefore();
    const { engine } = fleet;
    const policy = { parallelism: 1, delayMs: 0, monitorMs: 0, maxFailureRatio: 0, failureAction: "pause" } as const;
    await engine.containers.remove("shop-db-r1-1");
    await engine.networks.disconnect("shop_default", "shop-web-r1-1");
    await engine.networks.remove("shop_default");
    const two = manifestOf("1.0.0", [webService("1", { replicas: 2, update: policy }), dbService("1")]);
    expect(await fleet.deploy(two)).toMatchObject({ state: "live", release: 2 });
    expect(await placesOf(fleet, "shop-web-r1-1")).toEqual([`${INGRESS}=2`]);
    expect(await placesOf(fleet, "shop-web-r2-1")).toEqual(["shop_default=2"]);
    expect(fleet.servers()).toEqual(["r1-1=100", "r2-1=100"]);
    expect(await driftOf(fleet)).toEqual(["web: shop-web-r1-1 is not connected to the network shop_default"]);
    using releases = fleet.open();
    expect((await releases.reconcile("shop"))?.outcome).toMatchObject({ state: "live" });
    expect(await driftOf(fleet)).toEqual([]);
  });
});

test("a network that somebody made again under the same name is none of ours", async () => {
  for (const labels of [{}, { [LABELS.project]: "shop", [LABELS.addresses]: "10.1.0.0/22" }, { [LABELS.project]: "other" }]) {
    const fleet = createFleet();
    const pools = [{ subnet: "10.77.0.0/22" }];
    await fleet.engine.networks.create("shop_default", { driver: "bridge", labels, pools });
    await fleet.deploy(v1);
    expect((await placesOf(fleet, "shop-web-r1-1"))[0], JSON.stringify(labels)).toBe(`${INGRESS}=2`);
  }
});

test("all containers and networks gone, as after docker compose down: reconcile makes them again", async () => {
  const fleet = createFleet();
  await fleet.deploy(v1);
  for (const name of ["shop-web-r1-1", "shop-db-r1-1"]) await fleet.engine.containers.remove(name);
  await fleet.engine.networks.remove("shop_default");
  using releases = fleet.open();
  expect((await releases.reconcile("shop"))?.outcome).toMatchObject({ state: "live", release: 2 });
  expect(await placesOf(fleet, "shop-web-r2-1")).toEqual(["shop_default=2"]);
  expect(fleet.servers()).toEqual(["r2-1=100"]);
  expect(await driftOf(fleet)).toEqual([]);
});

describe("a service that leaves the network", () => {
  const back = network("back", { internal: true });
  const before = withNetworks([webService("1", inside("default"))], network("default"), back);
  const after = withNetworks([webService("2", inside("back"))], network("default"), back);

  test("is reached in the ingress network then, and back again after a rollback", async () => {
    const fleet = createFleet();
    await fleet.deploy(before);
    expect(await fleet.deploy(after)).toMatchObject({ state: "live", release: 2 });
    expect(await placesOf(fleet, "shop-web-r2-1")).toEqual([`${INGRESS}=2`, "shop_back=*"]);
    expect(await driftOf(fleet)).toEqual([]);
    expect(await fleet.deploy(before)).toMatchObject({ state: "live", release: 3 });
    expect(await placesOf(fleet, "shop-web-r3-1")).toEqual(["shop_default=2"]);
    expect(await driftOf(fleet)).toEqual([]);
  });

  test("and never answers there: taken back, with the network that was made for it", async () => {
    const fleet = createFleet();
    await fleet.deploy(before);
    fleet.silent = ["shop-web-r2-1"];
    expect(await fleet.deploy(after)).toMatchObject({ state: "reverted" });
    expect(await networksOf(fleet)).toEqual(["shop_back", "shop_default"]);
    expect(fleet.servers()).toEqual(["r1-1=100"]);
    expect(await driftOf(fleet)).toEqual([]);
  });

  test("killed at any step: resumed, it is whole", async () => {
    const moments: string[] = [];
    const first = createFleet();
    await first.deploy(before);
    await first.deploy(after, (moment, { id }) => void moments.push(`${moment} ${id}`));
    expect(moments).toContain("done network/seaworthy-ingress");
    for (const moment of moments) {
      const fleet = createFleet();
      await fleet.deploy(before);
      const died = new AbortController();
      using dead = fleet.open();
      const verified = after.services.map(({ image }) => ({ digest: image.digest }) as never);
      const hook = (at: string, { id }: { readonly id: string }): void => {
        if (`${at} ${id}` !== moment) return;
        died.abort(new Error("killed"));
        throw new Error("killed");
      };
      await expect(dead.deploy(after, { why: "", verified, evidence: [], signal: died.signal, hook }), moment).rejects.toThrow("killed");
      using releases = fleet.open();
      expect(await releases.resume("shop"), moment).toMatchObject({ state: "live", release: 2 });
      expect(await placesOf(fleet, "shop-web-r2-1"), moment).toEqual([`${INGRESS}=2`, "shop_back=*"]);
      expect(await fleet.containers(), moment).toEqual(["shop-web-r2-1 running"]);
      expect(await driftOf(fleet), moment).toEqual([]);
    }
  });
});

describe("several services and networks", () => {
  test("each is reached in the first that allows it, in one range each, and its other networks come after", async () => {
    const fleet = createFleet();
    const web = webService("1", { replicas: 2, ...inside("closed", "front", "back") });
    const api = { ...webService("2", inside("back")), name: "api" };
    const admin = { ...webService("3", inside("closed")), name: "admin" };
    const networks = [network("back"), network("closed", { internal: true }), network("front"), network("unused")];
    expect(await fleet.deploy(withNetworks([web, api, admin], ...networks))).toMatchObject({ state: "live" });
    expect(await networksOf(fleet)).toEqual(["shop_back", "shop_closed", "shop_front", INGRESS, "shop_unused"]);
    expect(await placesOf(fleet, "shop-web-r1-2")).toEqual(["shop_front=3", "shop_closed=*", "shop_back=*"]);
    expect(await placesOf(fleet, "shop-api-r1-1")).toEqual(["shop_back=2"]);
    expect(await placesOf(fleet, "shop-admin-r1-1")).toEqual([`${INGRESS}=2`, "shop_closed=*"]);
    const given = [...(await liveOf(fleet)).addressed].map(([name, { subnet }]) => [name, subnet.replace(/^.*\//, "/")]);
    expect(given).toEqual(
      expect.arrayContaining([
        ["shop_back", "/22"],
        ["shop_front", "/22"],
        [INGRESS, "/24"],
      ]),
    );
    expect(given).toHaveLength(3);
    expect(await driftOf(fleet)).toEqual([]);
  });

  test("in the same network get different addresses, also beside those that are there", async () => {
    const fleet = createFleet();
    const [web, api, late] = [webService("1"), { ...webService("2"), name: "api" }, { ...webService("3"), name: "late" }];
    await fleet.deploy(manifestOf("1", [web, api]));
    await fleet.deploy(manifestOf("2", [web, api, late]));
    const places = await Promise.all(["shop-web-r1-1", "shop-api-r1-1", "shop-late-r2-1"].map((name) => placesOf(fleet, name)));
    expect(places.flat().toSorted()).toEqual(["shop_default=2", "shop_default=3", "shop_default=4"]);
    expect(places[2], "who was there stays where it was").toEqual(["shop_default=4"]);
  });

  test("that run only inside keep a network as the engine makes it", async () => {
    const fleet = createFleet();
    await fleet.deploy(manifestOf("1", [dbService("1")]));
    expect((await fleet.engine.networks.inspect("shop_default"))?.subnets[0]).toMatch(/^172\./);
    // What becomes routed later is reached beside it.
    await fleet.deploy(manifestOf("2", [dbService("1"), webService("1")]));
    expect(await placesOf(fleet, "shop-web-r2-1")).toEqual([`${INGRESS}=2`, "shop_default=*"]);
  });
});

describe("the ingress network is needed where the file says something of the network that a range of ours would go against", () => {
  const nothing: Live = {
    platform: { os: "linux", architecture: "amd64" },
    containers: [],
    addressed: new Map(),
    takenSubnets: [],
    networks: new Set(["shared"]),
    volumes: new Set(),
    backends: new Map(),
  };
  const reachedIn = (manifest: ReleaseManifest, live = nothing, only?: "ingress"): string | undefined => {
    const addresses = addressing(manifest, live, only);
    const [service] = manifest.services;
    const [place] = service === undefined ? [] : addresses.places(service, 1);
    expect([...addresses.pools.keys()], "no other is made for it").toEqual([place?.network]);
    return place?.network;
  };
  const web = webService("1");

  test("and else it is not", () => {
    expect(reachedIn(v1)).toBe("shop_default");
    expect(reachedIn(v1, nothing, "ingress"), "but where it is asked for").toBe(INGRESS);
  });

  test.each<[string, Partial<ProjectNetwork>]>([
    ["another driver", { driver: "macvlan" }],
    ["internal", { internal: true }],
    ["IPv6", { enableIpv6: true }],
    ["options of the driver", { options: { "com.docker.network.driver.mtu": "1400" } }],
    ["a range of its own", { pools: [{ subnet: "10.5.0.0/16" }] }],
    ["somebody else's", { external: true, name: "shared" }],
  ])("%s", (_, rest) => {
    expect(reachedIn(withNetworks([web], network("default", rest)))).toBe(INGRESS);
  });

  test("an address that the file gives the service there", () => {
    const spec = { ...plainSpec, networks: [{ network: "default", aliases: [], address: "10.5.0.9" }] };
    expect(reachedIn(withNetworks([webService("1", { spec })], network("default")))).toBe(INGRESS);
  });

  test("in none of its own networks", () => {
    expect(reachedIn(withNetworks([webService("1", inside())], network("default")))).toBe(INGRESS);
  });

  test("nobody behind the proxy: nothing is given", () => {
    const addresses = addressing(manifestOf("1", [dbService("1")]), nothing);
    expect([addresses.pools.size, addresses.places(dbService("1"), 3)]).toEqual([0, []]);
  });
});
