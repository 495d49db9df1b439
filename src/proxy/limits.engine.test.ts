import { createHash } from "node:crypto";
import { type ClientRequest, request } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { FULL_TRAFFIC, NO_TRAFFIC } from "../core/index.ts";
import type { Backend } from "./backend.ts";
import type { Proxy } from "./proxy.ts";
import { type App, startApp, startClients } from "./test-data/app.ts";
import { type HaproxyHost, startHaproxyHost } from "./test-data/haproxy-process.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Settings = Partial<Pick<Backend, "limits" | "maintenance">>;
const WEB = { name: "shop.web", hosts: ["web.example"], check: { path: "/readyz", host: "web.example" } };

const serving = async (settings: Settings = {}): Promise<{ readonly host: HaproxyHost; readonly proxy: Proxy; readonly app: App }> => {
  const host = await startHaproxyHost();
  cleanups.push(async () => host[Symbol.asyncDispose]());
  const app = await startApp("v1");
  cleanups.push(() => app.kill());
  const proxy = host.proxy();
  await proxy.ensureRunning();
  await proxy.declare({ ...WEB, ...settings });
  await proxy.updateServers("shop.web", () => [{ name: "r1-1", address: "127.0.0.1", port: app.port, weight: FULL_TRAFFIC }]);
  return { host, proxy, app };
};

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** One request, its body either of a known length or in chunks. */
const send = (
  { httpPort }: HaproxyHost,
  {
    path = "/",
    headers = {},
    body,
    chunks,
  }: { path?: string; headers?: Record<string, string>; body?: string; chunks?: readonly string[] } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: "127.0.0.1",
        port: httpPort,
        path,
        method: body === undefined && chunks === undefined ? "GET" : "POST",
        headers: { host: "web.example", ...headers },
        agent: false,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
        response.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.setTimeout(20_000, () => outgoing.destroy(new Error("no answer")));
    for (const chunk of chunks ?? []) outgoing.write(chunk);
    outgoing.end(body);
  });

/** An answer that goes on: its replica is busy with it until it is destroyed. */
const occupied = (host: HaproxyHost): Promise<ClientRequest> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port: host.httpPort, path: "/events", headers: { host: "web.example" }, agent: false });
    outgoing.on("response", (response) => {
      response.on("error", () => undefined).resume();
      resolve(outgoing);
    });
    outgoing.on("error", reject);
    outgoing.end();
  });

const statuses = async (host: HaproxyHost, count: number, options: Parameters<typeof send>[1] = {}): Promise<readonly number[]> => {
  const all: number[] = [];
  for (let sent = 0; sent < count; sent += 1) all.push((await send(host, options)).status);
  return all;
};

describe("a request body", () => {
  test("larger than the limit is refused by its length before it comes, and the page names the request", async () => {
    const { host } = await serving({ limits: { bodyBytes: 1000 } });
    const refused = await send(host, { body: "x".repeat(1001), headers: { "x-request-id": "abc-1" } });
    expect(refused).toMatchObject({
      status: 413,
      body: "The request is larger than this service takes.\nRequest id: abc-1\n",
      headers: { "content-type": "text/plain" },
    });
    expect((await send(host, { body: "x".repeat(1000) })).status).toBe(200);
    expect((await send(host)).status).toBe(200);
  });

  test("of unknown length is measured where it is small, and refused where it cannot be, unless that is wanted", async () => {
    const { host, proxy } = await serving({ limits: { bodyBytes: 1000 } });
    expect((await send(host, { chunks: ["x".repeat(600), "x".repeat(300)] })).status).toBe(200);
    expect((await send(host, { chunks: ["x".repeat(600), "x".repeat(600)] })).status).toBe(413);
    await proxy.declare({ ...WEB, limits: { bodyBytes: 1_000_000 } });
    expect((await send(host, { chunks: ["x".repeat(9000)] })).status).toBe(411);
    await proxy.declare({ ...WEB, limits: { bodyBytes: 1_000_000, unmeasured: true } });
    expect((await send(host, { chunks: ["x".repeat(9000)] })).status).toBe(200);
  });
});

test("a WebSocket is no body, and asking for one hides none", async () => {
  const { host } = await serving({ limits: { bodyBytes: 1_000_000 } });
  const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const upgraded = await new Promise<number>((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port: host.httpPort, headers: { host: "web.example", ...upgrade }, agent: false });
    outgoing.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    outgoing.on("response", (response) => resolve(response.statusCode ?? 0));
    outgoing.on("error", reject);
    outgoing.end();
  });
  expect(upgraded).toBe(101);
  expect((await send(host, { headers: upgrade, chunks: ["x".repeat(9000)] })).status).toBe(411);
});

