import { beforeEach, describe, expect, test } from "vitest";
import { fakeClock, FULL_TRAFFIC, NO_TRAFFIC, SeaworthyError, silentProgress } from "../../core/index.ts";
import { createFakeEngine } from "../../engine/index.ts";
import { createFakeProxy, type Load, OLD_WORKER_MS, type Proxy, type ServerStatus } from "../../proxy/index.ts";
import type { Action } from "../plan.ts";
import { perform, type World } from "./index.ts";

const away = new SeaworthyError("PROXY_UNREACHABLE", "HAProxy does not answer on admin.sock");
const bug = new TypeError("a bug");

let world: World;
let notes: string[];
const fake = createFakeProxy();

/** A world whose proxy answers each question with the next of these, and then with the last one for ever. */
const withAnswers = (answers: {
  readonly load?: readonly (Load | Error)[];
  readonly servers?: readonly (readonly ServerStatus[] | Error | undefined)[];
}): World => {
  const next = <T>(list: readonly (T | Error)[]): (() => Promise<T>) => {
    let at = 0;
    return async () => {
      const one = list[Math.min(at, list.length - 1)];
      at += 1;
      if (one instanceof Error) throw one;
      return one as T;
    };
  };
  const proxy: Proxy = {
    ...fake,
    ...(answers.load === undefined ? {} : { load: next(answers.load) }),
    ...(answers.servers === undefined ? {} : { servers: next(answers.servers) }),
  };
  return { ...world, proxy };
};

beforeEach(async () => {
  notes = [];
  world = {
    project: "shop",
    engine: createFakeEngine(),
    proxy: fake,
    clock: fakeClock(),
    progress: { ...silentProgress, note: (words) => notes.push(words) },
    state: { folder: "/none", runFolder: "/none", uuid: "" },
    probe: async () => ({ ready: true, status: 200, tookMs: 1 }),
    content: () => undefined,
    credentials: async () => undefined,
  };
  await fake.ensureRunning();
  await fake.withdraw("shop.web");
  await fake.declare({ name: "shop.web", hosts: ["shop.localhost"], check: { path: "/", host: "shop.localhost" } });
});

const status = (changes: Partial<ServerStatus> = {}): ServerStatus => ({
  name: "r2-1",
  address: "10.209.0.2:3000",
  weight: 0,
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
  ...changes,
});
const load = (requests: number, oldWorkers = 0): Load => ({ requests, oldWorkers });
const declared = (): readonly string[] => (fake.declared("shop.web")?.servers ?? []).map(({ name, weight }) => `${name}=${weight}`);
const add: Action = { do: "add-server", backend: "shop.web", server: "r2-1", address: "10.209.0.2", port: 3000 };
const drain: Action = { do: "await-drained", backend: "shop.web", server: "r1-1", withinMs: 30_000 };
const gate: Action = { do: "await-server", backend: "shop.web", server: "r2-1", withinMs: 20_000 };

describe("a server", () => {
  test("is added without traffic, and once", async () => {
    await perform(add, world);
    await perform(add, world);
    expect(declared()).toEqual(["r2-1=0"]);
  });
  test("that is announced is written down, and HAProxy hears of it when it is waited for", async () => {
    const announce: Action = { ...add, do: "announce-server" };
    await perform(announce, world);
    await perform(announce, world);
    expect([declared(), await fake.servers("shop.web")]).toEqual([["r2-1=0"], []]);
    expect(await perform(gate, world)).toEqual({ gateMs: 2 });
    expect(await fake.servers("shop.web")).toMatchObject([{ name: "r2-1", weight: 0 }]);
    await perform({ do: "remove-server", backend: "shop.web", server: "r2-1" }, world);
    expect(declared()).toEqual([]);
  });
  test("that HAProxy does not take is waited for no longer than that, and its words are told", async () => {
    await perform({ ...add, do: "announce-server" }, world);
    const admit = async (): Promise<void> => {
      throw new SeaworthyError("PROXY_UNREACHABLE", "HAProxy refused it: no more ids");
    };
    await expect(perform(gate, { ...world, proxy: { ...fake, admit } })).rejects.toMatchObject({
      code: "RELEASE_NOT_LIVE",
      message: "HAProxy did not see shop.web/r2-1 answer within 20 s: HAProxy refused it: no more ids",
    });
  });
  test("behind a HAProxy that somebody has killed: it is started, and known to it then", async () => {
    await perform({ ...add, do: "announce-server" }, world);
    let stands = false;
    const servers: typeof fake.servers = async (backend) => {
      if (!stands) throw new SeaworthyError("PROXY_UNREACHABLE", "HAProxy does not answer");
      return fake.servers(backend);
    };
    const admit: typeof fake.admit = async (backend, server) => {
      stands = true;
      await fake.admit(backend, server);
    };
    expect(await perform(gate, { ...world, proxy: { ...fake, servers, admit } })).toMatchObject({ gateMs: expect.any(Number) });
  });
  test("that already has traffic keeps it when a resume adds it again", async () => {
    await perform(add, world);
    await perform({ do: "shift-traffic", backend: "shop.web", to: ["r2-1"], weight: FULL_TRAFFIC }, world);
    await perform(add, world);
    expect(declared()).toEqual(["r2-1=100"]);
  });
  test("is removed with what it answered wrongly, also when HAProxy cannot be asked that", async () => {
    await perform(add, world);
    expect(
      await perform(
        { do: "remove-server", backend: "shop.web", server: "r2-1" },
        withAnswers({ servers: [[status({ serverErrors: 7 })]] }),
      ),
    ).toEqual({ serverErrors: 7 });
    await perform(add, world);
    expect(await perform({ do: "remove-server", backend: "shop.web", server: "r2-1" }, withAnswers({ servers: [away] }))).toEqual({
      serverErrors: 0,
    });
    expect(declared()).toEqual([]);
  });
  test("of a backend that was withdrawn is gone", async () => {
    await fake.withdraw("shop.web");
    expect(await perform({ do: "remove-server", backend: "shop.web", server: "r2-1" }, world)).toBeUndefined();
    expect(await perform({ do: "withdraw-backend", backend: "shop.web" }, world)).toBeUndefined();
  });
});

