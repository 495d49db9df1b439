import { describe, expect, test } from "vitest";
import { parseDuration } from "../core/index.ts";
import { createFleet, type Deaths, type Fleet, swarm, threeReplicas } from "./test-data/fleet.ts";
import type { ReleaseManifest } from "./manifest.ts";
import { dbService, webService } from "./test-data/manifests.ts";
import type { UpdatePolicy } from "../project/index.ts";

const OLD = {
  containers: ["shop-web-r1-1 running", "shop-web-r1-2 running", "shop-web-r1-3 running"],
  servers: ["r1-1=100", "r1-2=100", "r1-3=100"],
};
const NEW = {
  containers: ["shop-web-r2-1 running", "shop-web-r2-2 running", "shop-web-r2-3 running"],
  servers: ["r2-1=100", "r2-2=100", "r2-3=100"],
};

const stand = async (fleet: Fleet) => ({ containers: await fleet.containers(), servers: fleet.servers() });

/** v1 is live in three replicas; then v2 is deployed, whose containers die so many milliseconds after their start. */
const update = async (policy: Partial<UpdatePolicy>, deaths: Deaths = {}, rest: Parameters<typeof threeReplicas>[2] = {}) => {
  const fleet = createFleet();
  await fleet.deploy(threeReplicas("1", policy, rest));
  expect(await stand(fleet)).toEqual(OLD);
  fleet.deaths = deaths;
  const outcome = await fleet.deploy(threeReplicas("2", policy, rest));
  return { fleet, outcome };
};

const first = { "shop-web-r2-1": 3000 };
const firstBatch = { "shop-web-r2-1": 3000, "shop-web-r2-2": 3000 };
const oneOfEach = { "shop-web-r2-2": 3000, "shop-web-r2-3": 3000 };

