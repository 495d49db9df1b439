import { describe, expect, test } from "vitest";
import type { Live, LiveContainer } from "../live.ts";
import { containerSha, type ReleaseService } from "../manifest.ts";
import type { Plan } from "../plan.ts";
import { dbService, manifestOf, plainSpec, webService } from "../test-data/manifests.ts";
import type { Describe } from "./change.ts";
import { planRolling } from "./rolling.ts";

const describeReplica: Describe = ({ name, sha, service }) => ({
  config: { Image: service.image.digest, Labels: { name, sha }, HostConfig: {} },
  connect: [],
});

const nothing: Live = {
  platform: { os: "linux", architecture: "amd64" },
  containers: [],
  addressed: new Map(),
  takenSubnets: ["172.17.0.0/16"],
  networks: new Set(),
  volumes: new Set(),
  backends: new Map(),
};

const running = (service: ReleaseService, release: number, replica = 1): LiveContainer => ({
  name: `shop-${service.name}-r${release}-${replica}`,
  service: service.name,
  release,
  replica,
  sha: containerSha(service),
  digest: service.image.digest,
  state: "running",
  image: "",
  ...(service.route === undefined ? {} : { address: `10.209.0.${1 + replica}` }),
});

/** A project of before addresses were given in networks of its own. */
const alive = (...containers: readonly LiveContainer[]): Live => ({
  ...nothing,
  containers,
  networks: new Set(["shop_default", "shop_seaworthy-ingress"]),
  volumes: new Set(["shop_data"]),
  addressed: new Map([
    ["shop_seaworthy-ingress", { subnet: "10.209.0.0/24", used: new Set(containers.flatMap(({ address }) => address ?? [])) }],
  ]),
  backends: new Map([
    [
      "shop.web",
      { name: "shop.web", hosts: ["shop.localhost"], check: { path: "/readyz", host: "shop.localhost" }, httpPort: 80, servers: [] },
    ],
  ]),
});

const ids = (plan: Plan): readonly string[] => plan.steps.map(({ id }) => id);

describe("a first release", () => {
  const plan = planRolling(manifestOf("1.0.0", [webService("1")]), nothing, 1, describeReplica);
  test("makes what is missing, brings up, gates, then moves traffic", () => {
    expect(ids(plan)).toEqual([
      "proxy",
      "backend/web",
      "pull/web",
      "network/default",
      "volume/data",
      "web/create/1",
      "web/start/1",
      "web/server/1",
      "web/ready/1",
      "web/gate/1",
      "web/shift",
    ]);
    expect(plan.summary).toEqual([{ service: "web", way: "first", why: "it does not run yet" }]);
  });
  test("gives the container a fixed address of the network it plans", () => {
    expect(plan.steps.find(({ id }) => id === "web/server/1")?.action).toMatchObject({ address: "10.209.0.2", port: 3000, server: "r1-1" });
  });
});

describe("replacing a stateless service", () => {
  const plan = planRolling(manifestOf("2.0.0", [webService("2")]), alive(running(webService("1"), 1)), 2, describeReplica);
  test("starts the new one first, and the old one leaves only after the traffic", () => {
    expect(ids(plan)).toEqual([
      "proxy",
      "backend/web",
      "pull/web",
      "web/create/1",
      "web/start/1",
      "web/server/1",
      "web/ready/1",
      "web/gate/1",
      "web/shift",
      "web/drain/1-1",
      "web/unlist/1-1",
      "web/retire/1-1",
      "web/remove/1-1",
    ]);
  });
  test("takes an address that the old one does not hold, and says what the overlap needs", () => {
    expect(plan.steps.find(({ id }) => id === "web/server/1")?.action).toMatchObject({ address: "10.209.0.3" });
    expect(plan.summary[0]).toMatchObject({ way: "start-first", overlapBytes: 2 * 64 * 1024 * 1024 });
  });
  test("every step before the shift that made something knows how to take it back", () => {
    const making = plan.steps.filter(({ action }) => ["create-container", "announce-server", "create-network"].includes(action.do));
    expect(making.every(({ undo }) => (undo?.length ?? 0) > 0)).toBe(true);
    expect(plan.steps.find(({ final }) => final)?.id).toBe("web/shift");
  });
});

