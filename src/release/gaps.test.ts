import { expect, test } from "vitest";
import { gapsOf, type Gap } from "./gaps.ts";
import { createFleet } from "./test-data/fleet.ts";
import { dbService, manifestOf, plainSpec, webService } from "./test-data/manifests.ts";

const gapsAfter = async (...services: readonly ((version: string) => ReturnType<typeof webService>)[]): Promise<readonly Gap[]> => {
  const fleet = createFleet();
  const release = (version: string) =>
    manifestOf(
      `${version}.0.0`,
      services.map((service) => service(version)),
    );
  expect(await fleet.deploy(release("1"))).toMatchObject({ state: "live" });
  expect(await fleet.deploy(release("2"))).toMatchObject({ state: "live", release: 2 });
  using releases = fleet.open();
  const entries = releases.journal.entries("shop", 2);
  const plan = entries.find((one) => one.kind === "release")?.plan;
  return plan === undefined ? [] : gapsOf(plan, entries);
};

test("a service that stops first, and behind which nobody waits: from its stop until it is ready", async () => {
  const [gap, ...others] = await gapsAfter(dbService);
  expect(others).toEqual([]);
  expect(gap).toMatchObject({ service: "db", why: expect.stringContaining("volume") });
  // A container without a health check counts once it stayed up for a second.
  expect(gap?.ms).toBeGreaterThanOrEqual(1000);
  expect(gap?.ms).toBeLessThan(5000);
});

test("none where the two overlap, and none where requests wait", async () => {
  expect(await gapsAfter(webService)).toEqual([]);
  const spec = { ...plainSpec, mounts: [{ type: "volume" as const, volume: "data", target: "/data", readOnly: false }] };
  expect(await gapsAfter((version) => webService(version, { spec, hold: { seconds: 30, requests: 10 } }))).toEqual([]);
});
