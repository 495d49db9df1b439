import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { FULL_TRAFFIC, NO_TRAFFIC, type Weight } from "../core/index.ts";
import type { Server } from "./backend.ts";
import { createRuntime } from "./haproxy/runtime.ts";
import type { Proxy } from "./proxy.ts";
import { openProxyStore } from "./store.ts";
import { type App, ask, startApp, startClients } from "./test-data/app.ts";
import { backendOf } from "./test-data/backends.ts";
import { freePort, type HaproxyHost, startHaproxyHost } from "./test-data/haproxy-process.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const haproxy = async (): Promise<HaproxyHost> => {
  const host = await startHaproxyHost();
  cleanups.push(async () => host[Symbol.asyncDispose]());
  return host;
};
const app = async (version: string): Promise<App> => {
  const started = await startApp(version);
  cleanups.push(() => started.kill());
  return started;
};
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (what: string, holds: () => Promise<boolean> | boolean, withinMs = 15_000): Promise<void> => {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(20)) if (await holds()) return;
  throw new Error(`${what} did not come true within ${withinMs} ms`);
};

const WEB = { name: "shop.web", hosts: ["web.example"], check: { path: "/readyz", host: "web.example" } };
const at = (name: string, { port }: App, weight: Weight): Server => ({ name, address: "127.0.0.1", port, weight });
const statusOf = async (proxy: Proxy, server: string) => (await proxy.servers("shop.web"))?.find(({ name }) => name === server);
const checked = (proxy: Proxy, server: string): Promise<void> =>
  until(`${server} passes its check`, async () => (await statusOf(proxy, server))?.checkStatus.startsWith("L7OK") === true);
const summary = async (proxy: Proxy): Promise<readonly string[]> =>
  ((await proxy.servers("shop.web")) ?? []).map(({ name, weight }) => `${name}=${weight}`);

/** What a rollout does: add, gate, move, drain, unlist; then the old one is killed. */
const replace = async (proxy: Proxy, from: readonly [string, App] | undefined, [name, to]: readonly [string, App]): Promise<void> => {
  await proxy.updateServers("shop.web", (servers) => [...servers, at(name, to, NO_TRAFFIC)]);
  await checked(proxy, name);
  await proxy.updateServers("shop.web", (servers) =>
    servers.map((one) => ({ ...one, weight: one.name === name ? FULL_TRAFFIC : NO_TRAFFIC })),
  );
  if (from === undefined) return;
  const [old, leaving] = from;
  await until(
    `${old} is drained`,
    async () => {
      const { requests, oldWorkers } = await proxy.load("shop.web", old);
      return requests === 0 && oldWorkers === 0;
    },
    30_000,
  );
  await proxy.updateServers("shop.web", (servers) => servers.filter((one) => one.name !== old));
  await leaving.kill();
};

const serving = async (): Promise<{ host: HaproxyHost; proxy: Proxy; v1: App }> => {
  const host = await haproxy();
  const proxy = host.proxy();
  const v1 = await app("v1");
  await proxy.ensureRunning();
  await proxy.declare(WEB);
  await replace(proxy, undefined, ["r1-1", v1]);
  return { host, proxy, v1 };
};

describe("servers are replaced under strict keep-alive clients", () => {
  test("four times, and not one request is lost; the proxy's counters and the clients' agree", async () => {
    const { host, proxy, v1 } = await serving();
    const before = await proxy.counters("shop.web");
    const load = startClients(host.httpPort);
    await sleep(300);
    let old: readonly [string, App] = ["r1-1", v1];
    for (const number of [2, 3, 4, 5]) {
      const next = [`r${number}-1`, await app(`v${number}`)] as const;
      await replace(proxy, old, next);
      await sleep(200);
      old = next;
    }
    await load.stop();
    const after = await proxy.counters("shop.web");
    expect(load.failures).toEqual([]);
    expect(load.requests()).toBeGreaterThan(300);
    expect(await summary(proxy)).toEqual(["r5-1=100"]);
    expect((await ask(host.httpPort)).version).toBe("v5");
    expect(after?.worker).toBe(before?.worker);
    expect((after?.requests ?? 0) - (before?.requests ?? 0)).toBe(load.requests());
    expect(after).toMatchObject({ errors: 0, serverErrors: 0, cutByServer: 0 });
  });

  test("while another service's declaration reloads HAProxy in the middle", async () => {
    const { host, proxy, v1 } = await serving();
    const load = startClients(host.httpPort);
    await sleep(200);
    const v2 = await app("v2");
    await proxy.updateServers("shop.web", (servers) => [...servers, at("r2-1", v2, NO_TRAFFIC)]);
    await proxy.declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] });
    await replace(host.proxy(), ["r1-1", v1], ["r3-1", await app("v3")]);
    await host.proxy().updateServers("shop.web", (servers) => servers.filter(({ name }) => name !== "r2-1"));
    await sleep(200);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.requests()).toBeGreaterThan(100);
  });
});

