import { describe, expect, test } from "vitest";
import { parseDuration, type VerifiedDigest } from "../core/index.ts";
import type { ReleaseManifest } from "./manifest.ts";
import { createFleet, type Fleet } from "./test-data/fleet.ts";
import { manifestOf, webService } from "./test-data/manifests.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const PREVIEW = ["preview.shop.localhost"];

const blueGreen = (version: string): ReleaseManifest =>
  manifestOf(`${version}.0.0`, [
    webService(version, {
      strategy: { name: "blue-green", autoPromote: parseDuration("10m"), keepOld: parseDuration("5m"), preview: PREVIEW },
    }),
  ]);

const withJob = (version: string, timeoutMs: number): ReleaseManifest =>
  manifestOf(`${version}.0.0`, [
    webService(version, { jobs: [{ name: "migrate", command: ["migrate"], when: "before-traffic", timeoutMs }] }),
  ]);

/** From now on, whose clock is set by so many hours a little later. */
const serving = async (
  first: ReleaseManifest,
  hours: number,
  afterMs: number,
): Promise<{ readonly fleet: Fleet; readonly took: () => number }> => {
  const fleet = createFleet();
  expect(await fleet.deploy(first)).toMatchObject({ state: "live" });
  const begun = fleet.clock.elapsed();
  fleet.jumps = [{ afterMs: begun + afterMs, byMs: hours * HOUR }];
  return { fleet, took: () => fleet.clock.elapsed() - begun };
};

describe.each([3, -3])("the wall clock is set by %i hours", (hours) => {
  test("while a release is looked at and while the old one is kept: each takes its time", async () => {
    const { fleet, took } = await serving(blueGreen("1"), hours, MINUTE);
    fleet.jumps = [...fleet.jumps, { afterMs: fleet.clock.elapsed() + 12 * MINUTE, byMs: hours * HOUR }];
    expect(await fleet.deploy(blueGreen("2"))).toMatchObject({ state: "live" });
    expect(took()).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(took()).toBeLessThan(16 * MINUTE);
  });

  test("when the actor that waited is dead: the next one waits for what is left", async () => {
    const { fleet, took } = await serving(blueGreen("1"), hours, MINUTE);
    const dead = Promise.withResolvers<void>();
    void fleet.deploy(blueGreen("2"), (moment) => {
      if (moment !== "paused") return;
      dead.resolve();
      return new Promise(() => undefined);
    });
    await dead.promise;
    await fleet.clock.sleep(4 * MINUTE);
    using releases = fleet.open();
    expect(releases.waiting("shop")).toMatchObject({ release: 2 });
    const verified = blueGreen("3").services.map(({ image }) => ({ digest: image.digest }) as VerifiedDigest);
    await expect(releases.deploy(blueGreen("3"), { why: "", verified, evidence: [] })).rejects.toMatchObject({ code: "PAUSED" });
    expect(await releases.resume("shop")).toMatchObject({ state: "live", release: 2 });
    expect(took()).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(took()).toBeLessThan(16 * MINUTE);
  });

  test("while a job runs: its deadline is as far away as before", async () => {
    const { fleet } = await serving(manifestOf("1.0.0", [webService("1")]), hours, 1500);
    fleet.ends = { "shop-web-r2-job-migrate": { afterMs: 30_000 } };
    expect(await fleet.deploy(withJob("2", MINUTE))).toMatchObject({ state: "live" });
    const { fleet: other, took } = await serving(manifestOf("1.0.0", [webService("1")]), hours, 1500);
    expect(await other.deploy(withJob("2", MINUTE))).toMatchObject({
      state: "reverted",
      because: { message: "the job shop-web-r2-job-migrate did not end within 60 s and was stopped" },
    });
    expect(took()).toBeGreaterThan(MINUTE);
    expect(took()).toBeLessThan(2 * MINUTE);
  });

  test("while a container that never answers is waited for: its deadline is as far away as before", async () => {
    const manifest = (version: string) => manifestOf(`${version}.0.0`, [webService(version, { readyMs: 30_000 })]);
    const { fleet, took } = await serving(manifest("1"), hours, 1500);
    fleet.silent = ["shop-web-r2-1"];
    expect(await fleet.deploy(manifest("2"))).toMatchObject({ state: "reverted" });
    expect(took()).toBeGreaterThan(30_000);
    expect(took()).toBeLessThan(45_000);
  });
});
