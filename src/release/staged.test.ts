import { describe, expect, test } from "vitest";
import type { Duration } from "../core/index.ts";
import type { StagedStrategy } from "../project/index.ts";
import { spread } from "../../test/support/extent.ts";
import type { StepHook } from "./interpreter.ts";
import type { ReleaseManifest } from "./manifest.ts";
import { createFleet, type Fleet } from "./test-data/fleet.ts";
import { manifestOf, webService } from "./test-data/manifests.ts";

const minute = 60_000 as Duration;
const preview = ["preview.shop.localhost"];
const blueGreen = (changes: { readonly autoPromote?: Duration; readonly keepOld?: Duration } = {}): StagedStrategy => ({
  name: "blue-green",
  preview,
  keepOld: 0 as Duration,
  ...changes,
});
const analysis = { for: minute, requests: 100, errors: 0.01, p95: 1.5 };
const canary: StagedStrategy = {
  name: "canary",
  preview,
  steps: [
    { weight: 10, analysis },
    { weight: 50, pause: minute },
  ],
};

const shop = (version: string, strategy: StagedStrategy): ReleaseManifest =>
  manifestOf(`${version}.0.0`, [webService(version, { replicas: 2, strategy })]);

/** At which of the moments the process dies, by default. */
const PLACES = 16;

const OLD = { containers: ["shop-web-r1-1 running", "shop-web-r1-2 running"], servers: ["r1-1=100", "r1-2=100"] };
const NEW = { containers: ["shop-web-r2-1 running", "shop-web-r2-2 running"], servers: ["r2-1=100", "r2-2=100"] };
const BOTH = [...OLD.containers, ...NEW.containers];

const picture = async (fleet: Fleet) => ({ containers: await fleet.containers(), servers: fleet.servers() });
const steering = (fleet: Fleet): number | undefined => fleet.proxy.backends.get("shop.web")?.steering?.share;
const nextServers = (fleet: Fleet): readonly string[] =>
  (fleet.proxy.backends.get("shop.web:next")?.servers ?? []).map(({ name, weight }) => `${name}=${weight}`);

const serving = async (strategy: StagedStrategy): Promise<Fleet> => {
  const fleet = createFleet();
  expect(await fleet.deploy(shop("1", strategy))).toMatchObject({ state: "live", release: 1 });
  return fleet;
};

/** So many requests in a second, of which these parts fail on either side, and this long they take on the new one. */
const traffic = (fleet: Fleet, { perSecond = 100, failing = 0, nextMs = 30, log = true } = {}): void => {
  const requestsOf = (part: number): number => Math.floor((fleet.clock.elapsed() / 1000) * perSecond * part);
  const side = (part: number, failed: number) => ({ requests: requestsOf(part), errors: Math.floor(requestsOf(part) * failed) });
  const share = (): number => (steering(fleet) ?? 0) / 10_000;
  fleet.proxy.counted = () => ({ stable: side(1 - share(), 0), next: side(share(), failing) });
  const timed = () => ({
    stable: { answers: requestsOf(1 - share()), p95Ms: 30 },
    next: { answers: requestsOf(share()), p95Ms: nextMs },
  });
  fleet.proxy.timed = log ? timed : undefined;
};

/** Whole and decided: nothing is under way, nothing steered, nothing beside what serves. */
const expectWhole = async (fleet: Fleet, wanted: typeof OLD): Promise<void> => {
  expect(await picture(fleet)).toEqual(wanted);
  expect(steering(fleet)).toBeUndefined();
  expect(nextServers(fleet)).toEqual([]);
  using releases = fleet.open();
  const status = await releases.status("shop");
  expect(status.drift).toEqual([]);
  expect(status).not.toHaveProperty("unfinished");
  expect(releases.journal.firstBroken()).toBeUndefined();
};

