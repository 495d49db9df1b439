import { beforeEach, describe, expect, test } from "vitest";
import { fakeClock, SeaworthyError, silentProgress } from "../../core/index.ts";
import { createFakeEngine, type FakeBehaviour, type FakeEngine, fakeImage, type ProbeAnswer } from "../../engine/index.ts";
import { createFakeProxy } from "../../proxy/index.ts";
import { LABELS } from "../live.ts";
import type { Action } from "../plan.ts";
import { perform, type World } from "./index.ts";

const NAME = "shop-web-r2-1";
let engine: FakeEngine;
let behaviour: FakeBehaviour;
let answers: (ProbeAnswer | (() => ProbeAnswer))[];
let world: World;
let notes: string[];

beforeEach(async () => {
  behaviour = {};
  answers = [];
  notes = [];
  engine = createFakeEngine({ images: { app: fakeImage() }, behave: () => behaviour });
  world = {
    project: "shop",
    engine,
    proxy: createFakeProxy(),
    clock: fakeClock(),
    progress: { ...silentProgress, note: (words) => notes.push(words) },
    state: { folder: "/none", runFolder: "/none", uuid: "" },
    probe: async () => {
      const next = answers.length > 1 ? answers.shift() : answers[0];
      return typeof next === "function" ? next() : (next ?? ready);
    },
    content: () => undefined,
    credentials: async () => undefined,
  };
});

const ready: ProbeAnswer = { ready: true, status: 200, tookMs: 1 };
const busy: ProbeAnswer = { ready: false, status: 503, body: "database is away", tookMs: 1 };
const silent: ProbeAnswer = { ready: false, error: "connection refused", tookMs: 1 };
const config = (sha = "abc") => ({ Image: "app", Labels: { [LABELS.sha]: sha }, HostConfig: {} });
const start = async (given: FakeBehaviour = {}): Promise<void> => {
  behaviour = given;
  await engine.containers.create(NAME, config());
  await engine.containers.start(NAME);
};
const awaitReady: Action = {
  do: "await-ready",
  name: NAME,
  address: "10.209.0.2",
  port: 3000,
  path: "/readyz",
  host: "shop.localhost",
  withinMs: 20_000,
};
const awaitHealthy: Action = { do: "await-healthy", name: NAME, withinMs: 20_000 };
const awaitExit: Action = { do: "await-exit", name: NAME, withinMs: 20_000 };
const notLive = (words: string, ...lines: readonly string[]) =>
  expect.objectContaining({
    code: "RELEASE_NOT_LIVE",
    exit: 3,
    message: expect.stringContaining(words),
    ...(lines.length === 0 ? {} : { problems: lines }),
  });

