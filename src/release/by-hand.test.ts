import { expect, test } from "vitest";
import { createFleet } from "./test-data/fleet.ts";
import { manifestOf, webService } from "./test-data/manifests.ts";

const live = async () => {
  const fleet = createFleet();
  expect(await fleet.deploy(manifestOf("1.0.0", [webService("1")]))).toMatchObject({ state: "live" });
  return fleet;
};

test("a service is closed and opened once each, whatever is deployed meanwhile; status and history say who, when and why", async () => {
  const fleet = await live();
  using releases = fleet.open();
  expect(await releases.sayByHand("shop", "web", { word: "closed" }, "new disks")).toMatchObject({ changed: true });
  expect(await releases.sayByHand("shop", "web", { word: "closed" }, "again"), "nothing to do").toMatchObject({ changed: false });
  await fleet.deploy(manifestOf("2.0.0", [webService("2")]));
  const { services, drift } = await releases.status("shop");
  expect(services.find(({ service }) => service === "web")).toMatchObject({
    closed: { why: "new disks", who: expect.stringMatching(/./) },
  });
  expect(drift).toEqual([]);
  expect(await releases.sayByHand("shop", "web", { word: "opened" }, "")).toMatchObject({ changed: true });
  expect((await releases.status("shop")).services[0]).not.toHaveProperty("closed");
  expect(
    releases.history("shop").map(({ release, interventions = [] }) => [release, interventions.map(({ word, why }) => `${word} ${why}`)]),
  ).toEqual([
    [2, ["opened "]],
    [1, ["closed new disks"]],
  ]);
  expect(releases.journal.firstBroken()).toBeUndefined();
});

test("a pause says until when, is no drift, and is taken back; both words stand beside each other", async () => {
  const fleet = await live();
  using releases = fleet.open();
  const said = await releases.sayByHand("shop", "web", { word: "paused", forMs: 30_000 }, "failover");
  expect(said.untilAt).toBe(fleet.clock.now() + 30_000);
  const byHand = () => fleet.proxy.backends.get("shop.web")?.byHand;
  expect(byHand()?.paused).toMatchObject({ requests: 1000, why: "failover" });
  await releases.sayByHand("shop", "web", { word: "closed" }, "");
  expect((await releases.status("shop")).drift).toEqual([]);
  await releases.sayByHand("shop", "web", { word: "resumed" }, "");
  expect(Object.keys(byHand() ?? {})).toEqual(["closed"]);
  await releases.sayByHand("shop", "web", { word: "opened" }, "");
  expect(byHand()).toBeUndefined();
});

test.each([
  ["a service that is not behind the proxy", "nobody", { word: "closed" }, "INPUT_NOT_FOUND"],
  ["a pause longer than a request can wait", "web", { word: "paused", forMs: 60_000 }, "USAGE"],
  ["a pause of nothing", "web", { word: "paused", forMs: 0 }, "USAGE"],
] as const)("%s is refused, and not written down", async (_what, service, request, code) => {
  const fleet = await live();
  using releases = fleet.open();
  await expect(releases.sayByHand("shop", service, request, "")).rejects.toMatchObject({ code });
  expect(releases.history("shop")[0]).not.toHaveProperty("interventions");
});

test("nothing live has no traffic", () => {
  const fleet = createFleet();
  using releases = fleet.open();
  expect(() => releases.behindProxy("shop", [])).toThrow(expect.objectContaining({ code: "INPUT_NOT_FOUND" }));
});