describe.each(["start-first", "stop-first"] as const)("3 replicas, parallelism 2, max_failure_ratio 0.34, %s", (order) => {
  describe.each(["continue", "pause", "rollback"] as const)("failure_action %s", (failureAction) => {
    test("nothing fails: live, and nothing of the old is left", async () => {
      const { fleet, outcome } = await update({ failureAction, order });
      expect(outcome).toMatchObject({ state: "live", release: 2 });
      expect(await stand(fleet)).toEqual(NEW);
    });

    test.each([
      ["2 s monitor", 2000, 0],
      ["2 s monitor and 10 s delay, which is no part of it", 2000, 10_000],
    ])("all die 3 s after their start, %s: no failure was seen", async (_, monitorMs, delayMs) => {
      const { outcome } = await update({ failureAction, order, monitorMs, delayMs }, { ...firstBatch, ...oneOfEach });
      expect(outcome).toMatchObject({ state: "live" });
    });

    test("one of three dies within the monitor: 0.33 is not more than 0.34, so it goes on", async () => {
      const { fleet, outcome } = await update({ failureAction, order }, first);
      expect(outcome).toMatchObject({ state: "live", release: 2 });
      expect(await stand(fleet)).toEqual({ ...NEW, containers: ["shop-web-r2-1 exited", ...NEW.containers.slice(1)] });
      using releases = fleet.open();
      expect(releases.journal.entries("shop", 2).filter(({ kind }) => kind === "replica-failed")).toMatchObject([
        {
          name: "shop-web-r2-1",
          because: "it ended (exit status 1)",
          log: ["last log lines of shop-web-r2-1:", "  shop-web-r2-1 says hello"],
        },
      ]);
    });
  });

  test.each([0, 6000])("two die in the first batch, delay %i ms: continue goes on", async (delayMs) => {
    const { fleet, outcome } = await update({ failureAction: "continue", order, delayMs }, firstBatch);
    expect(outcome).toMatchObject({ state: "live", release: 2 });
    expect(fleet.servers()).toEqual(NEW.servers);
  });

  test.each([0, 6000])("two die in the first batch, delay %i ms: pause waits, and what was not replaced serves", async (delayMs) => {
    const { fleet, outcome } = await update({ failureAction: "pause", order, delayMs }, firstBatch);
    expect(outcome).toMatchObject({
      state: "paused",
      step: "web/watch/1",
      because: { code: "PAUSED", message: expect.stringContaining("2 of 3 replicas of web failed, more than max_failure_ratio 0.34") },
    });
    expect(await fleet.containers()).toContain("shop-web-r1-3 running");
    expect(fleet.servers()).toContain("r1-3=100");
    expect(await fleet.containers()).not.toContain("shop-web-r2-3 running");
  });

  test.each([0, 6000])("two die in the first batch, delay %i ms: rollback takes all back by the undo actions", async (delayMs) => {
    const { fleet, outcome } = await update({ failureAction: "rollback", order, delayMs }, firstBatch);
    expect(outcome).toMatchObject({ state: "reverted", because: { code: "RELEASE_NOT_LIVE", message: expect.stringContaining("2 of 3") } });
    expect(await stand(fleet)).toEqual(OLD);
  });

  test.each([0, 6000])("one dies in each batch, delay %i ms: pause waits in the second", async (delayMs) => {
    const { outcome } = await update({ failureAction: "pause", order, delayMs }, oneOfEach);
    expect(outcome).toMatchObject({ state: "paused", step: "web/watch/2" });
  });

  test.each([0, 6000])("one dies in each batch, delay %i ms: a rollback release brings the old one back", async (delayMs) => {
    const { fleet, outcome } = await update({ failureAction: "rollback", order, delayMs }, oneOfEach);
    expect(outcome).toMatchObject({
      state: "rolled-back",
      release: 2,
      by: 3,
      to: 1,
      because: { problems: expect.arrayContaining(["shop-web-r2-2: it ended (exit status 1)"]) },
    });
    expect(fleet.servers().map((one) => one.endsWith("=100"))).toEqual([true, true, true]);
    const containers = await fleet.containers();
    expect(containers).toHaveLength(3);
    expect(containers.every((one) => /^shop-web-r[13]-\d running$/.test(one))).toBe(true);
    using releases = fleet.open();
    expect(releases.history("shop").map(({ outcome: how, rollbackTo, after, serving }) => ({ how, rollbackTo, after, serving }))).toEqual([
      { how: "live", rollbackTo: 1, after: 2, serving: true },
      { how: "failed", rollbackTo: undefined, after: undefined, serving: false },
      { how: "live", rollbackTo: undefined, after: undefined, serving: false },
    ]);
    expect((await releases.status("shop")).drift).toEqual([]);
  });
});

describe("a new one that never answers, which Swarm would wait for without end", () => {
  test("counts as failed at its deadline, and the one it would replace serves on until the others are there", async () => {
    const fleet = createFleet();
    const policy = { failureAction: "rollback", order: "start-first" } as const;
    await fleet.deploy(threeReplicas("1", policy));
    fleet.silent = ["shop-web-r2-2"];
    const seen: string[] = [];
    const outcome = await fleet.deploy(threeReplicas("2", policy), (moment, { id }) => {
      if (moment === "intent" && id === "web/create/3") seen.push(...fleet.servers());
    });
    expect(outcome).toMatchObject({ state: "live" });
    expect(seen).toEqual(["r1-2=100", "r1-3=100", "r2-1=100"]);
    expect(fleet.servers()).toEqual(["r2-1=100", "r2-3=100"]);
    expect(await fleet.containers()).toEqual(["shop-web-r2-1 running", "shop-web-r2-2 running", "shop-web-r2-3 running"]);
  });

  test.each([["continue"], ["rollback"]] as const)("none answers, %s: a release of which nothing serves is none", async (failureAction) => {
    const fleet = createFleet();
    const policy = { failureAction, order: "start-first" } as const;
    await fleet.deploy(threeReplicas("1", policy));
    fleet.silent = ["shop-web-r2-1", "shop-web-r2-2", "shop-web-r2-3"];
    expect(await fleet.deploy(threeReplicas("2", policy))).toMatchObject({ state: "reverted" });
    expect(await stand(fleet)).toEqual(OLD);
  });
});