describe("a client", () => {
  test("that asks more often than it may gets 429 with Retry-After, and is let in again after its window", async () => {
    const { host } = await serving({ limits: { rate: { requests: 5, seconds: 2 } } });
    const first = await statuses(host, 8);
    expect(first.slice(0, 5)).toEqual([200, 200, 200, 200, 200]);
    expect(first.slice(5)).toContain(429);
    expect(await send(host)).toMatchObject({ status: 429, headers: { "retry-after": "2" }, body: expect.stringContaining("Request id: ") });
    await sleep(4500);
    expect((await send(host)).status).toBe(200);
  });

  test("has no more requests under way at once than it may", async () => {
    const { host } = await serving({ limits: { perClient: 3 } });
    const busy = await Promise.all(Array.from({ length: 3 }, () => occupied(host)));
    expect(await statuses(host, 3)).toEqual([429, 429, 429]);
    for (const one of busy) one.destroy();
    await expect.poll(async () => (await send(host)).status, { message: "those are over", timeout: 10_000 }).toBe(200);
  });
});

test("a replica has no more requests at once than it takes; the others wait, and are told after the time for that", async () => {
  const { host, proxy } = await serving({ limits: { perReplica: 1, timeouts: { queueMs: 10_000 } } });
  const waited = await Promise.all(Array.from({ length: 4 }, () => send(host, { path: "/slow" })));
  expect(waited.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  await proxy.declare({ ...WEB, limits: { perReplica: 1, timeouts: { queueMs: 50 } } });
  // A worker of the earlier configuration that still takes a connection counts for itself.
  await expect.poll(async () => (await proxy.processes()).oldWorkers, { timeout: 30_000, interval: 20 }).toEqual([]);
  const busy = await occupied(host);
  cleanups.push(async () => busy.destroy());
  const refused = await Promise.all([send(host), send(host)]);
  expect(refused.map(({ status }) => status)).toEqual([503, 503]);
  expect(refused[0]).toMatchObject({
    headers: { "retry-after": "5" },
    body: expect.stringMatching(/^The service cannot answer now.\nRequest id: \S{8,}\n$/),
  });
});

test("a replica is replaced while requests wait for room on it: they go to the new one, and none is lost", async () => {
  const { host, proxy, app } = await serving({ limits: { perReplica: 2 } });
  const load = startClients(host.httpPort);
  let [old, name] = [app, "r1-1"];
  for (const next of ["r2-1", "r3-1"]) {
    await sleep(300);
    const started = await startApp(next);
    cleanups.push(() => started.kill());
    await proxy.updateServers("shop.web", (servers) => [
      ...servers,
      { name: next, address: "127.0.0.1", port: started.port, weight: NO_TRAFFIC },
    ]);
    const status = async () => (await proxy.servers("shop.web"))?.find((one) => one.name === next);
    for (let tries = 0; tries < 400 && (await status())?.checkStatus !== "L7OK"; tries += 1) await sleep(20);
    expect(await status()).toMatchObject({ checkStatus: "L7OK", most: 2 });
    await proxy.updateServers("shop.web", (servers) =>
      servers.map((one) => ({ ...one, weight: one.name === next ? FULL_TRAFFIC : NO_TRAFFIC })),
    );
    for (let tries = 0; tries < 400 && (await proxy.load("shop.web", name)).requests > 0; tries += 1) await sleep(20);
    await proxy.updateServers("shop.web", (servers) => servers.filter((one) => one.name === next));
    await old.kill();
    [old, name] = [started, next];
  }
  // However slow the machine is: as soon as the last one answers as many, the clients may go.
  for (let tries = 0; tries < 1000 && (old.answered() <= 20 || load.requests() <= 100); tries += 1) await sleep(20);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.requests()).toBeGreaterThan(100);
  expect(old.answered()).toBeGreaterThan(20);
});

test("numbers change under strict clients without a reload and without a lost request", async () => {
  const { host, proxy } = await serving({
    limits: { bodyBytes: 1000, rate: { requests: 100_000, seconds: 10 }, perClient: 500, perReplica: 100 },
  });
  const worker = (await proxy.processes()).workers;
  const load = startClients(host.httpPort);
  for (const scale of [2, 3, 4]) {
    await sleep(200);
    await proxy.declare({
      ...WEB,
      limits: { bodyBytes: 1000 * scale, rate: { requests: 100_000 * scale, seconds: 10 }, perClient: 500 * scale, perReplica: 20 * scale },
    });
  }
  expect((await send(host, { body: "x".repeat(3900) })).status, "and they hold").toBe(200);
  expect((await send(host, { body: "x".repeat(4001) })).status).toBe(413);
  expect((await proxy.servers("shop.web"))?.[0]).toMatchObject({ most: 80 });
  expect((await proxy.processes()).workers).toEqual(worker);
  await proxy.declare({ ...WEB, limits: { rate: { requests: 100_000, seconds: 20 } } });
  expect((await proxy.processes()).workers, "another window is another structure").not.toEqual(worker);
  expect((await proxy.servers("shop.web"))?.[0]).toMatchObject({ most: 0 });
  await sleep(200);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.requests()).toBeGreaterThan(100);
});