describe("blue-green", () => {
  test("stands beside what serves until somebody promotes it; then everybody goes over", async () => {
    const fleet = await serving(blueGreen());
    const outcome = await fleet.deploy(shop("2", blueGreen()));
    expect(outcome).toMatchObject({ state: "paused", release: 2, step: "web/promotion", because: { code: "PAUSED", exit: 5 } });
    expect(await picture(fleet)).toEqual({ containers: BOTH, servers: ["r1-1=100", "r1-2=100", "r2-1=0", "r2-2=0"] });
    expect(steering(fleet)).toBe(0);
    expect(nextServers(fleet)).toEqual(["r2-1=100", "r2-2=100"]);
    using releases = fleet.open();
    const status = await releases.status("shop");
    expect(status).toMatchObject({
      live: { release: 1 },
      unfinished: { release: 2, paused: { step: "web/promotion", because: expect.stringContaining("preview.shop.localhost") } },
      drift: [],
      holders: {},
    });
    await expect(fleet.deploy(shop("3", blueGreen()))).rejects.toMatchObject({
      code: "PAUSED",
      exit: 5,
      hint: expect.stringMatching(/seaworthy promote.*seaworthy abort/),
    });
    expect(await releases.resume("shop"), "going on is nobody's decision").toMatchObject({ state: "paused" });
    expect(await releases.promote("shop", { why: "looks good" })).toMatchObject({ state: "live", release: 2 });
    await expectWhole(fleet, NEW);
    expect(releases.history("shop")[0]).toMatchObject({
      decisions: [{ word: "promoted", step: "web/promotion", who: "test@here", because: "looks good" }],
    });
  });

  test("aborted, leaves what served as it was", async () => {
    const fleet = await serving(blueGreen());
    await fleet.deploy(shop("2", blueGreen()));
    using releases = fleet.open();
    expect(await releases.abort("shop", { why: "the logo is wrong" })).toMatchObject({
      state: "reverted",
      because: { message: "test@here aborted it: the logo is wrong" },
    });
    await expectWhole(fleet, OLD);
    await expect(releases.abort("shop", { why: "" })).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
    await expect(releases.promote("shop", { why: "" })).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
    await expectWhole(fleet, OLD);
  });

  test("promotes itself after its time, and keeps the old ones running for theirs", async () => {
    const strategy = blueGreen({ autoPromote: (10 * minute) as Duration, keepOld: (5 * minute) as Duration });
    const fleet = await serving(strategy);
    const begun = fleet.clock.elapsed();
    const seen: Record<string, unknown> = {};
    const outcome = await fleet.deploy(shop("2", strategy), async (moment, { id }) => {
      if (moment === "paused") seen[id] = { ...(await picture(fleet)), steering: steering(fleet) };
    });
    expect(outcome).toMatchObject({ state: "live" });
    expect(fleet.clock.elapsed() - begun).toBeGreaterThanOrEqual(15 * minute);
    expect(seen).toEqual({
      "web/promotion": { containers: BOTH, servers: ["r1-1=100", "r1-2=100", "r2-1=0", "r2-2=0"], steering: 0 },
      "web/keep": { containers: BOTH, servers: ["r1-1=0", "r1-2=0", "r2-1=100", "r2-2=100"], steering: undefined },
    });
    await expectWhole(fleet, NEW);
  });

  test("goes back in one change while the old ones still run, also when another process waits for their time to pass", async () => {
    const strategy = blueGreen({ autoPromote: minute, keepOld: minute });
    const fleet = await serving(strategy);
    let started: readonly string[] = [];
    const outcome = await fleet.deploy(shop("2", strategy), async (moment, { id }) => {
      if (moment !== "paused" || id !== "web/keep") return;
      started = await fleet.containers();
      // The word of another process: this one holds the leases.
      using releases = fleet.open();
      releases.journal.append("shop", 2, { kind: "abort-requested", who: "ann@there", why: "errors" });
    });
    expect(outcome).toMatchObject({ state: "reverted", because: { message: "ann@there aborted it: errors" } });
    expect(started).toEqual(BOTH);
    await expectWhole(fleet, OLD);
  });

  test("a word of another process lets it go on before its time", async () => {
    const strategy = blueGreen({ autoPromote: (60 * minute) as Duration });
    const fleet = await serving(strategy);
    const outcome = await fleet.deploy(shop("2", strategy), async (moment, { id }) => {
      if (moment !== "paused") return;
      using releases = fleet.open();
      releases.journal.append("shop", 2, { kind: "promoted", step: id, who: "ann@there", why: "" });
    });
    expect(outcome).toMatchObject({ state: "live" });
    expect(fleet.clock.elapsed()).toBeLessThan(10 * minute);
  });

  test("the way back to an earlier release is not looked at for minutes first", async () => {
    const fleet = await serving(blueGreen());
    await fleet.deploy(shop("2", blueGreen()));
    using releases = fleet.open();
    await releases.promote("shop", { why: "" });
    const plan = await releases.plan(shop("1", blueGreen()), "rollback");
    expect(plan.steps.some(({ action }) => action.do === "pause")).toBe(false);
  });
});

