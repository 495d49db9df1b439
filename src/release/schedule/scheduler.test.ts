import { expect, test } from "vitest";
import { type Clock, SeaworthyError } from "../../core/index.ts";
import type { ScheduleSettings } from "../../project/index.ts";
import { createFleet, type Fleet } from "../test-data/fleet.ts";
import { dbService, manifestOf, webService } from "../test-data/manifests.ts";
import { wordsOfRun } from "./scheduler.ts";

const schedule = (changes: Partial<ScheduleSettings> = {}): ScheduleSettings => ({
  cron: "*/10 * * * *",
  timezone: "UTC",
  deadlineMs: 3_600_000,
  missed: "skip",
  ...changes,
});

/** The shop's web service, and its db service as one that runs by a schedule. */
const shop = (version: string, changes: Partial<ScheduleSettings> = {}) =>
  manifestOf(`${version}.0.0`, [webService(version), { ...dbService(version), replicas: 0, schedule: schedule(changes) }]);

/** Runs take so long, and end so, unless said. */
const site = async (changes: Partial<ScheduleSettings> = {}, ends: Fleet["ends"] = { "shop-db-*": { afterMs: 5000 } }): Promise<Fleet> => {
  const fleet = createFleet();
  fleet.ends = ends;
  expect(await fleet.deploy(shop("1", changes))).toMatchObject({ state: "live" });
  return fleet;
};

/** An agent for so long. `at`: called at each of its looks, a second apart. @returns what it said */
const agent = async (fleet: Fleet, seconds: number, at?: (second: number) => void | Promise<void>): Promise<readonly string[]> => {
  const stopping = new AbortController();
  const said: string[] = [];
  const until = fleet.clock.now() + seconds * 1000;
  let second = 0;
  const clock: Clock = {
    ...fleet.clock,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      // Time passes by the look alone; who waits for a run looks at the same clock.
      if (ms === 1000) {
        await fleet.clock.sleep(ms);
        await at?.((second += 1));
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (fleet.clock.now() >= until) stopping.abort();
      signal?.throwIfAborted();
    },
  };
  using releases = fleet.open(clock);
  await releases.watch({ signal: stopping.signal, say: ({ words, service }) => service === "db" && said.push(words) });
  return said;
};

const runsOf = (fleet: Fleet): readonly string[] => {
  using releases = fleet.open();
  return releases
    .runsOf("shop", "db", 100)
    .map((run) => `${new Date(run.dueAt ?? 0).toISOString().slice(11, 19)} ${wordsOfRun(run)}`)
    .toReversed();
};
const scheduledContainers = async (fleet: Fleet): Promise<readonly string[]> =>
  (await fleet.engine.containers.list({ "dev.seaworthy.role": "scheduled" })).map(
    ({ name, state }) => `${name.replace(/at-\d+$/, "at")} ${state}`,
  );

test("a release makes all ready for it, and starts nothing", async () => {
  const fleet = await site();
  expect(await fleet.containers()).toEqual(["shop-web-r1-1 running"]);
  expect(await scheduledContainers(fleet)).toEqual([]);
  using releases = fleet.open();
  const { plan } = releases.journal.releases("shop")[0] ?? {};
  expect(plan?.summary).toContainEqual(expect.objectContaining({ service: "db", way: "scheduled" }));
  expect(plan?.steps.map(({ id }) => id)).toContain("pull/db");
  const status = await releases.status("shop");
  expect(status.drift).toEqual([]);
  expect(status.schedules).toEqual([
    { service: "db", cron: "*/10 * * * *", timezone: "UTC", nextAt: Date.UTC(2026, 0, 1, 0, 10), failures: 0 },
  ]);
});

test("it runs at its times, in a container of its own that goes, and is told of", async () => {
  const fleet = await site();
  const said = await agent(fleet, 1500);
  expect(said).toEqual(["run of 2026-01-01T00:10:00Z: r1 succeeded after 5 s", "run of 2026-01-01T00:20:00Z: r1 succeeded after 5 s"]);
  expect(runsOf(fleet)).toEqual(["00:10:00 r1 succeeded after 5 s", "00:20:00 r1 succeeded after 5 s"]);
  expect(await scheduledContainers(fleet)).toEqual([]);
  const created = fleet.engine.calls.filter(({ method, args }) => method === "containers.create" && /shop-db-r1-at-/.test(String(args[0])));
  expect(created).toHaveLength(2);
  expect(created[0]?.args[1]).toMatchObject({
    Image: expect.stringContaining("shop/db@sha256:"),
    HostConfig: { RestartPolicy: { Name: "no" } },
    Labels: { "com.docker.compose.oneoff": "True" },
  });
});

