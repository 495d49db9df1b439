import { expect, test } from "vitest";
import type { Clock, Duration } from "../../core/index.ts";
import type { StagedStrategy } from "../../project/index.ts";
import { createFleet, type Fleet } from "../test-data/fleet.ts";
import { manifestOf, webService } from "../test-data/manifests.ts";
import { goOnWhenDue } from "./due.ts";

const shop = (version: string, autoPromote?: Duration) => {
  const strategy: StagedStrategy = {
    name: "blue-green",
    preview: [],
    keepOld: 0 as Duration,
    ...(autoPromote === undefined ? {} : { autoPromote }),
  };
  return manifestOf(`${version}.0.0`, [webService(version, { strategy })]);
};

/** What the watcher says in so many looks, fifteen seconds apart. */
const watched = async (fleet: Fleet, looks: number): Promise<readonly string[]> => {
  using releases = fleet.open();
  const stopping = new AbortController();
  const said: string[] = [];
  let looked = 0;
  const clock: Clock = {
    ...fleet.clock,
    sleep: async (ms) => {
      await fleet.clock.sleep(ms);
      looked += 1;
      if (looked === looks) stopping.abort();
    },
  };
  await goOnWhenDue(
    {
      journal: releases.journal,
      clock,
      goOn: (project) => releases.resume(project),
      say: (project, words) => said.push(`${project}: ${words}`),
    },
    stopping.signal,
  );
  return said;
};

test("a pause that is over goes on where the process that waited has died, and not before", async () => {
  const fleet = createFleet();
  await fleet.deploy(shop("1"));
  const { promise: paused, resolve: reach } = Promise.withResolvers<void>();
  void fleet.deploy(shop("2", 60_000 as Duration), (moment) => {
    if (moment !== "paused") return undefined;
    reach();
    return new Promise(() => undefined);
  });
  await paused;
  expect(await watched(fleet, 2)).toEqual([]);
  expect(fleet.servers()).toEqual(["r1-1=100", "r2-1=0"]);
  expect(await watched(fleet, 6)).toEqual(["shop: r2 went on, as its time to wait was over: live"]);
  expect(fleet.servers()).toEqual(["r2-1=100"]);
});

test("what waits for somebody's word goes on waiting", async () => {
  const fleet = createFleet();
  await fleet.deploy(shop("1"));
  expect(await fleet.deploy(shop("2"))).toMatchObject({ state: "paused" });
  expect(await watched(fleet, 1000)).toEqual([]);
  expect(fleet.servers()).toEqual(["r1-1=100", "r2-1=0"]);
});

test("what cannot go on is said once", async () => {
  const fleet = createFleet();
  await fleet.deploy(shop("1"));
  void fleet.deploy(shop("2", 1000 as Duration), (moment) => (moment === "paused" ? new Promise(() => undefined) : undefined));
  using releases = fleet.open();
  while (!releases.journal.has("shop", 2, "paused")) await new Promise((resolve) => setTimeout(resolve, 5));
  await fleet.clock.sleep(5000);
  fleet.proxy.updateServers = async () => {
    throw new Error("the disk is full");
  };
  const said = await watched(fleet, 10);
  expect(said.length).toBeLessThanOrEqual(2);
  expect(said[0]).toMatch(/^shop: r2 /);
});
