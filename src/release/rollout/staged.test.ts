import { describe, expect, test } from "vitest";
import type { Duration } from "../../core/index.ts";
import type { StagedStrategy } from "../../project/index.ts";
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

const minutes = (count: number): Duration => (count * 60_000) as Duration;
const preview = ["preview.shop.localhost"];
const BLUE_GREEN: StagedStrategy = { name: "blue-green", preview, keepOld: 0 as Duration };
const CANARY: StagedStrategy = {
  name: "canary",
  preview,
  steps: [
    { weight: 5, pause: minutes(5) },
    { weight: 25, analysis: { for: minutes(10), requests: 200, errors: 0.02, p95: 2 }, pause: "promote" },
  ],
};

const web = (version: string, strategy?: StagedStrategy, changes: Partial<ReleaseService> = {}): ReleaseService =>
  webService(version, { ...(strategy === undefined ? {} : { strategy }), ...changes });

const running = (service: ReleaseService): LiveContainer => ({
  name: `shop-${service.name}-r1-1`,
  service: service.name,
  release: 1,
  replica: 1,
  sha: containerSha(service),
  digest: service.image.digest,
  state: "running",
  image: "",
  ...(service.route === undefined ? {} : { address: "10.209.0.2" }),
});

const backend = (name: string, hosts: readonly string[]) =>
  [name, { name, hosts, check: { path: "/readyz", host: "shop.localhost" }, httpPort: 80, servers: [] }] as const;

const alive = (backends: Live["backends"], ...services: readonly ReleaseService[]): Live => ({
  platform: { os: "linux", architecture: "amd64" },
  containers: services.map(running),
  takenSubnets: [],
  networks: new Set(["shop_default", "shop_seaworthy-ingress"]),
  volumes: new Set(["shop_data"]),
  addressed: new Map([["shop_seaworthy-ingress", { subnet: "10.209.0.0/24", used: new Set(["10.209.0.2"]) }]]),
  backends,
});
const STABLE = new Map([backend("shop.web", ["shop.localhost"])]);
const BESIDE = new Map([...STABLE, backend("shop.web:next", preview)]);

const plan = (service: ReleaseService, live: Live, direction?: "update" | "rollback", ...others: readonly ReleaseService[]): Plan =>
  planRolling(manifestOf("2", [service, ...others]), live, 2, describeReplica, direction);
const ids = ({ steps }: Plan): readonly string[] => steps.map(({ id }) => id);
const UP = ["proxy", "backend/web", "next/web", "pull/web", "web/create/1", "web/start/1", "web/server/1", "web/ready/1", "web/gate/1"];
const BESIDE_STEPS = ["web/look/1", "web/look-gate/1", "web/look"];
const OVER = ["web/shift", "web/unsteer", "web/look-drain/1", "web/look-off/1"];
const GONE = ["web/drain/1-1", "web/unlist/1-1", "web/retire/1-1", "web/remove/1-1"];

test.each([
  ["blue-green", BLUE_GREEN, ["web/steer/0", "web/promotion", ...OVER, ...GONE]],
  [
    "blue-green that keeps the old one",
    { ...BLUE_GREEN, keepOld: minutes(30) },
    ["web/steer/0", "web/promotion", ...OVER, "web/keep", ...GONE],
  ],
  ["canary", CANARY, ["web/steer/5", "web/pause/5", "web/steer/25", "web/analyse/25", "web/pause/25", ...OVER, ...GONE]],
] as const)("%s: up, beside, looked at, over, and only then anything that cannot be taken back", (_name, strategy, then) => {
  const made = plan(web("2", strategy), alive(BESIDE, web("1", strategy)));
  expect(ids(made)).toEqual([...UP, ...BESIDE_STEPS, ...then]);
  expect(made.summary).toMatchObject([{ service: "web", way: strategy.name, why: expect.stringContaining("strategy says so") }]);
  expect(made.steps.find(({ final }) => final)?.id).toBe("web/drain/1-1");
  expect(made.steps.every(({ why }) => why.length > 5)).toBe(true);
});

