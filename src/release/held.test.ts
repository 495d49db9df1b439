import { expect, test } from "vitest";
import type { VerifiedDigest } from "../core/index.ts";
import type { StepHook } from "./interpreter.ts";
import { backendName } from "./manifest.ts";
import { createFleet, type Fleet } from "./test-data/fleet.ts";
import { manifestOf, plainSpec, webService } from "./test-data/manifests.ts";

/** One container that alone may write to its volume. */
const single = (version: string) =>
  manifestOf(`${version}.0.0`, [
    webService(version, {
      spec: { ...plainSpec, mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }] },
      hold: { seconds: 30, requests: 10 },
    }),
  ]);

const serving = async (): Promise<Fleet> => {
  const fleet = createFleet();
  expect((await fleet.deploy(single("1"))).state).toBe("live");
  return fleet;
};
const declared = (fleet: Fleet) => fleet.proxy.declared(backendName("shop", "web"));
const runningNow = async (fleet: Fleet): Promise<number> => (await fleet.containers()).filter((line) => line.endsWith("running")).length;

/** Notes every moment with two containers, or with nobody who answers while nobody waits. A hook that throws would only turn the rollout back. */
const watching =
  (fleet: Fleet, wrong: string[], then: StepHook = () => undefined): StepHook =>
  async (moment, step) => {
    const count = await runningNow(fleet);
    if (count > 1) wrong.push(`${moment} ${step.id}: ${count} run`);
    const answers = (declared(fleet)?.servers ?? []).some(({ weight }) => weight > 0);
    if (!answers && declared(fleet)?.heldUntil === undefined) wrong.push(`${moment} ${step.id}: nobody answers and nobody waits`);
    await then(moment, step);
  };

const whole = async (fleet: Fleet, version: string, release: number): Promise<void> => {
  using releases = fleet.open();
  expect(await releases.status("shop")).toMatchObject({ drift: [], live: { version } });
  expect(await fleet.containers()).toEqual([`shop-web-r${release}-1 running`]);
  expect(fleet.servers()).toEqual([`r${release}-1=100`]);
  expect(declared(fleet)).not.toHaveProperty("heldUntil");
};

test("at every moment of the replacement somebody answers or requests wait, and never do two containers run", async () => {
  const fleet = await serving();
  const wrong: string[] = [];
  const outcome = await fleet.deploy(single("2"), watching(fleet, wrong));
  expect(wrong).toEqual([]);
  expect(outcome).toMatchObject({ state: "live", reports: [{ service: "web", measured: true, held: { requests: 0 } }] });
  await whole(fleet, "2.0.0", 2);
});

test("taken back, the same, and the old one serves", async () => {
  const fleet = await serving();
  fleet.silent = ["shop-web-r2-1"];
  const wrong: string[] = [];
  expect((await fleet.deploy(single("2"), watching(fleet, wrong))).state).toBe("reverted");
  expect(wrong).toEqual([]);
  await whole(fleet, "1.0.0", 1);
});

test("killed at each step, before it and after it: resumed, it holds again and lets go", async () => {
  const first = await serving();
  const steps: string[] = [];
  await first.deploy(single("2"), (moment, { id }) => {
    if (moment === "done") steps.push(id);
  });
  expect(steps).toEqual(expect.arrayContaining(["web/hold", "web/settle/1-1", "web/release"]));
  for (const id of steps)
    for (const at of ["intent", "done"] as const) {
      const fleet = await serving();
      const wrong: string[] = [];
      const died = new AbortController();
      using dying = fleet.open();
      const manifest = single("2");
      const verified = manifest.services.map(({ image }) => ({ digest: image.digest }) as VerifiedDigest);
      const hook = watching(fleet, wrong, (moment, step) => {
        if (moment !== at || step.id !== id) return;
        died.abort(new Error("killed"));
        throw new Error("killed");
      });
      await dying.deploy(manifest, { why: "", verified, evidence: [], signal: died.signal, hook }).catch(() => undefined);
      using releases = fleet.open();
      expect(releases.history("shop")[0]?.outcome, `${at} ${id}`).toBe("unfinished");
      expect((await releases.resume("shop", { hook: watching(fleet, wrong) }))?.state).toBe("live");
      expect(wrong).toEqual([]);
      await whole(fleet, "2.0.0", 2);
    }
});