describe("a worker of an earlier configuration", () => {
  const connect = async (port: number): Promise<Socket> => {
    const socket = createConnection({ port, host: "127.0.0.1" }).setEncoding("utf8");
    socket.on("error", () => undefined);
    cleanups.push(async () => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  const say = async (socket: Socket): Promise<string> => {
    socket.write("GET / HTTP/1.1\r\nHost: web.example\r\n\r\n");
    let text = "";
    while (!/\r\n\r\n.+/s.test(text)) {
      const [chunk] = (await Promise.race([once(socket, "data"), once(socket, "close").then(() => [""])])) as [string];
      if (chunk === "") break;
      text += chunk;
    }
    return text;
  };

  test("keeps the servers that it knows from leaving, and its client's next request is answered by one of them", async () => {
    const { host, proxy, v1 } = await serving();
    const client = await connect(host.httpPort);
    expect(await say(client)).toMatch(/^HTTP\/1\.1 200 .*v1$/s);
    const [worker] = (await proxy.processes()).workers;
    await proxy.declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] });
    // The client's connection keeps the old worker alive, and nothing can be changed in it.
    expect((await proxy.processes()).oldWorkers).toEqual([worker]);
    const replaced = replace(proxy, ["r1-1", v1], ["r2-1", await app("v2")]);
    await until("traffic has moved", async () => (await statusOf(proxy, "r2-1"))?.weight === FULL_TRAFFIC);
    expect(await proxy.load("shop.web", "r1-1")).toEqual({ requests: 0, oldWorkers: 1 });
    // Each next request is answered by the server it knew, until it is told to come back; then nothing keeps the old worker, nor the old server.
    const answers: string[] = [];
    await until(
      "the client is told to come back",
      async () => answers.push(await say(client)) > 0 && /connection: close/i.test(answers.at(-1) ?? ""),
    );
    expect(answers.filter((answer) => !/^HTTP\/1\.1 200 .*v1$/s.test(answer))).toEqual([]);
    await replaced;
    expect([(await proxy.processes()).oldWorkers, (await ask(host.httpPort)).version]).toEqual([[], "v2"]);
  });

  test("is counted in a drain: a request that is under way there is waited for", async () => {
    const { host, proxy, v1 } = await serving();
    const slow = ask(host.httpPort, { path: "/slow" });
    await until("the request is under way", async () => (await proxy.load("shop.web", "r1-1")).requests === 1);
    await proxy.declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] });
    const busy = (await proxy.load("shop.web", "r1-1")).requests;
    await replace(proxy, ["r1-1", v1], ["r2-1", await app("v2")]);
    expect([busy, (await slow).version]).toEqual([1, "v1"]);
  });
});

describe("HAProxy dies", () => {
  test("in the middle of a rollout: what it comes back with is what was declared, and the rollout goes on", async () => {
    const { host, proxy, v1 } = await serving();
    const v2 = await app("v2");
    await proxy.updateServers("shop.web", (servers) => [...servers, at("r2-1", v2, NO_TRAFFIC)]);
    await host.crash();
    const next = host.proxy();
    await next.ensureRunning();
    expect(await summary(next)).toEqual(["r1-1=100", "r2-1=0"]);
    expect((await ask(host.httpPort)).version).toBe("v1");
    await checked(next, "r2-1");
    await next.updateServers("shop.web", (servers) =>
      servers.map((one) => ({ ...one, weight: one.name === "r2-1" ? FULL_TRAFFIC : NO_TRAFFIC })),
    );
    await next.updateServers("shop.web", (servers) => servers.filter(({ name }) => name !== "r1-1"));
    await v1.kill();
    expect([await summary(next), (await ask(host.httpPort)).version]).toEqual([["r2-1=100"], "v2"]);
  });

  test("and its container is gone: the next change brings it back with everything", async () => {
    const { host, proxy } = await serving();
    await proxy.remove();
    const next = host.proxy();
    await next.updateServers("shop.web", (servers) => servers);
    expect([await summary(next), (await ask(host.httpPort)).version]).toEqual([["r1-1=100"], "v1"]);
  });
});

