import { describe, expect, test } from "vitest";
import { SeaworthyError } from "../core/index.ts";
import { spread } from "../../test/support/extent.ts";
import type { StepHook } from "./interpreter.ts";
import { createFleet, type Deaths, type Fleet, threeReplicas } from "./test-data/fleet.ts";

/** At which of the moments the process dies, by default. */
const PLACES = 16;

type Policy = Parameters<typeof threeReplicas>[1];

const begin = async (policy: Policy, deaths: Deaths): Promise<Fleet> => {
  const fleet = createFleet();
  await fleet.deploy(threeReplicas("1", policy));
  fleet.deaths = deaths;
  return fleet;
};

/** Every moment of a deploy at which a process can die, in order: the releases that it makes after a failure are part of it. */
const momentsOf = async (policy: Policy, deaths: Deaths): Promise<readonly string[]> => {
  const fleet = await begin(policy, deaths);
  const moments: string[] = [];
  await fleet.deploy(threeReplicas("2", policy), (moment, { id }) => void moments.push(`${moment} ${id}`));
  return moments;
};

/** A killed process does nothing more: its next step never comes. */
const killedAt = async (fleet: Fleet, policy: Policy, at: number): Promise<void> => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  let seen = 0;
  const hook: StepHook = () => {
    if (seen++ !== at) return undefined;
    reach();
    return new Promise(() => undefined);
  };
  void fleet.deploy(threeReplicas("2", policy), hook);
  await reached;
};

/** Nothing of the dead is left over, three serve, and the status knows of no difference. */
const expectWhole = async (fleet: Fleet): Promise<void> => {
  using releases = fleet.open();
  const status = await releases.status("shop");
  expect(status.drift).toEqual([]);
  expect(status).not.toHaveProperty("unfinished");
  const containers = await fleet.containers();
  expect(containers).toHaveLength(3);
  expect(fleet.servers().map((one) => `shop-web-${one.replace("=100", "")} running`)).toEqual(containers);
  expect(await releases.resume("shop")).toBeUndefined();
  expect(releases.journal.firstBroken()).toBeUndefined();
};

describe.each(["start-first", "stop-first"] as const)("%s, killed anywhere, the next process converges", (order) => {
  test("while nothing fails: to the new release", { timeout: 300_000 }, async () => {
    const policy = { order, failureAction: "rollback" } as const;
    const moments = await momentsOf(policy, {});
    expect(moments.length).toBeGreaterThan(50);
    for (const at of spread([...moments.keys()], PLACES)) {
      const fleet = await begin(policy, {});
      await killedAt(fleet, policy, at);
      using releases = fleet.open();
      expect(await releases.resume("shop"), moments[at]).toMatchObject({ state: "live", release: 2 });
      await expectWhole(fleet);
    }
  });

  test("while the first batch fails and is taken back: to the old release", { timeout: 300_000 }, async () => {
    const policy = { order, failureAction: "rollback" } as const;
    const deaths = { "shop-web-r2-1": 3000, "shop-web-r2-2": 3000 };
    const moments = await momentsOf(policy, deaths);
    expect(moments.some((one) => one.startsWith("undone"))).toBe(true);
    for (const at of spread([...moments.keys()], PLACES)) {
      const fleet = await begin(policy, deaths);
      await killedAt(fleet, policy, at);
      using releases = fleet.open();
      expect(await releases.resume("shop"), moments[at]).toMatchObject({ state: "reverted", release: 2 });
      await expectWhole(fleet);
    }
  });

  test("while the second batch fails and a rollback release follows: to the old release", { timeout: 300_000 }, async () => {
    const policy = { order, failureAction: "rollback" } as const;
    const deaths = { "shop-web-r2-2": 3000, "shop-web-r2-3": 3000 };
    const moments = await momentsOf(policy, deaths);
    expect(moments.length).toBeGreaterThan(80);
    for (const at of spread([...moments.keys()], PLACES)) {
      const fleet = await begin(policy, deaths);
      await killedAt(fleet, policy, at);
      using releases = fleet.open();
      expect(await releases.resume("shop"), moments[at]).toMatchObject({ state: "rolled-back", release: 2, by: 3, to: 1 });
      await expectWhole(fleet);
    }
  });
});

test("dead between the end of the failed release and the beginning of its rollback: status says so, and the next process begins it", async () => {
  const policy = { order: "start-first", failureAction: "rollback" } as const;
  const fleet = await begin(policy, { "shop-web-r2-2": 3000, "shop-web-r2-3": 3000 });
  const gone = new SeaworthyError("ENGINE_UNREACHABLE", "the engine is gone");
  // The plan of the rollback begins by looking at what volumes there are.
  const hook: StepHook = (moment, { id }) => {
    if (moment === "intent" && id === "web/watch/2") fleet.engine.fail("volumes.list", gone, { times: 1 });
  };
  await expect(fleet.deploy(threeReplicas("2", policy), hook)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  using releases = fleet.open();
  expect(releases.journal.entries("shop").at(-1)).toMatchObject({ kind: "finished", outcome: "failed", rollbackTo: 1 });
  expect((await releases.status("shop")).drift[0]).toBe("r2 failed, and r1 has still to be brought back: seaworthy deploy --resume");
  expect(await releases.resume("shop")).toMatchObject({ state: "rolled-back", release: 2, by: 3, to: 1 });
  await expectWhole(fleet);
});

test("a deploy after such a death brings the old release back first", async () => {
  const policy = { order: "start-first", failureAction: "rollback" } as const;
  const fleet = await begin(policy, { "shop-web-r2-2": 3000, "shop-web-r2-3": 3000 });
  const hook: StepHook = (moment, { id }) => {
    if (moment === "intent" && id === "web/watch/2")
      fleet.engine.fail("volumes.list", new SeaworthyError("ENGINE_UNREACHABLE", "the engine is gone"), { times: 1 });
  };
  await expect(fleet.deploy(threeReplicas("2", policy), hook)).rejects.toThrow();
  expect(await fleet.deploy(threeReplicas("3", policy))).toMatchObject({ state: "live", release: 4 });
  await expectWhole(fleet);
});

test("a rollback that followed a failure by itself is not aborted: what was before it was no whole release", async () => {
  const policy = { order: "start-first", failureAction: "rollback" } as const;
  const fleet = await begin(policy, { "shop-web-r2-2": 3000, "shop-web-r2-3": 3000 });
  const dead = Promise.withResolvers<void>();
  let starts = 0;
  void fleet.deploy(threeReplicas("2", policy), (moment, { id }) => {
    if (moment !== "done" || id !== "web/start/1") return;
    starts += 1;
    if (starts !== 2) return;
    dead.resolve();
    return new Promise(() => undefined);
  });
  await dead.promise;
  using releases = fleet.open();
  await expect(releases.abort("shop", { why: "" })).rejects.toMatchObject({
    code: "USAGE",
    message: "r3 of shop brings r1 back because r2 failed: there is nothing whole to go back to",
  });
  expect(await releases.resume("shop")).toMatchObject({ state: "rolled-back", release: 2, by: 3, to: 1 });
  await expectWhole(fleet);
});