describe("ready", () => {
  test("is what answers for itself, and how long that took is kept", async () => {
    await start();
    answers = [silent, silent, busy, ready];
    expect(await perform(awaitReady, world)).toEqual({ readyMs: 15 });
  });
  test("is seen at most a twentieth later than it came, and looked for no more often than that takes", async () => {
    await start();
    let asked = 0;
    const begun = world.clock.elapsed();
    answers = [() => (++asked, world.clock.elapsed() - begun < 5000 ? silent : ready)];
    const result = await perform(awaitReady, world);
    expect(Number(result?.["readyMs"])).toBeLessThanOrEqual(5250);
    expect(asked).toBeLessThan(125);
  });
  test("is what answers under both of its paths; the second is asked once the first answers", async () => {
    await start();
    const rounds = { "/readyz": [busy, ready, ready], "/healthz": [busy, ready] };
    const probe: World["probe"] = async ({ path }) => (path in rounds ? rounds[path as keyof typeof rounds].shift() : undefined) ?? silent;
    expect(await perform({ ...awaitReady, live: "/healthz" }, { ...world, probe })).toEqual({ readyMs: 10 });
    expect(rounds, "asked no more than that").toEqual({ "/readyz": [], "/healthz": [] });
  });
  test("never, and the one that does not answer is named", async () => {
    await start();
    const probe: World["probe"] = async ({ path }) => (path === "/healthz" ? busy : ready);
    await expect(perform({ ...awaitReady, live: "/healthz" }, { ...world, probe })).rejects.toEqual(
      notLive("within 20 s: GET http://10.209.0.2:3000/healthz (Host: shop.localhost) answered status 503, database is away"),
    );
  });
  test("is asked of the container; the engine, which is starting it, more rarely", async () => {
    await start();
    let looks = 0;
    const inspect: FakeEngine["containers"]["inspect"] = (name) => (++looks, engine.containers.inspect(name));
    answers = [...Array.from({ length: 20 }, () => silent), ready];
    await perform(awaitReady, { ...world, engine: { ...engine, containers: { ...engine.containers, inspect } } });
    expect(answers).toEqual([ready]);
    expect(looks, "now and then, and at the end").toBeLessThanOrEqual(5);
  });
  test("never: the probe's last answer and the container's last words, together", async () => {
    await start({ lines: ["listening on 3000", "cannot reach db\u001b[2J"] });
    answers = [busy];
    await expect(perform(awaitReady, world)).rejects.toEqual(
      notLive(
        "within 20 s: GET http://10.209.0.2:3000/readyz (Host: shop.localhost) answered status 503, database is away",
        `last log lines of ${NAME}:`,
        "  listening on 3000",
        "  cannot reach db\u{FFFD}[2J",
      ),
    );
  });
  test("never, and it said nothing", async () => {
    await start();
    answers = [silent];
    await expect(perform(awaitReady, world)).rejects.toEqual(notLive("answered connection refused", `${NAME} wrote no log line`));
  });
  test("never, and its log driver cannot be read: the reason is told all the same", async () => {
    await start();
    answers = [busy];
    engine.fail("containers.logs", new SeaworthyError("ENGINE_REFUSED", "configured logging driver does not support reading"));
    await expect(perform(awaitReady, world)).rejects.toEqual(
      notLive("database is away", `the log of ${NAME} cannot be read: configured logging driver does not support reading`),
    );
  });
  test.each([
    ["exits", (): void => engine.exit(NAME, 3), "it exited with status 3"],
    [
      "is killed for its memory",
      (): void => engine.exit(NAME, 137, { oomKilled: true }),
      "using more memory than its limit (exit status 137)",
    ],
  ])("not waited for when it %s", async (_, happens, words) => {
    await start();
    answers = [
      silent,
      () => {
        happens();
        return silent;
      },
      silent,
    ];
    await expect(perform(awaitReady, world)).rejects.toEqual(notLive(words));
    expect(world.clock.elapsed()).toBeLessThan(1000);
  });
  test("not waited for when somebody removes it", async () => {
    answers = [silent];
    await expect(perform(awaitReady, world)).rejects.toEqual(notLive("it is gone"));
  });
  test("is not what answers in the place of a container that has ended", async () => {
    await start({ exitCode: 1 });
    answers = [ready];
    await expect(perform(awaitReady, world)).rejects.toEqual(
      notLive("it exited with status 1; before that, GET http://10.209.0.2:3000/readyz"),
    );
  });
  test("ends with an interrupt", async () => {
    await start();
    answers = [busy];
    await expect(perform(awaitReady, { ...world, signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

describe("healthy", () => {
  test("is what its own check says", async () => {
    await start({ health: "healthy" });
    expect(await perform(awaitHealthy, world)).toEqual({ readyMs: 0, by: "healthcheck" });
  });
  test("without a check is what stays up for a second", async () => {
    await start();
    expect(await perform(awaitHealthy, world)).toEqual({ readyMs: 1052, by: "staying up" });
  });
  test("never: the check's last words", async () => {
    await start({ health: "starting" });
    engine.setHealth(NAME, { status: "unhealthy", failingStreak: 3, lastOutput: "no such table" });
    await expect(perform(awaitHealthy, world)).rejects.toEqual(notLive("its health check said unhealthy: no such table"));
  });
  test("not, when it ends within the second", async () => {
    await start({ exitCode: 0 });
    await expect(perform(awaitHealthy, world)).rejects.toEqual(notLive("it exited with status 0"));
  });
});

describe("a job's end", () => {
  test("is good with status 0", async () => {
    await start({ exitCode: 0 });
    expect(await perform(awaitExit, world)).toEqual({ exitCode: 0 });
  });
  test("is bad with another, with its last words", async () => {
    await start({ exitCode: 2, lines: ["migration 7 failed"] });
    await expect(perform(awaitExit, world)).rejects.toEqual(
      notLive("it exited with status 2", `last log lines of ${NAME}:`, "  migration 7 failed"),
    );
  });
  test("that does not come is not waited for without end", async () => {
    await start();
    await expect(perform(awaitExit, world)).rejects.toEqual(notLive("within 20 s: it was running"));
  });
});

describe("a container", () => {
  const create: Action = {
    do: "create-container",
    name: NAME,
    platform: { os: "linux", architecture: "amd64" },
    config: config(),
    connect: [],
  };
  test("that an earlier try made is taken, one that somebody else made is not", async () => {
    await perform(create, world);
    await perform(create, world);
    expect(await engine.containers.list({})).toHaveLength(1);
    await expect(perform({ ...create, config: config("other") }, world)).rejects.toMatchObject({
      code: "STATE_NEEDS_PERSON",
      hint: expect.stringContaining(NAME),
    });
  });
  test("that did not stop in time is told", async () => {
    await start({ stopExitCode: 137 });
    expect(await perform({ do: "stop-container", name: NAME, graceSeconds: 10 }, world)).toEqual({ exitCode: 137 });
    expect(notes).toEqual([`${NAME} did not stop within 10 s and was killed (exit status 137)`]);
  });
  test("that is gone is stopped and removed", async () => {
    expect(await perform({ do: "stop-container", name: NAME, graceSeconds: 10 }, world)).toBeUndefined();
    expect(await perform({ do: "remove-container", name: NAME }, world)).toBeUndefined();
    expect(notes).toEqual([]);
  });
});