describe("parallelism", () => {
  const order = async (parallelism: number): Promise<readonly string[]> => {
    const fleet = createFleet();
    const policy = { parallelism, order: "start-first" } as const;
    await fleet.deploy(threeReplicas("1", policy));
    const steps: string[] = [];
    await fleet.deploy(threeReplicas("2", policy), (moment, { id }) => {
      if (moment === "intent" && /create|watch|retire/.test(id)) steps.push(id.slice(4));
    });
    return steps;
  };
  test("1: one after the other", async () => {
    expect(await order(1)).toEqual([
      "create/1",
      "retire/1-1",
      "watch/1",
      "create/2",
      "retire/1-2",
      "watch/2",
      "create/3",
      "retire/1-3",
      "watch/3",
    ]);
  });
  test.each([0, 7])("%i: all at once", async (parallelism) => {
    expect(await order(parallelism)).toEqual(["create/1", "create/2", "create/3", "retire/1-1", "retire/1-2", "retire/1-3", "watch/1"]);
  });
});

test("the delay begins when a batch serves, so the watch is a part of it", async () => {
  const spent = async (delayMs: number): Promise<number> => {
    const fleet = createFleet();
    await fleet.deploy(threeReplicas("1", { delayMs }));
    const at: Record<string, number> = {};
    await fleet.deploy(threeReplicas("2", { delayMs }), (moment, { id }) => {
      at[`${moment} ${id}`] = fleet.clock.now();
    });
    return (at["intent web/create/3"] ?? 0) - (at["intent web/watch/1"] ?? 0);
  };
  expect(await spent(0)).toBe(5000);
  expect(await spent(4000)).toBe(5000);
  expect(await spent(20_000)).toBe(20_000);
});

describe("a rollback", () => {
  test("goes by rollback_config, and leaves what it finds in order alone, as Swarm does", async () => {
    const { fleet, outcome } = await update(
      { failureAction: "rollback", order: "start-first" },
      { "shop-web-r2-2": 3000, "shop-web-r2-3": 3000 },
      { replicas: 3, rollback: { parallelism: 0, delayMs: 0, monitorMs: 1000, maxFailureRatio: 1, failureAction: "continue" } },
    );
    expect(outcome).toMatchObject({ state: "rolled-back" });
    using releases = fleet.open();
    const steps = releases.journal.releases("shop")[0]?.plan.steps.map(({ id }) => id) ?? [];
    expect(steps.filter((id) => id.includes("watch"))).toEqual(["web/watch/1"]);
    expect(steps).toContain("web/create/3");
  });

  test("that fails is never rolled back: it waits, exit 4, and says both", async () => {
    const fleet = createFleet();
    const policy = { failureAction: "rollback", order: "start-first" } as const;
    await fleet.deploy(threeReplicas("1", policy));
    fleet.deaths = { ...oneOfEach, "shop-web-r3-1": 2000, "shop-web-r3-2": 2000 };
    const outcome = await fleet.deploy(threeReplicas("2", policy));
    expect(outcome).toMatchObject({
      state: "rollback-failed",
      release: 2,
      by: 3,
      because: { code: "ROLLBACK_FAILED", exit: 4, message: expect.stringMatching(/^r2 failed \(.*\), and r1 did not come back: 1 of 3/) },
    });
    using releases = fleet.open();
    expect(releases.journal.releases("shop").map(({ release }) => release)).toEqual([3, 2, 1]);
    expect(releases.waiting("shop")).toMatchObject({ release: 3, back: 1 });
    fleet.deaths = {};
    expect(await releases.promote("shop", { why: "it will do" })).toMatchObject({ state: "rolled-back", release: 2, by: 3, to: 1 });
  });

  test("asked for by a person goes by rollback_config as well", async () => {
    const fleet = createFleet();
    await fleet.deploy(threeReplicas("1", {}));
    await fleet.deploy(threeReplicas("2", {}));
    using releases = fleet.open();
    const { manifest } = releases.rollbackTarget("shop");
    const plan = await releases.plan(manifest, "rollback");
    expect(plan.policies).toEqual([{ service: "web", total: 3, maxFailureRatio: 0, action: "pause" }]);
    expect(plan.steps.filter(({ id }) => id.includes("watch"))).toHaveLength(3);
  });
});