describe("an actor dies", () => {
  test("between writing a structure and the reload: the same declaration again reloads", async () => {
    const { host } = await serving();
    const store = openProxyStore(join(host.state.folder, "proxy"), host.httpPort, host.inside);
    const backend = store.backend("shop.web");
    if (backend === undefined) throw new Error("nothing was declared");
    store.put({ ...backend, hosts: ["web.example", "new.example"] });
    store.render();
    expect((await ask(host.httpPort, { host: "new.example" })).status).toBe(404);
    await host.proxy().declare({ ...WEB, hosts: ["web.example", "new.example"] });
    expect((await ask(host.httpPort, { host: "new.example" })).version).toBe("v1");
  });

  test("between writing the servers and telling HAProxy", async () => {
    const { host } = await serving();
    const v2 = await app("v2");
    const store = openProxyStore(join(host.state.folder, "proxy"), host.httpPort, host.inside);
    store.put({ ...backendOf("shop.web"), ...WEB, httpPort: host.httpPort, servers: [at("r2-1", v2, FULL_TRAFFIC)] });
    const next = host.proxy();
    await next.updateServers("shop.web", (servers) => servers);
    expect([await summary(next), (await ask(host.httpPort)).version]).toEqual([["r2-1=100"], "v2"]);
  });

  test("after a server was announced: HAProxy hears of it when it is admitted, and after a restart knows it already", async () => {
    const { host, proxy } = await serving();
    const [v2, v3] = [await app("v2"), await app("v3")];
    await proxy.announce("shop.web", (servers) => [...servers, at("r2-1", v2, NO_TRAFFIC)]);
    expect(await summary(proxy)).toEqual(["r1-1=100"]);
    const next = host.proxy();
    await next.admit("shop.web", "r1-1");
    await next.admit("shop.web", "r2-1");
    await checked(next, "r2-1");
    expect(await summary(next)).toEqual(["r1-1=100", "r2-1=0"]);
    await next.announce("shop.web", (servers) => [...servers, at("r3-1", v3, NO_TRAFFIC)]);
    await host.crash();
    await next.ensureRunning();
    await checked(next, "r3-1");
    await expect(next.admit("shop.web", "r3-1")).rejects.toMatchObject({
      code: "PROXY_UNREACHABLE",
      message: expect.stringMatching(/already exists/i),
    });
    await next.updateServers("shop.web", (servers) => servers.filter(({ name }) => name === "r1-1"));
    expect(await summary(next)).toEqual(["r1-1=100"]);
    expect((await ask(host.httpPort)).version).toBe("v1");
  });

  test("a server whose first check came too early, and was put off, is checked when HAProxy is told of it anew", async () => {
    const { host, proxy } = await serving();
    const v2 = await app("v2");
    const runtime = createRuntime(join(host.inside.socketFolder, "admin.sock"));
    await proxy.announce("shop.web", (servers) => [...servers, at("r2-1", v2, NO_TRAFFIC)]);
    await runtime(`add server shop.web/r2-1 127.0.0.1:${v2.port} check inter 60s rise 2 fall 3 weight 0`);
    await sleep(100);
    await runtime("enable server shop.web/r2-1;enable health shop.web/r2-1");
    await sleep(500);
    expect(await statusOf(proxy, "r2-1")).toMatchObject({ checkStatus: "INI", checking: false });
    await proxy.admitAnew("shop.web", "r1-1");
    await proxy.admitAnew("shop.web", "r2-1");
    await checked(proxy, "r2-1");
    expect(await summary(proxy)).toEqual(["r1-1=100", "r2-1=0"]);
  });

  test("between registering a server and enabling it", async () => {
    const { host } = await serving();
    const v2 = await app("v2");
    const runtime = createRuntime(join(host.inside.socketFolder, "admin.sock"));
    expect(await runtime(`add server shop.web/r2-1 127.0.0.1:${v2.port} check inter 1s fastinter 250ms rise 2 fall 3 weight 0`)).toContain(
      "registered",
    );
    const next = host.proxy();
    await next.updateServers("shop.web", (servers) => [...servers, at("r2-1", v2, NO_TRAFFIC)]);
    await checked(next, "r2-1");
  });
});