describe("canary", () => {
  test("goes from weight to weight while it is no worse, and says what it found", async () => {
    const fleet = await serving(canary);
    traffic(fleet);
    const weights: (number | undefined)[] = [];
    const outcome = await fleet.deploy(shop("2", canary), (moment, { action }) => {
      if (moment === "done" && (action.do === "steer" || action.do === "end-steering")) weights.push(steering(fleet));
    });
    expect(outcome).toMatchObject({ state: "live" });
    expect(weights).toEqual([1000, 5000, undefined]);
    await expectWhole(fleet, NEW);
    using releases = fleet.open();
    expect(releases.history("shop")[0]?.decisions).toMatchObject([
      { word: "good", step: "web/analyse/10", because: expect.stringContaining("0 of ") },
    ]);
  });

  test("that fails requests is taken back as soon as that is plain", async () => {
    const fleet = await serving(canary);
    traffic(fleet, { failing: 0.5 });
    const begun = fleet.clock.elapsed();
    const outcome = await fleet.deploy(shop("2", canary));
    expect(outcome).toMatchObject({
      state: "reverted",
      because: { message: expect.stringContaining("requests to the new release failed") },
    });
    expect(fleet.clock.elapsed() - begun).toBeLessThan(10_000);
    await expectWhole(fleet, OLD);
  });

  test("that is slower is taken back", async () => {
    const fleet = await serving(canary);
    traffic(fleet, { nextMs: 300 });
    expect(await fleet.deploy(shop("2", canary))).toMatchObject({
      state: "reverted",
      because: { message: expect.stringContaining("slower than 1.5 times the stable one") },
    });
    await expectWhole(fleet, OLD);
  });

  test("with three requests a minute is inconclusive: it waits, is never promoted by itself, and somebody decides", async () => {
    const fleet = await serving(canary);
    traffic(fleet, { perSecond: 3 / 60 });
    expect(await fleet.deploy(shop("2", canary))).toMatchObject({
      state: "paused",
      step: "web/analyse/10",
      because: { message: expect.stringContaining("inconclusive: a verdict needs 100 requests") },
    });
    expect(steering(fleet)).toBe(1000);
    using releases = fleet.open();
    expect(await releases.resume("shop")).toMatchObject({ state: "paused", step: "web/analyse/10" });
    expect(await releases.promote("shop", { why: "watched it" })).toMatchObject({ state: "live" });
    await expectWhole(fleet, NEW);
  });

  test("without an access log is inconclusive, however many requests went well, and taken back all the same when they fail", async () => {
    const fleet = await serving(canary);
    traffic(fleet, { log: false });
    expect(await fleet.deploy(shop("2", canary))).toMatchObject({
      state: "paused",
      step: "web/analyse/10",
      because: { message: expect.stringContaining("HAProxy's access log has 0 of") },
    });
    using releases = fleet.open();
    expect(await releases.abort("shop", { why: "" })).toMatchObject({ state: "reverted" });
    traffic(fleet, { log: false, failing: 0.5 });
    expect(await fleet.deploy(shop("3", canary))).toMatchObject({ state: "reverted" });
    await expectWhole(fleet, OLD);
  });

  test("is compared anew when HAProxy counts anew, and paused when it says nothing at all", async () => {
    const fleet = await serving(canary);
    traffic(fleet);
    const counted = fleet.proxy.counted;
    const begun = fleet.clock.elapsed();
    // A restart of HAProxy half a minute into the first analysis.
    fleet.proxy.counted = () => ({ ...counted(), worker: fleet.clock.elapsed() - begun < 30_000 ? "1" : "2" });
    const analysed: number[] = [];
    const outcome = await fleet.deploy(shop("2", canary), (moment, { id }) => {
      if (id === "web/analyse/10" && moment !== "paused") analysed.push(fleet.clock.elapsed());
    });
    expect(outcome).toMatchObject({ state: "live" });
    expect((analysed[1] ?? 0) - (analysed[0] ?? 0)).toBeGreaterThan(minute + 20_000);

    fleet.proxy.sides = async () => undefined;
    expect(await fleet.deploy(shop("3", canary))).toMatchObject({
      state: "paused",
      step: "web/analyse/10",
      because: { message: expect.stringContaining("HAProxy does not say what both sides") },
    });
  });

  test("promoted in full goes past everything that would still wait or judge", async () => {
    const strategy: StagedStrategy = {
      name: "canary",
      preview,
      steps: [10, 20, 30].map((weight) => ({ weight, analysis, pause: "promote" as const })),
    };
    const fleet = await serving(strategy);
    traffic(fleet);
    await fleet.deploy(shop("2", strategy));
    using releases = fleet.open();
    expect(await releases.promote("shop", { why: "" })).toMatchObject({ state: "paused", step: "web/pause/20" });
    expect(await releases.promote("shop", { why: "", full: true })).toMatchObject({ state: "live" });
    await expectWhole(fleet, NEW);
  });
});

