import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { FULL_TRAFFIC } from "../core/index.ts";
import type { Proxy } from "./proxy.ts";
import { type App, ask, startApp } from "./test-data/app.ts";
import { type HaproxyHost, startHaproxyHost } from "./test-data/haproxy-process.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const WEB = { name: "shop.web", hosts: ["web.example"], check: { path: "/readyz", host: "web.example" } };

const serving = async (): Promise<{ readonly host: HaproxyHost; readonly proxy: Proxy; readonly app: App }> => {
  const host = await startHaproxyHost();
  cleanups.push(async () => host[Symbol.asyncDispose]());
  const app = await startApp("v1");
  cleanups.push(() => app.kill());
  const proxy = host.proxy();
  await proxy.ensureRunning();
  await proxy.declare(WEB);
  await proxy.updateServers("shop.web", () => [{ name: "r1-1", address: "127.0.0.1", port: app.port, weight: FULL_TRAFFIC }]);
  return { host, proxy, app };
};

/** A connection on which something goes on: its answer's head has come. */
const open = async (port: number, request: string): Promise<Socket> => {
  const socket = createConnection({ port, host: "127.0.0.1" }).setEncoding("utf8");
  socket.on("error", () => undefined);
  cleanups.push(async () => socket.destroy());
  socket.write(request);
  await once(socket, "data");
  socket.resume();
  return socket;
};
const HOST = "Host: web.example\r\n";
const webSocket = (port: number): Promise<Socket> =>
  open(
    port,
    `GET /s HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
const get = (port: number, path: string): Promise<Socket> => open(port, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`);

const stillOpen = async (sockets: readonly Socket[]): Promise<number> => {
  await sleep(300);
  return sockets.filter(({ destroyed, readableEnded }) => !destroyed && !readableEnded).length;
};

test("WebSockets and event streams are ended, as many as are asked for; a download and a slow answer go on", async () => {
  const { host, proxy } = await serving();
  const lasting = [...(await Promise.all(Array.from({ length: 60 }, () => webSocket(host.httpPort)))), await get(host.httpPort, "/events")];
  const download = await get(host.httpPort, "/download");
  expect(await proxy.endLasting("shop.web", "r1-1", 0)).toMatchObject({ there: 61, ended: 0 });
  expect(await stillOpen(lasting)).toBe(61);
  expect(await proxy.endLasting("shop.web", "r1-1", 20)).toMatchObject({ there: 61, ended: 20 });
  expect(await stillOpen(lasting)).toBe(41);
  const slow = ask(host.httpPort, { host: "web.example", path: "/slow" });
  await sleep(100);
  expect(await proxy.endLasting("shop.web", "r1-1", 1000)).toMatchObject({ there: 41, ended: 41 });
  expect((await slow).version).toBe("v1");
  expect(await stillOpen(lasting)).toBe(0);
  expect(await stillOpen([download])).toBe(1);
  expect(await proxy.endLasting("shop.web", "r1-1", 1000)).toEqual({ there: 0, ended: 0, streams: 0 });
  expect(await proxy.endLasting("shop.web", "r9-1", 1000)).toEqual({ there: 0, ended: 0, streams: 0 });
});

test("those of a worker of an earlier configuration as well", async () => {
  const { host, proxy } = await serving();
  const before = await Promise.all(Array.from({ length: 5 }, () => webSocket(host.httpPort)));
  await proxy.declare({ ...WEB, name: "blog.web", hosts: ["blog.example"] });
  expect((await proxy.processes()).oldWorkers).toHaveLength(1);
  const after = await Promise.all(Array.from({ length: 3 }, () => webSocket(host.httpPort)));
  expect(await proxy.endLasting("shop.web", "r1-1", 6)).toEqual({ there: 8, ended: 6, streams: 0 });
  expect(await stillOpen([...before, ...after])).toBe(2);
  expect(await proxy.endLasting("shop.web", "r1-1", 6)).toMatchObject({ ended: 2 });
  expect(await stillOpen([...before, ...after])).toBe(0);
});