describe("somebody's own hand", () => {
  const edit = async (host: HaproxyHost, command: string): Promise<void> => {
    expect((await createRuntime(join(host.inside.socketFolder, "admin.sock"))(command)).trim()).toBe("");
  };
  test.each([
    ["a weight", ["set weight shop.web/r1-1 0"]],
    ["a drain", ["set server shop.web/r1-1 state drain"]],
    ["maintenance", ["set server shop.web/r1-1 state maint"]],
    ["health checks off", ["disable health shop.web/r1-1"]],
  ])("%s is put right by the next change", async (_, commands) => {
    const { host, proxy } = await serving();
    for (const command of commands) await edit(host, command);
    await proxy.updateServers("shop.web", (servers) => servers);
    await checked(proxy, "r1-1");
    expect(await statusOf(proxy, "r1-1")).toMatchObject({ status: expect.stringMatching(/^UP/), weight: 100 });
    expect((await ask(host.httpPort)).version).toBe("v1");
  });

  test("a server under our name at another address is not taken for ours", async () => {
    const { host, proxy } = await serving();
    const v2 = await app("v2");
    await proxy.updateServers("shop.web", () => [at("r1-1", v2, FULL_TRAFFIC)]);
    expect((await statusOf(proxy, "r1-1"))?.address).toBe(`127.0.0.1:${v2.port}`);
    await checked(proxy, "r1-1");
    expect((await ask(host.httpPort)).version).toBe("v2");
  });

  test("a backend's file that is lost does not lose its servers", async () => {
    const { host } = await serving();
    rmSync(join(host.state.folder, "proxy/backends/shop.web.json"));
    const next = host.proxy();
    await next.declare(WEB);
    expect([await summary(next), (await ask(host.httpPort)).version]).toEqual([["r1-1=100"], "v1"]);
  });

  test("a backend's file that is broken stops only its own service's changes", async () => {
    const { host, proxy } = await serving();
    writeFileSync(join(host.state.folder, "proxy/backends/blog.web.json"), "{");
    await expect(proxy.declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] })).rejects.toMatchObject({
      code: "STATE_NEEDS_PERSON",
    });
    expect(proxy.broken()).toEqual([expect.stringContaining("blog.web.json")]);
    await replace(proxy, undefined, ["r2-1", await app("v2")]);
    expect((await ask(host.httpPort)).version).toBe("v2");
  });
});

test("a tunnel that outlives the drain is cut, and HAProxy lets go of the server", async () => {
  const { host, proxy } = await serving();
  const tunnel = createConnection({ port: host.httpPort, host: "127.0.0.1" });
  tunnel.on("error", () => undefined);
  tunnel.write(
    "GET /ws HTTP/1.1\r\nHost: web.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const [upgraded] = await once(tunnel, "data");
  expect(String(upgraded)).toMatch(/^HTTP\/1\.1 101 /);
  expect(await proxy.load("shop.web", "r1-1")).toEqual({ requests: 1, oldWorkers: 0 });
  const closed = once(tunnel, "close");
  await proxy.updateServers("shop.web", () => []);
  await closed;
  expect(await summary(proxy)).toEqual([]);
});

describe("ports", () => {
  test("two projects with ports of their own are both answered, on both", async () => {
    const { host } = await serving();
    const port = await freePort();
    const blog = host.proxy({ httpPort: port });
    const written = await app("blog");
    await blog.ensureRunning();
    await blog.declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] });
    await blog.updateServers("blog.web", () => [at("r1-1", written, FULL_TRAFFIC)]);
    expect((await ask(port, { host: "blog.example" })).version).toBe("blog");
    expect((await ask(host.httpPort)).version).toBe("v1");
  });

  test("one that another program has is refused, and nothing is changed", async () => {
    const { host, proxy } = await serving();
    const squatter = createServer().listen(0, "0.0.0.0");
    await once(squatter, "listening");
    cleanups.push(async () => squatter.close());
    const address = squatter.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const [before] = (await proxy.processes()).workers;
    await expect(host.proxy({ httpPort: port }).declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      details: { port },
    });
    expect([(await proxy.processes()).workers, proxy.declared("blog.web")]).toEqual([[before], undefined]);
    expect((await ask(host.httpPort)).version).toBe("v1");
  });

  test("taken by somebody before HAProxy ever ran: it is not left behind", async () => {
    const host = await haproxy();
    const squatter = createServer().listen(host.httpPort, "127.0.0.1");
    await once(squatter, "listening");
    cleanups.push(async () => squatter.close());
    await expect(host.proxy().ensureRunning()).rejects.toMatchObject({ code: "PORT_TAKEN" });
    expect(await host.engine.containers.inspect("seaworthy-proxy")).toBeUndefined();
  });
});