describe("moving traffic", () => {
  beforeEach(async () => {
    await fake.updateServers("shop.web", () => [
      { name: "r1-1", address: "10.209.0.2", port: 3000, weight: FULL_TRAFFIC },
      { name: "r2-1", address: "10.209.0.3", port: 3000, weight: NO_TRAFFIC },
    ]);
  });
  test("gives it to the named and takes it from the others", async () => {
    await perform({ do: "shift-traffic", backend: "shop.web", to: ["r2-1"], weight: FULL_TRAFFIC }, world);
    expect(declared()).toEqual(["r1-1=0", "r2-1=100"]);
  });
  test("to a server that is gone changes nothing: nobody would have it", async () => {
    await expect(perform({ do: "shift-traffic", backend: "shop.web", to: ["r3-1"], weight: FULL_TRAFFIC }, world)).rejects.toMatchObject({
      code: "RELEASE_NOT_LIVE",
      message: expect.stringContaining("r3-1"),
    });
    expect(declared()).toEqual(["r1-1=100", "r2-1=0"]);
  });
});

describe("the gate", () => {
  test("opens on a passed check, not on UP", async () => {
    const waits = withAnswers({ servers: [[status({ checkStatus: "" })], [status({ checkStatus: "INI" })], [status()]] });
    expect(await perform(gate, waits)).toEqual({ gateMs: 4 });
  });
  test("tells HAProxy anew of a server whose first check it has put off, not of one whose check is under way", async () => {
    await perform({ ...add, do: "announce-server" }, world);
    const begun = world.clock.elapsed();
    const told: number[] = [];
    const proxy: Proxy = {
      ...fake,
      admitAnew: async () => void told.push(world.clock.elapsed() - begun),
      servers: async () => {
        const waited = world.clock.elapsed() - begun;
        if (waited < 300) return [status({ checkStatus: "INI", checking: true })];
        return [status(told.length < 2 ? { checkStatus: "INI" } : {})];
      },
    };
    expect(await perform(gate, { ...world, proxy })).toMatchObject({ gateMs: expect.any(Number) });
    expect(told.map((ms) => Math.round(ms / 100))).toEqual([4, 5]);
  });
  test("waits over a restart of HAProxy", async () => {
    expect(await perform(gate, withAnswers({ servers: [away, away, undefined, [status()]] }))).toEqual({ gateMs: 6 });
  });
  test.each([
    [
      "the check's own answer",
      [status({ status: "DOWN", checkStatus: "L7STS", checkCode: "503", lastCheck: "Service Unavailable" })],
      "L7STS 503 Service Unavailable",
    ],
    ["that HAProxy does not know it", [], "does not know the server"],
    ["that HAProxy does not answer", away, "does not answer on admin.sock"],
  ])("stays shut at its deadline with %s", async (_, answer, words) => {
    await expect(perform(gate, withAnswers({ servers: [answer] }))).rejects.toMatchObject({
      code: "RELEASE_NOT_LIVE",
      message: expect.stringMatching(new RegExp(`within 20 s: .*${words}`)),
    });
  });
  test("hands on what is no silence", async () => {
    await expect(perform(gate, withAnswers({ servers: [bug] }))).rejects.toBe(bug);
  });
  test("ends with an interrupt", async () => {
    await expect(perform(gate, { ...withAnswers({ servers: [[]] }), signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow(
      "enough",
    );
  });
});

describe("a drain", () => {
  test("ends when nothing is under way", async () => {
    expect(await perform(drain, withAnswers({ load: [load(3), load(1), load(0)] }))).toEqual({ drainMs: 100, cut: 0, oldWorkers: 0 });
    expect(notes).toEqual([]);
  });
  test("cuts what outlives its time, and says how much", async () => {
    const result = await perform(drain, withAnswers({ load: [load(2)] }));
    expect(result).toMatchObject({ cut: 2 });
    expect(notes).toEqual(["r1-1 still had 2 requests after 30 s of draining; they are cut"]);
  });
  test("waits for workers of earlier configurations beyond the drain's own time, and tells people", async () => {
    const long = [...Array.from({ length: 1000 }, () => load(0, 1)), load(0, 0)];
    expect(await perform(drain, withAnswers({ load: long }))).toEqual({ drainMs: 50_000, cut: 0, oldWorkers: 0 });
    expect(notes).toEqual(["r1-1 waits for idle clients of an earlier proxy configuration, up to 75 s"]);
  });
  test("but not for ever", async () => {
    expect(await perform(drain, withAnswers({ load: [load(0, 2)] }))).toMatchObject({ oldWorkers: 2, cut: 0 });
    expect(world.clock.elapsed()).toBeGreaterThan(OLD_WORKER_MS);
    expect(notes.at(-1)).toContain("2 HAProxy workers");
  });
  test("waits over a restart of HAProxy", async () => {
    expect(await perform(drain, withAnswers({ load: [away, away, load(0)] }))).toMatchObject({ cut: 0 });
  });
  test("ends at once when HAProxy is silent because the engine is gone", async () => {
    const gone = new SeaworthyError("ENGINE_UNREACHABLE", "no engine answers");
    const answers = withAnswers({ load: [away] });
    const system = { ...answers.engine.system, info: () => Promise.reject(gone) };
    await expect(perform(drain, { ...answers, engine: { ...answers.engine, system } })).rejects.toBe(gone);
    expect(world.clock.elapsed()).toBeLessThan(1000);
  });
  test("is an error, not a guess, when HAProxy never answers", async () => {
    await expect(perform(drain, withAnswers({ load: [away] }))).rejects.toMatchObject({
      code: "PROXY_UNREACHABLE",
      message: expect.stringContaining("shop.web/r1-1"),
    });
  });
});

test("a server that was found down is not taken for up by the first check that it passes", async () => {
  const at = withAnswers({ servers: [[status({ status: "DOWN 1/2" })], [status({ status: "DOWN 1/2" })], [status({ status: "DRAIN" })]] });
  expect(await perform({ do: "await-server", backend: "shop.web", server: "r2-1", withinMs: 5000 }, at)).toEqual({ gateMs: 4 });
});

describe("requests that wait", () => {
  const HOLD = { do: "hold-requests", backend: "shop.web", forMs: 30_000 } as const;
  const declare = (): Promise<void> =>
    fake.declare({
      name: "shop.web",
      hosts: ["shop.localhost"],
      check: { path: "/", host: "shop.localhost" },
      hold: { seconds: 30, requests: 10 },
    });

  test("only once no worker of an earlier configuration can send its clients elsewhere", async () => {
    await declare();
    await perform({ do: "add-server", backend: "shop.web", server: "r1-1", address: "10.209.0.2", port: 3000 }, world);
    const begun = world.clock.elapsed();
    await perform(
      HOLD,
      withAnswers({
        load: [
          { requests: 3, oldWorkers: 1 },
          { requests: 3, oldWorkers: 1 },
          { requests: 3, oldWorkers: 0 },
        ],
      }),
    );
    expect(world.clock.elapsed() - begun).toBe(100);
    expect(fake.declared("shop.web")?.heldUntil).toBe(30);
    await perform(HOLD, withAnswers({ load: [{ requests: 0, oldWorkers: 1 }] }));
    expect(world.clock.elapsed() - begun, "an old worker is not waited for for ever").toBeLessThan(OLD_WORKER_MS + 1000);
  });

  test("are let go, and again, and by a new declaration", async () => {
    await declare();
    await perform(HOLD, world);
    expect(await perform({ do: "release-requests", backend: "shop.web" }, world)).toMatchObject({ waited: 0 });
    expect(fake.declared("shop.web")).not.toHaveProperty("heldUntil");
    await perform({ do: "release-requests", backend: "shop.web" }, world);
    await perform(HOLD, world);
    await declare();
    expect(fake.declared("shop.web")).not.toHaveProperty("heldUntil");
  });

  test("are none where the proxy does not know the service, or not how long it may hold", async () => {
    expect(await perform(HOLD, world)).toBeUndefined();
    expect(await perform({ ...HOLD, backend: "shop.gone" }, world)).toBeUndefined();
    expect(await perform({ do: "release-requests", backend: "shop.gone" }, world)).toBeUndefined();
  });
});