describe("what takes it back", () => {
  const { steps } = plan(web("2", CANARY), alive(BESIDE, web("1", CANARY)));
  const undoOf = (id: string) => steps.find((one) => one.id === id)?.undo;
  test("sends everybody to the old one before anything else, and lets what is under way finish", () => {
    const back = [
      { do: "end-steering", backend: "shop.web" },
      { do: "await-drained", backend: "shop.web:next", server: "r2-1", withinMs: 10_000 },
    ];
    expect(undoOf("web/steer/5")).toEqual(back);
    expect(undoOf("web/steer/25")).toEqual(back);
    expect(undoOf("web/shift")).toEqual([
      { do: "shift-traffic", backend: "shop.web", to: ["r1-1"], weight: 100 },
      { do: "await-drained", backend: "shop.web", server: "r2-1", withinMs: 10_000 },
    ]);
  });
  test("everything that was made before", () => {
    expect(undoOf("web/look/1")).toEqual([{ do: "remove-server", backend: "shop.web:next", server: "r2-1" }]);
    expect(undoOf("next/web")).toMatchObject([{ do: "declare-backend", backend: "shop.web:next", hosts: preview }]);
  });
});

test("pauses and analyses say how long and against what", () => {
  const { steps } = plan(web("2", CANARY), alive(BESIDE, web("1", CANARY)));
  const action = (id: string) => steps.find((one) => one.id === id)?.action;
  expect(action("web/pause/5")).toMatchObject({ do: "pause", forMs: 300_000, because: "r2 of web has 5 % of the requests" });
  expect(action("web/pause/25")).not.toHaveProperty("forMs");
  expect(action("web/analyse/25")).toEqual({ do: "analyse", backend: "shop.web", forMs: 600_000, requests: 200, errors: 0.02, p95: 2 });
});

test("a first step without weight is for those who ask for it, and without stickiness every step says so", () => {
  const strategy: typeof CANARY = { ...CANARY, sticky: false, steps: [{ weight: 0, pause: "promote" }, { weight: 20 }] };
  const { steps } = plan(web("2", strategy), alive(BESIDE, web("1", strategy)));
  const step = (id: string) => steps.find((one) => one.id === id);
  expect(step("web/steer/0")?.action).toEqual({ do: "steer", backend: "shop.web", release: "r2", weight: 0, sticky: false });
  expect(step("web/steer/0")?.why).toContain("the header X-Seaworthy-Side: next; nobody else gets it");
  expect(step("web/steer/20")).toMatchObject({ why: "20 % of the requests, each drawn for itself", action: { weight: 20, sticky: false } });
});

test("a first release is not compared with anything, but makes the place for the next", () => {
  const made = plan(web("1", CANARY), { ...alive(new Map()), containers: [] });
  expect(ids(made)).toEqual([...UP, "web/shift"]);
  expect(made.summary[0]).toMatchObject({ way: "first" });
  expect(made.steps.find(({ id }) => id === "next/web")?.undo).toEqual([{ do: "withdraw-backend", backend: "shop.web:next" }]);
});

test("a way back, and a service that stopped meanwhile, are not looked at first", () => {
  expect(ids(plan(web("2", CANARY), alive(BESIDE, web("1")), "rollback"))).toEqual([...UP, "web/shift", ...GONE]);
  const live = alive(BESIDE, web("1", CANARY));
  const down = { ...live, containers: live.containers.map((one) => ({ ...one, state: "exited" as const })) };
  expect(ids(plan(web("2", CANARY), down))).toContain("web/shift");
  expect(ids(plan(web("2", CANARY), down))).not.toContain("web/steer/5");
});

test("a strategy that was given up leaves no place behind; a service that is gone neither", () => {
  expect(ids(plan(web("2"), alive(BESIDE, web("1", CANARY)))).slice(0, 4)).toEqual(["proxy", "backend/web", "next/web", "pull/web"]);
  const gone = planRolling(manifestOf("2", [dbService("1")]), alive(BESIDE, web("1", CANARY), dbService("1")), 2, describeReplica);
  expect(ids(gone).slice(-2)).toEqual(["web/withdraw", "web/withdraw-next"]);
});

test("others wait with what cannot be taken back until it is decided", () => {
  const api = webService("2", { name: "api", route: { hosts: ["api.localhost"], port: 3000, ready: "/" } });
  const made = ids(
    plan(web("2", BLUE_GREEN), alive(BESIDE, web("1", BLUE_GREEN), { ...api, spec: { ...plainSpec, init: true } }), "update", api),
  );
  expect(made.indexOf("api/gate/1")).toBeLessThan(made.indexOf("web/promotion"));
  expect(made.indexOf("api/shift")).toBeGreaterThan(made.indexOf("web/shift"));
});