test("a configuration that HAProxy does not take is taken back, on disk too", async () => {
  const { host, proxy } = await serving();
  const config = (): string => readFileSync(join(host.state.folder, "proxy/config/haproxy.cfg"), "utf8");
  const before = config();
  const confused = host.proxy({ inside: { ...host.inside, socketFolder: "/no/such/folder" } });
  await expect(confused.declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] })).rejects.toMatchObject({
    code: "PROXY_UNREACHABLE",
  });
  expect(proxy.declared("blog.web")).toBeUndefined();
  await proxy.updateServers("shop.web", (servers) => servers);
  expect(config()).toBe(before);
  await host.crash();
  await until("it serves again", async () => (await ask(host.httpPort).catch(() => undefined))?.version === "v1");
});

describe("host names", () => {
  test("one that another project answers to is refused, and nothing is changed", async () => {
    const { host, proxy } = await serving();
    await expect(proxy.declare({ ...WEB, name: "blog.web" })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining("web.example: shop.web does"),
    });
    expect((await ask(host.httpPort)).version).toBe("v1");
  });

  test("one that goes over to another service of the project is answered all the time", async () => {
    const { host, proxy } = await serving();
    const load = startClients(host.httpPort, 8);
    await proxy.declare({ ...WEB, name: "shop.site" });
    const site = await app("site");
    await proxy.updateServers("shop.site", () => [at("r2-1", site, NO_TRAFFIC)]);
    await until("the new one passes its check", async () => (await proxy.servers("shop.site"))?.[0]?.checkStatus === "L7OK");
    await proxy.updateServers("shop.site", () => [at("r2-1", site, FULL_TRAFFIC)]);
    expect((await ask(host.httpPort)).version).toBe("site");
    await until("the old one is drained", async () => Object.values(await proxy.load("shop.web", "r1-1")).every((count) => count === 0));
    await sleep(100);
    await load.stop();
    await proxy.updateServers("shop.web", () => []);
    await proxy.withdraw("shop.web");
    expect(load.failures).toEqual([]);
    expect((await ask(host.httpPort)).version).toBe("site");
    expect((await ask(host.httpPort, { host: "nobody.example" })).status).toBe(404);
  });
});