describe("paused", () => {
  test("promoted: goes on past the failures it waited for", async () => {
    const { fleet, outcome } = await update({ failureAction: "pause", order: "start-first" }, firstBatch);
    expect(outcome.state).toBe("paused");
    using releases = fleet.open();
    expect(await releases.promote("shop", { why: "fine" })).toMatchObject({ state: "live", release: 2 });
    expect(fleet.servers()).toEqual(NEW.servers);
  });
  test("promoted, and another fails: it waits again, unless it was promoted in full", async () => {
    for (const full of [false, true]) {
      const { fleet } = await update(
        { failureAction: "pause", order: "start-first", maxFailureRatio: 0 },
        { ...first, "shop-web-r2-3": 3000 },
      );
      using releases = fleet.open();
      const decided = await releases.promote("shop", { why: "fine", full });
      expect(decided).toMatchObject(full ? { state: "live", release: 2 } : { state: "paused", step: "web/watch/2" });
    }
  });
  test("aborted while old ones are there: taken back", async () => {
    const { fleet } = await update({ failureAction: "pause", order: "start-first" }, firstBatch);
    using releases = fleet.open();
    expect(await releases.abort("shop", { why: "no" })).toMatchObject({ state: "reverted", release: 2 });
    expect(await stand(fleet)).toEqual(OLD);
  });
  test("aborted when old ones are gone: a rollback release", async () => {
    const { fleet } = await update({ failureAction: "pause", order: "start-first" }, oneOfEach);
    using releases = fleet.open();
    expect(await releases.abort("shop", { why: "no" })).toMatchObject({ state: "rolled-back", release: 2, by: 3, to: 1 });
    expect((await releases.status("shop")).drift).toEqual([]);
  });
});

test("aborted while a new one is waited for: that is nobody's failure", async () => {
  const fleet = createFleet();
  await fleet.deploy(threeReplicas("1", { failureAction: "continue" }));
  fleet.silent = ["shop-web-r2-1"];
  using releases = fleet.open();
  const outcome = await fleet.deploy(threeReplicas("2", { failureAction: "continue" }), (moment, { id }) => {
    if (moment === "intent" && id === "web/ready/1")
      releases.journal.append("shop", 2, { kind: "abort-requested", who: "ann@here", why: "wrong" });
  });
  expect(outcome).toMatchObject({ state: "reverted", because: { message: "ann@here aborted it: wrong" } });
  expect(releases.journal.has("shop", 2, "replica-failed")).toBe(false);
  expect(await stand(fleet)).toEqual(OLD);
});

describe("beside a strategy of its own", () => {
  test("update_config has no say, rollback_config has", async () => {
    const fleet = createFleet();
    await fleet.deploy(threeReplicas("1", {}));
    using releases = fleet.open();
    const next = threeReplicas(
      "2",
      {},
      { strategy: { name: "blue-green", preview: [], keepOld: parseDuration("0s") }, rollback: swarm({ parallelism: 3 }) },
    );
    const [forth, back] = [await releases.plan(next), await releases.plan(next, "rollback")];
    expect(forth).not.toHaveProperty("policies");
    expect(forth.steps.some(({ id }) => id.includes("watch"))).toBe(false);
    expect(back.steps.filter(({ id }) => id.includes("watch"))).toHaveLength(1);
  });
});

test("what a release that is not live cost is counted and told, of the failed one and of the rollback", async () => {
  const fleet = createFleet();
  const policy = { failureAction: "rollback", order: "start-first" } as const;
  await fleet.deploy(threeReplicas("1", policy));
  const { proxy } = fleet;
  const counters = proxy.counters.bind(proxy);
  let asked = 0;
  // Each reading finds 100 requests more, of which one had no answer.
  fleet.proxy.counters = async (name) => {
    const zero = await counters(name);
    asked += 1;
    return zero === undefined ? undefined : { ...zero, requests: 100 * asked, errors: asked };
  };
  fleet.deaths = firstBatch;
  const cost = { service: "web", measured: true, requests: 100, failed: 1 };
  expect(await fleet.deploy(threeReplicas("2", policy))).toMatchObject({ state: "reverted", reports: [cost] });
  fleet.deaths = { "shop-web-r3-2": 3000, "shop-web-r3-3": 3000 };
  expect(await fleet.deploy(threeReplicas("2", policy))).toMatchObject({ state: "rolled-back", reports: [cost, cost] });
  using releases = fleet.open();
  expect(releases.history("shop").map(({ report }) => report.length)).toEqual([1, 1, 1, 1]);
});