test("failures are counted until one succeeds, with status and last lines", async () => {
  const fleet = await site({}, { "shop-db-*": { afterMs: 1000, code: 3 } });
  await agent(fleet, 1300);
  using releases = fleet.open();
  expect((await releases.status("shop")).schedules?.[0]).toMatchObject({
    failures: 2,
    last: { release: 1, ended: { outcome: "failed", exitCode: 3, log: [expect.stringMatching(/^shop-db-r1-at-\d+ says hello$/)] } },
  });
  fleet.ends = { "shop-db-*": { afterMs: 1000 } };
  await agent(fleet, 600);
  expect((await releases.status("shop")).schedules?.[0]).toMatchObject({ failures: 0, last: { ended: { outcome: "succeeded" } } });
});

test("one that does not end is stopped at its deadline", async () => {
  const fleet = await site({ deadlineMs: 30_000 }, {});
  expect(await agent(fleet, 700)).toEqual([
    "run of 2026-01-01T00:10:00Z: r1 timed-out with status 0 after 31 s: it did not end within 30 s and was stopped",
  ]);
  expect(fleet.engine.calls.find(({ method, args }) => method === "containers.stop" && /shop-db/.test(String(args[0])))?.args[1]).toBe(10);
});

test("times that pass while it is at work are missed, not made up for by a second one beside it", async () => {
  const fleet = await site({}, { "shop-db-*": { afterMs: 1_500_000 } });
  let most = 0;
  const said = await agent(fleet, 2700, async () => {
    most = Math.max(most, (await scheduledContainers(fleet)).filter((one) => one.endsWith("running")).length);
  });
  expect(most).toBe(1);
  expect(said).toEqual([
    "run of 2026-01-01T00:10:00Z: r1 succeeded after 1500 s",
    "missed 2026-01-01T00:30:00Z: the run before it was still at work",
  ]);
});

test.each([
  ["skip", ["missed 2026-01-01T05:50:00Z: no agent was at work then", "run of 2026-01-01T06:00:00Z: r1 succeeded after 5 s"]],
  ["run", ["run of 2026-01-01T05:50:00Z: r1 succeeded after 5 s", "run of 2026-01-01T06:00:00Z: r1 succeeded after 5 s"]],
] as const)("what was missed while nobody watched: %s", async (missed, expected) => {
  const fleet = await site({ missed });
  await fleet.clock.sleep(Date.UTC(2026, 0, 1, 5, 55) - fleet.clock.now());
  expect(await agent(fleet, 400)).toEqual(expected);
});

test("a time that passed within the last minute is kept, whatever is said of missed ones", async () => {
  const fleet = await site();
  await fleet.clock.sleep(Date.UTC(2026, 0, 1, 0, 10, 40) - fleet.clock.now());
  expect(await agent(fleet, 60)).toEqual(["run of 2026-01-01T00:10:00Z: r1 succeeded after 5 s"]);
});

test("a schedule that a release changes holds from then on", async () => {
  const fleet = await site({ missed: "run" });
  await agent(fleet, 30);
  await fleet.clock.sleep(Date.UTC(2026, 0, 1, 4, 0, 30) - fleet.clock.now());
  await fleet.deploy(shop("1", { missed: "run", cron: "30 * * * *" }));
  expect(await agent(fleet, 1900)).toEqual(["run of 2026-01-01T04:30:00Z: r1 succeeded after 5 s".replace("r1", "r2")]);
});

test("a release does not end a run of the one before; the next run is its own", async () => {
  const fleet = await site({}, { "shop-db-*": { afterMs: 60_000 } });
  const said = await agent(fleet, 1300, async (second) => {
    if (second === 610) expect(await fleet.deploy(shop("2"))).toMatchObject({ state: "live" });
  });
  expect(said).toEqual(["run of 2026-01-01T00:10:00Z: r1 succeeded after 60 s", "run of 2026-01-01T00:20:00Z: r2 succeeded after 60 s"]);
});