test("HAProxy takes whatever a project may write, at its longest", () => {
  const folder = mkdtempSync(join(tmpdir(), "sw-haproxy-c-"));
  const host = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`;
  const path = `/${"-._~!$&()*+,;=:@%/?Az09".repeat(22)}`;
  const backend = backendOf(`shop.${"x".repeat(190)}`, ["r1-1"], { hosts: [host, "*"], check: { path: path.slice(0, 512), host } });
  const most = "e".repeat(14_000);
  const addresses = Array.from({ length: 100 }, () => "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff/128");
  const store = openProxyStore(folder, 39_998, { configFolder: join(folder, "config"), socketFolder: folder });
  store.put({
    ...backend,
    httpPort: 39_998,
    limits: {
      bodyBytes: Number.MAX_SAFE_INTEGER,
      rate: { requests: 1_000_000, seconds: 86_400 },
      perClient: 1_000_000,
      perReplica: 1_000_000,
      timeouts: { connectMs: 86_400_000, headerMs: 1, answerMs: 1, idleMs: 86_400_000, queueMs: 1 },
    },
    maintenance: { html: most, retrySeconds: 604_800, allow: { addresses, keySha256: "a".repeat(64) } },
    byHand: { closed: { at: 1, who: "ann", why: "" } },
  });
  store.put({ ...backend, name: `${backend.name}:next`, hosts: [], httpPort: 39_998 });
  store.render();
  const { status, stderr } = spawnSync("/usr/sbin/haproxy", ["-c", "-f", join(folder, "config", "haproxy.cfg")], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/ALERT|WARNING/) });
});

const head = (port: number): Promise<{ readonly status: number; readonly retryAfter: string; readonly atMs: number }> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, agent: false, headers: { host: "web.example" } }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] ?? "", atMs: performance.now() });
    });
    outgoing.on("error", reject).end();
  });

describe("requests that wait while the only server is replaced", () => {
  const HELD = { ...WEB, hold: { seconds: 20, requests: 500 } };
  const held = async () => {
    const started = await serving();
    await started.proxy.declare(HELD);
    await until("the worker before the reload ends", async () => (await started.proxy.processes()).oldWorkers.length === 0, 70_000);
    return started;
  };
  /** Stop-first: the old one is gone before the new one is there. */
  const replaceHeld = async (proxy: Proxy, [name, next]: readonly [string, App], old: App, gapMs: number): Promise<void> => {
    await proxy.hold("shop.web", 20_000);
    const [before] = (await proxy.servers("shop.web")) ?? [];
    await until("nothing is under way", async () => (await proxy.load("shop.web", before?.name ?? "")).requests === 0);
    await proxy.updateServers("shop.web", () => []);
    await old.kill();
    await sleep(gapMs);
    await proxy.updateServers("shop.web", () => [at(name, next, NO_TRAFFIC)]);
    await checked(proxy, name);
    await proxy.updateServers("shop.web", (servers) => servers.map((one) => ({ ...one, weight: FULL_TRAFFIC })));
    await proxy.hold("shop.web");
  };

  test("three times under strict clients: none fails, and HAProxy takes the configuration by its own word", async () => {
    const { host, proxy, v1 } = await held();
    expect(spawnSync("/usr/sbin/haproxy", ["-c", "-f", join(host.inside.configFolder, "haproxy.cfg")], { encoding: "utf8" }).status).toBe(
      0,
    );
    const load = startClients(host.httpPort, 32);
    await sleep(300);
    let old = v1;
    for (const number of [2, 3, 4]) {
      const next = await app(`v${number}`);
      await replaceHeld(proxy, [`r${number}-1`, next], old, 1000);
      await sleep(300);
      old = next;
    }
    await load.stop();
    expect(load.failures).toEqual([]);
    expect(load.requests()).toBeGreaterThan(200);
    expect((await ask(host.httpPort)).version).toBe("v4");
    expect(await proxy.counters("shop.web")).toMatchObject({ errors: 0, cutByServer: 0 });
  });

  test("are let go after the time that the proxy itself knows, whoever has died; a restart of HAProxy keeps the hold", async () => {
    const { host, proxy, v1 } = await held();
    await proxy.hold("shop.web", 6000);
    await host.crash();
    await until("HAProxy is back", () =>
      checked(proxy, "r1-1").then(
        () => true,
        () => false,
      ),
    );
    const begun = performance.now();
    expect(await ask(host.httpPort)).toEqual({ status: 200, version: v1.version });
    expect(performance.now() - begun).toBeGreaterThan(1000);
    expect(performance.now() - begun).toBeLessThan(7500);
  });

  test("are answered 503 with Retry-After beyond either bound", async () => {
    const { host, proxy } = await serving();
    await proxy.declare({ ...WEB, hold: { seconds: 2, requests: 3 } });
    await proxy.hold("shop.web", 30_000);
    const begun = performance.now();
    const answers = await Promise.all(Array.from({ length: 5 }, () => head(host.httpPort)));
    expect(answers.map(({ status, retryAfter }) => `${status} ${retryAfter}`)).toEqual(Array.from({ length: 5 }, () => "503 2"));
    const soon = answers.filter(({ atMs }) => atMs - begun < 1000).length;
    expect(soon, "the bound on how many wait").toBe(2);
    expect(Math.max(...answers.map(({ atMs }) => atMs)) - begun, "the bound on how long one waits").toBeLessThan(4000);
    await proxy.hold("shop.web");
    expect((await head(host.httpPort)).status).toBe(200);
  });

  test("only where the backend was declared with bounds", async () => {
    const { proxy } = await serving();
    await expect(proxy.hold("shop.web", 1000)).rejects.toThrow(/whose requests can wait/);
  });
});