describe("beside services that are replaced whole", () => {
  const both = (version: string, update: Partial<UpdatePolicy> = { failureAction: "rollback" }): ReleaseManifest => {
    const manifest = threeReplicas(version, update);
    return { ...manifest, services: [...manifest.services, dbService(version)] };
  };
  const begin = async (): Promise<Fleet> => {
    const fleet = createFleet();
    await fleet.deploy(both("1"));
    return fleet;
  };
  const versions = async (fleet: Fleet): Promise<readonly string[]> => {
    const digests = await Promise.all(
      (await fleet.containers()).map(
        async (line) => (await fleet.engine.containers.inspect(line.split(" ")[0] ?? ""))?.image.split("@")[1],
      ),
    );
    return [
      ...new Set(
        digests.map(
          (digest) => ["1", "2"].find((one) => [webService(one), dbService(one)].some(({ image }) => image.digest === digest)) ?? "?",
        ),
      ),
    ];
  };

  test("they go together", async () => {
    const fleet = await begin();
    expect(await fleet.deploy(both("2"))).toMatchObject({ state: "live" });
    expect(await versions(fleet)).toEqual(["2"]);
  });
  test("the first batch fails: the others are taken back as well", async () => {
    const fleet = await begin();
    fleet.deaths = firstBatch;
    expect(await fleet.deploy(both("2"))).toMatchObject({ state: "reverted" });
    expect(await versions(fleet)).toEqual(["1"]);
    expect(fleet.servers()).toEqual(OLD.servers);
  });
  test("the second fails: the rollback release brings all of them back", async () => {
    const fleet = await begin();
    fleet.deaths = oneOfEach;
    expect(await fleet.deploy(both("2"))).toMatchObject({ state: "rolled-back" });
    expect(await versions(fleet)).toEqual(["1"]);
    using releases = fleet.open();
    expect((await releases.status("shop")).drift).toEqual([]);
  });
});

describe("the only container, which must stop first", () => {
  const held = (version: string): ReleaseManifest =>
    threeReplicas(
      version,
      { order: "stop-first", parallelism: 1, failureAction: "rollback", maxFailureRatio: 0 },
      { replicas: 1, hold: { seconds: 30, requests: 100 } },
    );
  test("its requests wait from before it leaves until the new one answers", async () => {
    const fleet = createFleet();
    await fleet.deploy(held("1"));
    const order: string[] = [];
    const seen: unknown[] = [];
    await fleet.deploy(held("2"), (moment, { id }) => {
      if (moment === "intent" && id.startsWith("web/")) order.push(id.slice(4));
      if (id === "web/start/1" && moment === "intent") seen.push(fleet.proxy.backends.get("shop.web")?.heldUntil);
    });
    expect(order.slice(0, 13)).toEqual([
      "create/1",
      "hold",
      "settle/1-1",
      "unlist/1-1",
      "retire/1-1",
      "start/1",
      "server/1",
      "ready/1",
      "gate/1",
      "move/1",
      "release",
      "watch/1",
      "remove/1-1",
    ]);
    expect(seen).toEqual([expect.any(Number)]);
    expect(fleet.proxy.backends.get("shop.web")?.heldUntil).toBeUndefined();
    expect(fleet.servers()).toEqual(["r2-1=100"]);
  });
  test("taken back, they wait until the old one serves again", async () => {
    const fleet = createFleet();
    await fleet.deploy(held("1"));
    fleet.deaths = { "shop-web-r2-1": 2000 };
    expect(await fleet.deploy(held("2"))).toMatchObject({ state: "reverted" });
    expect(fleet.proxy.backends.get("shop.web")?.heldUntil).toBeUndefined();
    expect(await stand(fleet)).toEqual({ containers: ["shop-web-r1-1 running"], servers: ["r1-1=100"] });
  });
});

