import { expect, test } from "vitest";
import { dbService, manifestOf, webService } from "./test-data/manifests.ts";
import { createFleet, type Fleet } from "./test-data/fleet.ts";

const v1 = manifestOf("1.0.0", [webService("1", { replicas: 2 }), dbService("1")]);
const v2 = manifestOf("2.0.0", [webService("2", { replicas: 2 }), dbService("1")]);

/** Release r2 is live, r1 was before it. */
const serving = async (): Promise<Fleet> => {
  const fleet = createFleet();
  expect((await fleet.deploy(v1)).state).toBe("live");
  expect((await fleet.deploy(v2)).state).toBe("live");
  return fleet;
};

const harm = async ({ engine, proxy }: Fleet): Promise<void> => {
  await engine.containers.remove("shop-web-r2-1");
  await engine.containers.stop("shop-db-r1-1", 1);
  await engine.networks.disconnect("shop_default", "shop-web-r2-2");
  await proxy.updateServers("shop.web", (servers) =>
    servers.flatMap((one, at) => (at === 0 ? [one, { ...one, name: "r9-9", address: "10.209.0.99" }] : [one])),
  );
};

const whole = async (fleet: Fleet, release: number): Promise<void> => {
  using releases = fleet.open();
  expect(await releases.status("shop")).toMatchObject({ drift: [], live: { release, version: "2.0.0" } });
  expect(await fleet.containers()).toEqual(["shop-db-r1-1 running", "shop-web-r2-2 running", `shop-web-r${release}-1 running`]);
  expect(fleet.servers()).toEqual(["r2-2=100", `r${release}-1=100`]);
};

test("a repair is an entry of the history with the same manifest, to which nobody goes back", async () => {
  const fleet = await serving();
  await harm(fleet);
  using releases = fleet.open();
  const repaired = await releases.reconcile("shop", { why: "it was broken" });
  expect(repaired?.outcome).toMatchObject({ state: "live", release: 3 });
  await whole(fleet, 3);
  expect(releases.history("shop").map(({ release, repairs, why, version }) => [release, repairs, why, version])).toEqual([
    [3, 2, "it was broken", "2.0.0"],
    [2, undefined, "test", "2.0.0"],
    [1, undefined, "test", "1.0.0"],
  ]);
  expect(await releases.reconcile("shop")).toBeUndefined();
  expect(
    releases.rollbackTarget("shop", undefined, { releases: 1, forMs: 0 }),
    "the repair takes no place among those that are kept",
  ).toMatchObject({
    release: 1,
  });
  expect((await fleet.deploy(v1)).state).toBe("live");
  expect(await releases.reconcile("shop")).toBeUndefined();
});

test("a repair of a repair names the release that was deployed", async () => {
  const fleet = await serving();
  for (const number of [3, 4]) {
    await fleet.engine.containers.remove(number === 3 ? "shop-web-r2-1" : "shop-web-r3-1");
    using releases = fleet.open();
    expect((await releases.reconcile("shop"))?.outcome).toMatchObject({ release: number });
    expect(releases.history("shop")[0]).toMatchObject({ repairs: 2 });
  }
});

test("killed at each step, before it and after it: resumed, all is as it should be", async () => {
  const first = await serving();
  await harm(first);
  using planning = first.open();
  const { plan } = await planning.repair("shop");
  expect(plan.steps.length).toBeGreaterThan(8);
  for (const { id } of plan.steps)
    for (const moment of ["intent", "done"] as const) {
      const fleet = await serving();
      await harm(fleet);
      const died = new AbortController();
      const killed = fleet.open().reconcile("shop", {
        signal: died.signal,
        hook: (at, step) => {
          if (at !== moment || step.id !== id) return;
          died.abort(new Error("killed"));
          throw new Error("killed");
        },
      });
      await expect(killed, `${moment} ${id}`).rejects.toThrow("killed");
      using releases = fleet.open();
      await expect(releases.reconcile("shop"), "an unfinished one is resumed first").rejects.toMatchObject({ code: "STATE_NEEDS_PERSON" });
      await expect(releases.repair("shop")).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON" });
      expect((await releases.resume("shop"))?.state).toBe("live");
      await whole(fleet, 3);
    }
});

test("a repair whose container never answers is taken back, and what serves goes on", async () => {
  const fleet = await serving();
  await fleet.engine.containers.remove("shop-web-r2-1");
  fleet.silent = ["shop-web-r3-1"];
  using releases = fleet.open();
  expect((await releases.reconcile("shop"))?.outcome).toMatchObject({ state: "reverted", release: 3 });
  expect(await fleet.containers()).toEqual(["shop-db-r1-1 running", "shop-web-r2-2 running"]);
  expect((await releases.status("shop")).live).toMatchObject({ release: 2 });
});

test("where nothing is live there is nothing to compare with", async () => {
  using releases = createFleet().open();
  await expect(releases.reconcile("shop")).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
});
