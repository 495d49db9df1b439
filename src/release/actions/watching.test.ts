import { describe, expect, test } from "vitest";
import { createFakeEngine, type FakeEngine, fakeImage } from "../../engine/index.ts";
import { fakeClock, SeaworthyError, silentProgress } from "../../core/index.ts";
import { createFakeProxy, type Proxy, type ServerStatus } from "../../proxy/index.ts";
import { assertServing, watch } from "./watching.ts";
import type { World } from "./world.ts";

const REPLICAS = [
  { name: "web-1", server: "r2-1" },
  { name: "web-2", server: "r2-2" },
] as const;

interface Site {
  readonly engine: FakeEngine;
  readonly world: World;
  /** What HAProxy says of servers, by name; an error when it does not answer. */
  said: Readonly<Record<string, Partial<ServerStatus>>> | Error;
  /** At these moments of the watch, in ms. */
  at: Readonly<Record<number, () => void>>;
}

const site = async (): Promise<Site> => {
  const time = fakeClock();
  const engine = createFakeEngine({
    clock: time,
    images: { "shop/web:1": fakeImage() },
    behave: (name) => ({ lines: [`${name} was here`] }),
  });
  for (const { name } of REPLICAS) {
    await engine.containers.create(name, { Image: "shop/web:1", Labels: {}, HostConfig: {} });
    await engine.containers.start(name);
  }
  const proxy: Proxy = {
    ...createFakeProxy(),
    servers: async () => {
      const { said } = made;
      if (said instanceof Error) throw said;
      return REPLICAS.map(({ server }) => ({
        name: server,
        address: "10.0.0.2:80",
        weight: 100,
        status: "UP",
        checkStatus: "L7OK",
        checking: false,
        checkCode: "200",
        lastCheck: "",
        current: 0,
        queued: 0,
        total: 0,
        serverErrors: 0,
        most: 0,
        ...said[server],
      }));
    },
  };
  const made: Site = {
    engine,
    said: {},
    at: {},
    world: {
      project: "shop",
      engine,
      proxy,
      clock: {
        ...time,
        sleep: async (ms, signal) => {
          const before = time.elapsed();
          await time.sleep(ms, signal);
          for (const [moment, happen] of Object.entries(made.at)) if (Number(moment) > before && Number(moment) <= time.elapsed()) happen();
        },
      },
      progress: silentProgress,
      state: { folder: "/nowhere", runFolder: "/nowhere", uuid: "0" },
      probe: async () => ({ ready: true, status: 200, tookMs: 1 }),
      content: () => undefined,
      credentials: async () => undefined,
    },
  };
  return made;
};

const watched = async (where: Site) => watch({ do: "watch", replicas: REPLICAS, backend: "shop.web", forMs: 5000 }, where.world);
const failure = (name: string, because: unknown) => ({
  failed: [{ name, because, log: [`last log lines of ${name}:`, `  ${name} was here`] }],
});

test("nothing happens: it looks for as long as it should, and no longer", async () => {
  const where = await site();
  expect(await watched(where)).toEqual({ failed: [], watchedMs: 5000 });
});

describe("what counts, at once when it happens", () => {
  test("a container that ends", async () => {
    const where = await site();
    where.at = { 3000: () => where.engine.exit("web-2", 7) };
    expect(await watched(where)).toEqual({ ...failure("web-2", "it ended (exit status 7)"), watchedMs: 3000 });
  });
  test("one that turns unhealthy, with the words of its check", async () => {
    const where = await site();
    where.at = { 1000: () => where.engine.setHealth("web-1", { status: "unhealthy", failingStreak: 3, lastOutput: "no database" }) };
    expect(await watched(where)).toMatchObject(failure("web-1", "its health check fails: no database"));
  });
  test("one that the proxy sees go down", async () => {
    const where = await site();
    where.at = { 2000: () => (where.said = { "r2-1": { status: "DOWN", checkStatus: "L7STS", checkCode: "503" } }) };
    expect(await watched(where)).toMatchObject({ ...failure("web-1", "the proxy sees it as DOWN: L7STS 503"), watchedMs: 2000 });
  });
  test("one that is gone", async () => {
    const where = await site();
    await where.engine.containers.remove("web-1");
    expect(await watched(where)).toMatchObject({ failed: [{ name: "web-1", because: "it is gone" }], watchedMs: 0 });
  });
  test("two at once are two", async () => {
    const where = await site();
    where.at = {
      1000: () => {
        where.engine.exit("web-1", 1);
        where.engine.exit("web-2", 1);
      },
    };
    expect(await watched(where)).toMatchObject({ failed: [{ name: "web-1" }, { name: "web-2" }] });
  });
});

describe("what does not", () => {
  test("one on its way down that is up again, one that has just begun its health check", async () => {
    const where = await site();
    where.said = { "r2-1": { status: "UP 1/3" } };
    where.engine.setHealth("web-2", { status: "starting", failingStreak: 0, lastOutput: "" });
    expect(await watched(where)).toMatchObject({ failed: [] });
  });
  test("a HAProxy that is just being restarted", async () => {
    const where = await site();
    where.said = new SeaworthyError("PROXY_UNREACHABLE", "connect ENOENT");
    expect(await watched(where)).toMatchObject({ failed: [] });
  });
  test("but an engine that is gone is an error, and nobody's failure", async () => {
    const where = await site();
    where.engine.fail("containers.inspect", new SeaworthyError("ENGINE_UNREACHABLE", "gone"), { times: 1 });
    await expect(watched(where)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
  });
});

describe("whether anything serves", () => {
  const serving = async (where: Site) => assertServing({ do: "assert-serving", replicas: REPLICAS, backend: "shop.web" }, where.world);
  test("one of two is enough", async () => {
    const where = await site();
    where.engine.exit("web-1", 1);
    expect(await serving(where)).toEqual({ serving: 1 });
  });
  test("none: an error with what is wrong with each", async () => {
    const where = await site();
    where.engine.exit("web-1", 1);
    where.said = { "r2-2": { weight: 0 } };
    await expect(serving(where)).rejects.toMatchObject({
      code: "RELEASE_NOT_LIVE",
      problems: ["web-1: it ended (exit status 1)", "web-2: the proxy sends it nothing"],
    });
  });
});