test("an agent that ends leaves the run to the next one, which waits for it and starts none beside it", async () => {
  const fleet = await site({}, { "shop-db-*": { afterMs: 300_000 } });
  expect(await agent(fleet, 620)).toEqual([]);
  expect(await scheduledContainers(fleet)).toEqual(["shop-db-r1-at running"]);
  using releases = fleet.open();
  expect((await releases.status("shop")).schedules?.[0]).toMatchObject({ open: { release: 1 } });
  expect(await agent(fleet, 400)).toEqual(["taken over: r1 succeeded after 300 s"]);
  expect(await scheduledContainers(fleet)).toEqual([]);
  expect(runsOf(fleet)).toEqual(["00:10:00 r1 succeeded after 300 s"]);
});

test("one that ended while nobody watched is told of; one that somebody removed is not known", async () => {
  const fleet = await site({}, { "shop-db-*": { afterMs: 60_000, code: 2 } });
  await agent(fleet, 620);
  await fleet.clock.sleep(120_000);
  expect(await agent(fleet, 20)).toEqual([expect.stringMatching(/^taken over: r1 failed with status 2 after 1\d\d s$/)]);
  fleet.ends = {};
  await agent(fleet, 500);
  const [left] = await fleet.engine.containers.list({ "dev.seaworthy.role": "scheduled" });
  await fleet.engine.containers.remove(left?.name ?? "");
  expect(await agent(fleet, 20)).toEqual(["taken over: r1 lost: its container was removed, so whether it did its work is not known"]);
});

test("what is left of a run that was told of goes", async () => {
  const fleet = await site();
  await agent(fleet, 620);
  using releases = fleet.open();
  const [run] = releases.runsOf("shop", "db", 1);
  const { config } = (await fleet.engine.containers.inspect("shop-web-r1-1")) ?? {};
  await fleet.engine.containers.create(run?.container ?? "", {
    ...config,
    Image: config?.Image ?? "",
    HostConfig: {},
    Labels: { "dev.seaworthy.role": "scheduled", "dev.seaworthy.state": "00000000-0000-0000-0000-000000000000" },
  });
  await agent(fleet, 5);
  expect(await scheduledContainers(fleet)).toEqual([]);
});

test("by hand: once, refused while one is under way, and only what runs by a schedule", async () => {
  const fleet = await site();
  using releases = fleet.open();
  const { signal } = new AbortController();
  expect(await releases.runScheduled("shop", "db", { signal })).toMatchObject({ release: 1, ended: { outcome: "succeeded", seconds: 5 } });
  await expect(releases.runScheduled("shop", "web", { signal })).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  await expect(releases.runScheduled("shop", "nobody", { signal })).rejects.toMatchObject({ code: "INPUT_NOT_FOUND" });
  const first = releases.runScheduled("shop", "db", { signal });
  await expect(releases.runScheduled("shop", "db", { signal })).rejects.toMatchObject({ code: "LOCKED" });
  await first;
  expect(releases.runsOf("shop", "db", 9).map(({ dueAt, who }) => [dueAt, who])).toEqual([
    [undefined, "test@here"],
    [undefined, "test@here"],
  ]);
});

test("one that the engine refuses to start is told of, counts as a failure, and leaves nothing", async () => {
  const fleet = await site();
  fleet.engine.fail("containers.start", new SeaworthyError("ENGINE_REFUSED", "no room for it"), { times: 1 });
  expect(await agent(fleet, 650)).toEqual(["run of 2026-01-01T00:10:00Z: r1 not-started: no room for it"]);
  expect(await scheduledContainers(fleet)).toEqual([]);
  using releases = fleet.open();
  expect((await releases.status("shop")).schedules?.[0]).toMatchObject({ failures: 1 });
});

test("one that was started though the engine's answer was lost is waited for", async () => {
  const fleet = await site();
  fleet.engine.fail("containers.start", new SeaworthyError("ENGINE_UNREACHABLE", "cut"), { times: 1, afterwards: true });
  expect(await agent(fleet, 650)).toEqual(["run of 2026-01-01T00:10:00Z: r1 succeeded after 5 s"]);
});

test("an engine that does not answer is waited for, and the time is not lost", async () => {
  const fleet = await site();
  const back = fleet.engine.fail("system.info", new SeaworthyError("ENGINE_UNREACHABLE", "nobody there"));
  const said = await agent(fleet, 700, (second) => {
    if (second === 630) back();
  });
  expect(said).toEqual(["cannot be run by its schedule: nobody there", "run of 2026-01-01T00:10:00Z: r1 succeeded after 5 s"]);
});