describe.each(["start-first", "stop-first"] as const)("a worker that nobody reaches through the proxy, %s", (order) => {
  const worker = (version: string): ReleaseManifest => {
    const { services, ...rest } = threeReplicas(version, { order, failureAction: "rollback" });
    return { ...rest, services: services.map(({ route: _, ...service }) => service) };
  };
  const begin = async (): Promise<Fleet> => {
    const fleet = createFleet();
    await fleet.deploy(worker("1"));
    return fleet;
  };
  test("is replaced and watched in the same way", async () => {
    const fleet = await begin();
    expect(await fleet.deploy(worker("2"))).toMatchObject({ state: "live" });
    expect(await fleet.containers()).toEqual(NEW.containers);
  });
  test("and taken back, or rolled back", async () => {
    const fleet = await begin();
    fleet.deaths = firstBatch;
    expect(await fleet.deploy(worker("2"))).toMatchObject({ state: "reverted" });
    expect(await fleet.containers()).toEqual(OLD.containers);
    fleet.deaths = { "shop-web-r3-2": 3000, "shop-web-r3-3": 3000 };
    expect(await fleet.deploy(worker("2"))).toMatchObject({ state: "rolled-back" });
    using releases = fleet.open();
    expect((await releases.status("shop")).drift).toEqual([]);
  });
});

describe.each([
  ["start-first", 1, 3],
  ["start-first", 2, 3],
  ["start-first", 0, 3],
  ["stop-first", 1, 2],
  ["stop-first", 2, 1],
] as const)("at every moment of %s, parallelism %i, at least %i have traffic", (order, parallelism, least) => {
  test.each([
    ["nothing fails", {}, "live"],
    ["a later batch fails", { "shop-web-r2-3": 3000 }, parallelism === 0 ? "reverted" : "rolled-back"],
    ["the first fails", { "shop-web-r2-1": 3000 }, "reverted"],
  ] as const)("%s", async (_, deaths, state) => {
    const policy = { order, parallelism, failureAction: "rollback", maxFailureRatio: 0 } as const;
    const fleet = createFleet();
    await fleet.deploy(threeReplicas("1", policy));
    fleet.deaths = deaths;
    const seen: number[] = [];
    const outcome = await fleet.deploy(threeReplicas("2", policy), async () => {
      const running = new Set(
        (await fleet.containers()).flatMap((line) =>
          line.endsWith(" running") ? [line.slice("shop-web-".length, -" running".length)] : [],
        ),
      );
      const weighed = fleet.servers().flatMap((line) => (line.endsWith("=100") ? [line.slice(0, -"=100".length)] : []));
      // A container that ended by itself is nobody's plan.
      seen.push(weighed.filter((name) => running.has(name) || Object.hasOwn(deaths, `shop-web-${name}`)).length);
    });
    expect(outcome.state).toBe(state);
    expect(Math.min(...seen)).toBe(least);
  });
});

test("fewer replicas: what is too many leaves with the last batch; more: they come without one to replace", async () => {
  const fleet = createFleet();
  await fleet.deploy(threeReplicas("1", { order: "start-first" }));
  expect(await fleet.deploy(threeReplicas("2", { order: "start-first" }, { replicas: 1 }))).toMatchObject({ state: "live" });
  expect(await stand(fleet)).toEqual({ containers: ["shop-web-r2-1 running"], servers: ["r2-1=100"] });
  expect(await fleet.deploy(threeReplicas("3", { order: "stop-first" }))).toMatchObject({ state: "live" });
  expect(fleet.servers()).toEqual(["r3-1=100", "r3-2=100", "r3-3=100"]);
  expect(await fleet.containers()).toHaveLength(3);
});

test("stop-first: the batch leaves before its successors come, the others serve meanwhile", async () => {
  const fleet = createFleet();
  await fleet.deploy(threeReplicas("1", { order: "stop-first" }));
  const seen: string[] = [];
  await fleet.deploy(threeReplicas("2", { order: "stop-first" }), (moment, { id }) => {
    if (moment === "intent" && id === "web/start/1") seen.push(...fleet.servers());
  });
  expect(seen).toEqual(["r1-3=100"]);
});