test("what already runs exactly as the manifest says is left alone", () => {
  const plan = planRolling(
    manifestOf("1.0.1", [webService("1"), dbService("1")]),
    alive(running(webService("1"), 1), running(dbService("1"), 1)),
    2,
    describeReplica,
  );
  expect(plan.summary.map(({ way }) => way)).toEqual(["unchanged", "unchanged"]);
  expect(ids(plan)).toEqual(["proxy", "backend/web"]);
});

test("a service that writes to a volume stops first, says why, and comes back if the new one fails", () => {
  const plan = planRolling(manifestOf("2", [dbService("2")]), alive(running(dbService("1"), 1)), 2, describeReplica);
  expect(plan.summary[0]).toMatchObject({ way: "stop-first", why: expect.stringContaining("the volume data") });
  expect(ids(plan).filter((id) => id.startsWith("db/"))).toEqual([
    "db/create/1",
    "db/stop/1-1",
    "db/start/1",
    "db/ready/1",
    "db/retire/1-1",
    "db/remove/1-1",
  ]);
  expect(plan.steps.find(({ id }) => id === "db/stop/1-1")?.undo).toEqual([{ do: "start-container", name: "shop-db-r1-1" }]);
});

test("a published host port forces stop-first even where start-first was asked for", () => {
  const service = webService("2", {
    updateOrder: "start-first",
    spec: { ...plainSpec, ports: [{ hostPort: 8080, containerPort: 80, protocol: "tcp" }] },
  });
  const plan = planRolling(manifestOf("2", [service]), alive(running(webService("1"), 1)), 2, describeReplica);
  expect(plan.summary[0]).toMatchObject({ way: "stop-first", why: expect.stringContaining("host port 8080") });
});

test("dependencies come first, and a circle is refused by name", () => {
  const web = webService("1", { dependsOn: [{ service: "db", condition: "service_healthy", required: true }] });
  const order = ids(planRolling(manifestOf("1", [web, dbService("1")]), nothing, 1, describeReplica));
  expect(order.indexOf("db/ready/1")).toBeLessThan(order.indexOf("web/create/1"));
  const circle = { ...dbService("1"), dependsOn: [{ service: "web", condition: "service_started", required: true }] as const };
  expect(() => planRolling(manifestOf("1", [web, circle]), nothing, 1, describeReplica)).toThrow(
    /in a circle: .*db -> web -> db|web -> db -> web/,
  );
});

test("replicas come up together, traffic moves once", () => {
  const plan = planRolling(
    manifestOf("2", [webService("2", { replicas: 3 })]),
    alive(running(webService("1"), 1, 1), running(webService("1"), 1, 2)),
    2,
    describeReplica,
  );
  expect(plan.steps.filter(({ action }) => action.do === "shift-traffic").map(({ action }) => action)).toEqual([
    { do: "shift-traffic", backend: "shop.web", to: ["r2-1", "r2-2", "r2-3"], weight: 100 },
  ]);
});

test("a service that the release no longer names leaves after the others are served", () => {
  const plan = planRolling(
    manifestOf("2", [webService("2")]),
    alive(running(webService("1"), 1), running(dbService("1"), 1)),
    2,
    describeReplica,
  );
  expect(plan.summary.find(({ service }) => service === "db")).toMatchObject({ way: "removed" });
  expect(ids(plan).slice(-2)).toEqual(["db/retire/1-1", "db/remove/1-1"]);
});

test("equal inputs give equal plans", () => {
  const make = () =>
    JSON.stringify(planRolling(manifestOf("2", [dbService("2"), webService("2")]), alive(running(webService("1"), 1)), 2, describeReplica));
  expect(make()).toBe(make());
});

