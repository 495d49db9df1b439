import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Clock, SeaworthyError, systemClock } from "../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../engine/index.ts";
import { PROXY_CONTAINER } from "./container.ts";
import { createProxy, type ProxyOptions } from "./proxy.ts";
import { freePort } from "./test-data/haproxy-process.ts";

const root = mkdtempSync(join(tmpdir(), "sw-lifecycle-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const UUID = "00000000-0000-4000-8000-000000000001";

/** Each sleep is as long as all the patience there is. */
const impatient = (): Clock => {
  let time = 0;
  return {
    ...systemClock,
    elapsed: () => time,
    sleep: async () => {
      time += 60_000;
    },
  };
};

const site = async (
  options: Partial<ProxyOptions> = {},
  engine: FakeEngine = createFakeEngine({ images: { "seaworthy/haproxy:2.6": fakeImage() } }),
) => {
  const folder = mkdtempSync(join(root, "s-"));
  const state = { folder, runFolder: join(folder, "run"), uuid: UUID };
  // No HAProxy answers in this engine.
  const proxy = createProxy({ engine, state, httpPort: await freePort(), clock: impatient(), ...options });
  return { engine, proxy, folder, names: async () => (await engine.containers.list({})).map(({ name }) => name) };
};

const other = (engine: FakeEngine, uuid: string) =>
  engine.containers.create(PROXY_CONTAINER, { Image: "seaworthy/haproxy:2.6", Labels: { "dev.seaworthy.state": uuid }, HostConfig: {} });

test("a proxy that never comes up is not left in the way of the next try", async () => {
  const { engine, proxy, names, folder } = await site();
  await expect(proxy.ensureRunning()).rejects.toMatchObject({ code: "PROXY_UNREACHABLE", exit: 7 });
  expect(await names()).toEqual([]);
  const created = engine.calls.find(({ method }) => method === "containers.create")?.args[1];
  expect(created).toMatchObject({
    Labels: { "dev.seaworthy.state": UUID, "dev.seaworthy.role": "proxy" },
    HostConfig: { NetworkMode: "host", RestartPolicy: { Name: "unless-stopped" }, ReadonlyRootfs: true, CapDrop: ["ALL"] },
  });
  expect(statSync(join(folder, "proxy/sockets")).mode & 0o777).toBe(0o700);
}, 60_000);

test("its sockets and configuration are mounted from the state folder, which a reboot does not empty", async () => {
  const { engine, proxy, folder } = await site();
  await proxy.ensureRunning().catch(() => undefined);
  const created = engine.calls.find(({ method }) => method === "containers.create")?.args[1];
  expect(created).toMatchObject({
    HostConfig: {
      Mounts: [
        { Type: "bind", Source: join(folder, "proxy/config"), ReadOnly: true },
        { Type: "bind", Source: join(folder, "proxy/sockets") },
      ],
    },
  });
}, 60_000);

describe("another state folder's proxy", () => {
  test.each([
    ["another's", "00000000-0000-4000-8000-000000000002"],
    ["nobody's", ""],
  ])("%s container is not touched", async (_, uuid) => {
    const { engine, proxy, names } = await site();
    await other(engine, uuid);
    await expect(proxy.ensureRunning()).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON", exit: 4 });
    expect(await names()).toEqual([PROXY_CONTAINER]);
    expect(engine.calls.filter(({ method }) => /start|stop|remove|kill/.test(method))).toEqual([]);
  });
});

test("one that was stopped is made anew, with today's settings", async () => {
  const { engine, proxy } = await site();
  await other(engine, UUID);
  await proxy.ensureRunning().catch(() => undefined);
  const methods = engine.calls.map(({ method }) => method).filter((method) => /create|remove/.test(method));
  expect(methods.slice(0, 3)).toEqual(["containers.create", "containers.remove", "containers.create"]);
}, 60_000);

test("a port that another program has is found before anything is made", async () => {
  const squatter = createServer().listen(0, "127.0.0.1");
  await once(squatter, "listening");
  const address = squatter.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { engine, proxy, names } = await site({ httpPort: port });
  await expect(proxy.ensureRunning()).rejects.toMatchObject({
    code: "PORT_TAKEN",
    exit: 8,
    details: { port },
    message: expect.stringContaining(String(port)),
  });
  squatter.close();
  expect(await names()).toEqual([]);
  expect(engine.calls.some(({ method }) => method === "containers.create")).toBe(false);
});

describe("its image", () => {
  test("is the configured one, and where nobody has it the error says what to do", async () => {
    const { proxy } = await site({ image: "example.test/haproxy:3" });
    await expect(proxy.ensureRunning()).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining("example.test/haproxy:3"),
      hint: expect.stringContaining("x-seaworthy.proxy.image"),
    });
  });
  test("is pulled when the engine has none", async () => {
    const engine = createFakeEngine({ remote: { "haproxy:lts": fakeImage() } });
    const { proxy } = await site({}, engine);
    await proxy.ensureRunning().catch(() => undefined);
    expect(engine.calls.filter(({ method }) => method === "images.pull").map(({ args }) => args[0])).toEqual(["haproxy:lts"]);
  }, 60_000);
  test("that disappears between look and create is the engine's own error", async () => {
    const { engine, proxy } = await site();
    engine.fail("containers.create", new SeaworthyError("IMAGE_NOT_FOUND", "gone"));
    await expect(proxy.ensureRunning()).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  });
});

test("a state folder whose sockets' paths the kernel does not take is refused by name", async () => {
  await expect(site({ state: { folder: `/tmp/${"x".repeat(90)}`, runFolder: "/tmp/x", uuid: UUID } })).rejects.toMatchObject({
    code: "USAGE",
  });
});

test("what is not declared cannot be changed", async () => {
  const { proxy } = await site();
  await expect(proxy.updateServers("shop.web", (servers) => servers)).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON" });
  expect(proxy.declared("shop.web")).toBeUndefined();
});

test("what is withdrawn while no proxy runs is gone when one starts", async () => {
  const { proxy, engine } = await site();
  await proxy.withdraw("shop.web");
  expect(engine.calls.some(({ method }) => /create|start/.test(method))).toBe(false);
});