const WORD = { at: 1, who: "ann@acme", why: "new disks" };

describe("maintenance", () => {
  test("answers with the project's page, lets those look who may, survives HAProxy, and ends; nothing is reloaded", async () => {
    const key = "correct horse battery";
    const { host, proxy } = await serving({
      maintenance: {
        html: "<h1>100 % new disks</h1>",
        retrySeconds: 90,
        allow: { keySha256: createHash("sha256").update(key).digest("hex"), addresses: ["192.0.2.0/24"] },
      },
    });
    const worker = (await proxy.processes()).workers;
    const before = await proxy.counters("shop.web");
    const slow = send(host, { path: "/slow" });
    await sleep(100);
    await proxy.sayByHand("shop.web", () => ({ closed: WORD }));
    expect((await slow).status, "what was under way ends well").toBe(200);
    expect(await send(host)).toMatchObject({
      status: 503,
      body: "<h1>100 % new disks</h1>",
      headers: {
        "retry-after": "90",
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "x-request-id": expect.stringMatching(/./),
      },
    });
    expect((await send(host, { headers: { "x-seaworthy-maintenance": key } })).status).toBe(200);
    expect((await send(host, { headers: { "x-seaworthy-maintenance": `${key}!` } })).status).toBe(503);
    expect((await proxy.processes()).workers).toEqual(worker);
    expect(await proxy.drift()).toEqual([]);
    const after = await proxy.counters("shop.web");
    expect([after?.requests, after?.errors], "it is no failure of the service").toEqual([(before?.requests ?? 0) + 2, before?.errors]);
    await proxy.declare({ ...WEB, maintenance: { retrySeconds: 30 } });
    expect(await send(host), "a declaration keeps it closed").toMatchObject({ status: 503, headers: { "retry-after": "30" } });
    await host.crash();
    await sleep(500);
    expect(await send(host)).toMatchObject({ status: 503, body: expect.stringContaining("Back soon") });
    await host.proxy().sayByHand("shop.web", () => ({}));
    expect((await send(host)).status).toBe(200);
  });

  test("on and off under strict clients: each answer is the service's or the page, and no connection breaks", async () => {
    const { host, proxy } = await serving();
    const load = startClients(host.httpPort);
    for (const on of [true, false, true, false]) {
      await sleep(250);
      await proxy.sayByHand("shop.web", () => (on ? { closed: WORD } : {}));
    }
    await sleep(250);
    await load.stop();
    expect(load.failures.length).toBeGreaterThan(0);
    expect(load.failures.filter((one) => !one.startsWith("503 <!doctype html>"))).toEqual([]);
  });
});

describe("a pause", () => {
  const until = (seconds: number) => ({ paused: { ...WORD, untilSeconds: Math.ceil(Date.now() / 1000) + seconds, requests: 500 } });

  test("lets requests wait and then go, under strict clients: none is lost, and nothing is reloaded", async () => {
    const { host, proxy, app } = await serving();
    const worker = (await proxy.processes()).workers;
    const load = startClients(host.httpPort);
    for (let round = 0; round < 3; round += 1) {
      await sleep(200);
      await proxy.sayByHand("shop.web", () => until(20));
      await sleep(400);
      const answered = app.answered();
      await sleep(600);
      expect(app.answered(), "nothing reaches the service").toBe(answered);
      await proxy.sayByHand("shop.web", () => ({}));
    }
    await sleep(200);
    await load.stop();
    expect(load.failures).toEqual([]);
    expect((await proxy.processes()).workers).toEqual(worker);
  });

  test("ends by itself when nobody resumes, and what it left costs no later request anything", async () => {
    const { host, proxy } = await serving();
    await proxy.sayByHand("shop.web", () => until(2));
    const begun = performance.now();
    expect((await send(host)).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThan(900);
    // The first request after its time takes the value away.
    expect((await send(host)).status).toBe(200);
    expect(await proxy.drift()).toEqual([]);
  });

  test("holds no more requests than it may", async () => {
    const { host, proxy } = await serving();
    await proxy.sayByHand("shop.web", () => ({ paused: { ...until(20).paused, requests: 2 } }));
    const waiting = Promise.all([send(host), send(host)]);
    await sleep(300);
    expect(await send(host)).toMatchObject({
      status: 503,
      headers: { "retry-after": "2" },
      body: expect.stringContaining("Too many requests wait"),
    });
    await proxy.sayByHand("shop.web", () => ({}));
    expect((await waiting).map(({ status }) => status)).toEqual([200, 200]);
  });
});