describe("a service behind the proxy that stops first", () => {
  const single = (version: string, changes: Partial<ReleaseService> = {}): ReleaseService =>
    webService(version, {
      spec: { ...plainSpec, mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }] },
      hold: { seconds: 30, requests: 1000 },
      ...changes,
    });
  const replaced = (changes: Partial<ReleaseService> = {}): Plan =>
    planRolling(manifestOf("2", [single("2", changes)]), alive(running(single("1", changes), 1)), 2, describeReplica);
  const actionOf = (plan: Plan, id: string) => plan.steps.find((one) => one.id === id);

  test("lets requests wait from before the old one leaves until the new one answers", () => {
    const plan = replaced();
    expect(ids(plan).slice(ids(plan).indexOf("web/create/1"))).toEqual([
      "web/create/1",
      "web/hold",
      "web/settle/1-1",
      "web/leave/1-1",
      "web/stop/1-1",
      "web/start/1",
      "web/server/1",
      "web/ready/1",
      "web/gate/1",
      "web/shift",
      "web/release",
      "web/retire/1-1",
      "web/remove/1-1",
    ]);
    expect(actionOf(plan, "backend/web")?.action).toMatchObject({ hold: { seconds: 30, requests: 1000 } });
    expect(actionOf(plan, "web/hold")).toMatchObject({
      why: expect.stringMatching(/wait in the proxy, at most 30 s each, because it writes to the volume data/),
      action: { do: "hold-requests", backend: "shop.web", forMs: 30_000 },
      undo: [{ do: "release-requests", backend: "shop.web" }],
    });
  });

  test("taken back, it holds again, stops the new one, and only then starts the old one", () => {
    const plan = replaced();
    const undo = plan.steps.toReversed().flatMap(({ undo: actions = [] }) => actions.map((action) => action.do));
    expect(undo.slice(0, 4)).toEqual(["hold-requests", "await-drained", "remove-server", "stop-container"]);
    expect(undo.indexOf("start-container")).toBeGreaterThan(undo.indexOf("stop-container"));
    expect(undo.indexOf("release-requests")).toBeGreaterThan(undo.indexOf("shift-traffic"));
  });

  test("gives what is under way at most half of the time that others wait", () => {
    expect(actionOf(replaced({ drainMs: 60_000 }), "web/settle/1-1")?.action).toMatchObject({ withinMs: 15_000 });
    expect(actionOf(replaced({ drainMs: 2000 }), "web/settle/1-1")?.action).toMatchObject({ withinMs: 2000 });
  });

  test("does not hold when that is off, on a first release, or when old and new overlap", () => {
    const { hold: _, ...off } = single("2");
    expect(ids(planRolling(manifestOf("2", [off]), alive(running(off, 1)), 2, describeReplica))).not.toContain("web/hold");
    expect(ids(planRolling(manifestOf("1", [single("1")]), nothing, 1, describeReplica))).not.toContain("web/hold");
    const first = replaced({ updateOrder: "start-first" });
    expect(ids(first)).not.toContain("web/hold");
    expect(actionOf(first, "backend/web")?.action).not.toHaveProperty("hold");
  });
});

describe("a container that speaks HTTP/2 in clear text", () => {
  const route = { hosts: ["shop.localhost"], port: 3000, ready: "/readyz", protocol: "h2c" } as const;
  const actions = (plan: Plan, does: string) =>
    plan.steps.flatMap(({ action, undo = [] }) => [action, ...undo].filter((one) => one.do === does));

  test("is asked so, and is another one than the same that does not", () => {
    const [plain, h2c] = [webService("1"), webService("1", { route })];
    expect(containerSha(plain)).not.toBe(containerSha(h2c));
    const plan = planRolling(manifestOf("2", [h2c]), alive(running(plain, 1)), 2, describeReplica);
    expect(actions(plan, "await-ready")).toMatchObject([{ port: 3000, protocol: "h2c" }]);
    expect(actions(plan, "announce-server")).toMatchObject([{ server: "r2-1", port: 3000, protocol: "h2c" }]);
  });

  test("what it takes the place of comes back as it was", () => {
    const old = { ...running(webService("1"), 1), spoken: { port: 8080 } };
    const plan = planRolling(manifestOf("2", [webService("2", { route, updateOrder: "stop-first" })]), alive(old), 2, describeReplica);
    const back = actions(plan, "add-server").find((one) => "server" in one && one.server === "r1-1");
    expect(back).toEqual({ do: "add-server", backend: "shop.web", server: "r1-1", address: "10.209.0.2", port: 8080 });
  });
});