/** A killed process does nothing more: its next step never comes. */
const killedAt = async (fleet: Fleet, strategy: StagedStrategy, at: number): Promise<void> => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  let seen = 0;
  const hook: StepHook = () => {
    if (seen++ !== at) return undefined;
    reach();
    return new Promise(() => undefined);
  };
  void fleet.deploy(shop("2", strategy), hook);
  await reached;
};

const whole = blueGreen({ autoPromote: minute, keepOld: minute });

describe.each([
  ["blue-green", whole],
  ["canary", canary],
] as const)("%s killed at any entry of its journal", (_name, strategy) => {
  const begin = async (failing: number): Promise<Fleet> => {
    const fleet = await serving(strategy);
    traffic(fleet, { failing });
    return fleet;
  };
  const momentsOf = async (failing: number, hook: (fleet: Fleet, moment: string) => void = () => undefined): Promise<readonly string[]> => {
    const fleet = await begin(failing);
    const moments: string[] = [];
    await fleet.deploy(shop("2", strategy), (moment, { id }) => {
      moments.push(`${moment} ${id}`);
      hook(fleet, `${moment} ${id}`);
    });
    return moments;
  };

  test("goes on to the new release", { timeout: 120_000 }, async () => {
    const moments = await momentsOf(0);
    expect(moments.some((one) => one.startsWith("paused"))).toBe(true);
    for (const at of spread([...moments.keys()], PLACES)) {
      const fleet = await begin(0);
      await killedAt(fleet, strategy, at);
      using releases = fleet.open();
      expect(await releases.resume("shop"), moments[at]).toMatchObject({ state: "live", release: 2 });
      await expectWhole(fleet, NEW);
    }
  });

  test("and aborted by the next one: the old release serves, or it is too late and said so", { timeout: 120_000 }, async () => {
    const moments = await momentsOf(0);
    const final = moments.findIndex((one) => one.startsWith("intent web/drain/"));
    expect(final).toBeGreaterThan(20);
    for (const at of spread([...moments.keys()], PLACES)) {
      const fleet = await begin(0);
      await killedAt(fleet, strategy, at);
      using releases = fleet.open();
      if (at < final) {
        expect(await releases.abort("shop", { why: "" }), moments[at]).toMatchObject({ state: "reverted", release: 2 });
        await expectWhole(fleet, OLD);
      } else {
        await expect(releases.abort("shop", { why: "" }), moments[at]).rejects.toMatchObject({ code: "USAGE" });
        expect(await releases.resume("shop")).toMatchObject({ state: "live" });
        await expectWhole(fleet, NEW);
      }
    }
  });

  test("while it is taken back: it goes on taking back", { timeout: 120_000 }, async () => {
    const last = (moment: string): boolean => moment === (strategy.name === "canary" ? "paused web/pause/50" : "paused web/keep");
    const abort = (fleet: Fleet, moment: string): void => {
      if (!last(moment)) return;
      using releases = fleet.open();
      releases.journal.append("shop", 2, { kind: "abort-requested", who: "ann", why: "" });
    };
    const moments = await momentsOf(0, abort);
    const from = moments.findIndex((one) => one.startsWith("undone"));
    expect(from).toBeGreaterThan(0);
    for (const at of spread([...moments.keys()].slice(from), PLACES)) {
      const fleet = await begin(0);
      const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
      let seen = 0;
      void fleet.deploy(shop("2", strategy), (moment, { id }) => {
        abort(fleet, `${moment} ${id}`);
        if (seen++ !== at) return undefined;
        reach();
        return new Promise(() => undefined);
      });
      await reached;
      using releases = fleet.open();
      expect(await releases.resume("shop"), moments[at]).toMatchObject({ state: "reverted" });
      await expectWhole(fleet, OLD);
    }
  });
});
