import { Agent, request } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { FULL_TRAFFIC } from "../core/index.ts";
import { createRuntime } from "./haproxy/runtime.ts";
import type { Proxy } from "./proxy.ts";
import { type App, ask, startApp, startClients } from "./test-data/app.ts";
import { type HaproxyHost, startHaproxyHost } from "./test-data/haproxy-process.ts";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const CHECK = { path: "/readyz", host: "web.example" };

/** The stable release behind `web.example` and the next one behind `preview.web.example`, both serving. */
const sides = async (): Promise<{ readonly host: HaproxyHost; readonly proxy: Proxy; readonly next: App }> => {
  const host = await startHaproxyHost();
  cleanups.push(async () => host[Symbol.asyncDispose]());
  const [stable, next] = [await startApp("stable"), await startApp("next")];
  cleanups.push(
    () => stable.kill(),
    () => next.kill(),
  );
  const proxy = host.proxy();
  await proxy.ensureRunning();
  await proxy.declare({ name: "shop.web", hosts: ["web.example"], check: CHECK });
  await proxy.declare({ name: "shop.web:next", hosts: ["preview.web.example"], check: CHECK });
  const server = (name: string, { port }: App) => [{ name, address: "127.0.0.1", port, weight: FULL_TRAFFIC }];
  await proxy.updateServers("shop.web", () => server("r1-1", stable));
  await proxy.updateServers("shop.web:next", () => server("r2-1", next));
  return { host, proxy, next };
};

interface Reply {
  readonly version: string;
  /** What a browser would now hold; undefined when nothing was said. */
  readonly cookie?: string;
}

const asClient = (port: number, headers: Readonly<Record<string, string>> = {}, agent?: Agent): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, headers: { host: "web.example", ...headers }, agent: agent ?? false },
      (response) => {
        let version = "";
        response.setEncoding("utf8").on("data", (text: string) => (version += text));
        response.on("end", () => {
          const cookie = response.headers["set-cookie"]?.[0];
          resolve({ version, ...(cookie === undefined ? {} : { cookie }) });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });

const valueOf = (cookie: string | undefined): string => cookie?.split(";")[0] ?? "";

test("clients keep their side as the share grows from 10 to 50 to 100 %, the shares are what was asked, and the end of it forgets them", async () => {
  const { host, proxy } = await sides();
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  cleanups.push(async () => agent.destroy());
  const CLIENTS = 1000;
  await proxy.steer("shop.web", { release: "r2", share: 1000 });
  let held = await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const first = await asClient(host.httpPort, {}, agent);
      return { cookie: valueOf(first.cookie), version: first.version };
    }),
  );
  expect(held.every(({ cookie }) => /^seaworthy-side=r2\.\d{1,4}$/.test(cookie))).toBe(true);
  for (const share of [0.1, 0.5, 1]) {
    await proxy.steer("shop.web", { release: "r2", share: share * 10_000 });
    const now = await Promise.all(held.map(({ cookie }) => asClient(host.httpPort, { cookie }, agent)));
    const over = now.filter(({ version }) => version === "next").length;
    const sigma = Math.sqrt(CLIENTS * share * (1 - share));
    expect(Math.abs(over - CLIENTS * share), `${over} of ${CLIENTS} at ${share}`).toBeLessThanOrEqual(3 * sigma);
    const back = now.filter(({ version }, index) => version === "stable" && held[index]?.version === "next");
    expect(back, "who came over stays there").toEqual([]);
    expect(now.every(({ cookie }) => cookie === undefined)).toBe(true);
    held = held.map(({ cookie }, index) => ({ cookie, version: now[index]?.version ?? "" }));
  }
  await proxy.steer("shop.web");
  const after = await Promise.all(held.slice(0, 50).map(({ cookie }) => asClient(host.httpPort, { cookie }, agent)));
  expect(new Set(after.map(({ version }) => version))).toEqual(new Set(["stable"]));
  expect(after.every(({ cookie }) => cookie?.includes("Max-Age=0") === true)).toBe(true);
  // What was assigned for one release holds for that one only.
  await proxy.steer("shop.web", { release: "r3", share: 1 });
  const again = await asClient(host.httpPort, { cookie: held[0]?.cookie ?? "" }, agent);
  expect(valueOf(again.cookie)).toMatch(/^seaworthy-side=r3\./);
});

test("without stickiness each request is drawn for itself: the share is what was asked, and nobody gets a cookie", async () => {
  const { host, proxy } = await sides();
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  cleanups.push(async () => agent.destroy());
  await proxy.steer("shop.web", { release: "r2", share: 3000, sticky: false });
  const REQUESTS = 1000;
  // A ticket of before, as one who was there when it was sticky has: it decides nothing.
  const headers = { cookie: "seaworthy-side=r2.0" };
  const replies = await Promise.all(Array.from({ length: REQUESTS }, () => asClient(host.httpPort, headers, agent)));
  const over = replies.filter(({ version }) => version === "next").length;
  expect(Math.abs(over - REQUESTS * 0.3), `${over} of ${REQUESTS}`).toBeLessThanOrEqual(3 * Math.sqrt(REQUESTS * 0.3 * 0.7));
  expect(replies.every(({ cookie }) => cookie === undefined)).toBe(true);
  expect((await asClient(host.httpPort, { "x-seaworthy-side": "next" })).version).toBe("next");
});

test("the preview host and the header reach the next release while nobody else does; what clients may send breaks nothing", async () => {
  const { host, proxy } = await sides();
  const port = host.httpPort;
  expect((await ask(port, { host: "preview.web.example" })).version).toBe("next");
  expect((await asClient(port, { "x-seaworthy-side": "next" })).version, "nothing is steered yet").toBe("stable");
  await proxy.steer("shop.web", { release: "r2", share: 0 });
  expect((await asClient(port, { "x-seaworthy-side": "next" })).version).toBe("next");
  expect(await asClient(port)).toEqual({ version: "stable" });
  await proxy.steer("shop.web", { release: "r2", share: 10_000 });
  expect((await asClient(port, { "x-seaworthy-side": "stable" })).version).toBe("stable");
  for (const cookie of [
    "seaworthy-side=r2.",
    "seaworthy-side=r2.-5",
    "seaworthy-side=r2.abc",
    "seaworthy-side=%00;=",
    "seaworthy-side=r2.99999999999999999999",
  ])
    expect(["next", "stable"]).toContain((await asClient(port, { cookie })).version);
});

test("a next release that is down gets nobody", async () => {
  const { host, proxy, next } = await sides();
  await proxy.steer("shop.web", { release: "r2", share: 10_000 });
  expect((await asClient(host.httpPort)).version).toBe("next");
  await next.kill();
  for (let tries = 0; tries < 200; tries += 1) {
    const [server] = (await proxy.servers("shop.web:next")) ?? [];
    if (server?.status.startsWith("DOWN") === true) break;
    await sleep(50);
  }
  expect((await asClient(host.httpPort)).version).toBe("stable");
});

test("moving the share under strict clients loses nothing, and each side is counted with the time it took", async () => {
  const { host, proxy } = await sides();
  using times = await proxy.answerTimes("shop.web");
  const load = startClients(host.httpPort);
  for (const share of [500, 5000, 10_000, 2500, 0]) {
    await proxy.steer("shop.web", { release: "r2", share });
    await sleep(300);
  }
  await proxy.steer("shop.web");
  await load.stop();
  expect(load.failures).toEqual([]);
  const counted = await proxy.sides("shop.web");
  expect((counted?.stable.requests ?? 0) + (counted?.next.requests ?? 0)).toBe(load.requests());
  expect(counted?.next).toMatchObject({ errors: 0 });
  const told = times.read();
  expect([told.stable.answers, told.next.answers], "a line for each request, on the side that answered").toEqual([
    counted?.stable.requests,
    counted?.next.requests,
  ]);
  // One request in twenty takes 300 ms: the time within which 95 of 100 came is on one side of it or the other.
  expect(told.next.p95Ms).toBeLessThan(400);
});

test("the access log has each request under its side and id, and nothing of what it carried that may be secret", async () => {
  const { host, proxy } = await sides();
  await proxy.steer("shop.web", { release: "r2", share: 10_000 });
  const secret = { authorization: "Bearer hush", cookie: "session=hush", "x-api-key": "hush" };
  await asClient(host.httpPort, { ...secret, "x-request-id": "known-id" });
  await ask(host.httpPort, { path: "/a/%22b?token=hush" });
  const admin = createRuntime(join(host.state.folder, "proxy", "sockets", "admin.sock"));
  const lines = (await admin("show events seaworthy_access")).split("\n").filter((line) => line.startsWith("{"));
  expect(lines.join("\n")).not.toContain("hush");
  const [first, second] = lines.map((line): unknown => JSON.parse(line)).slice(-2);
  expect(first).toMatchObject({
    id: "known-id",
    backend: "shop.web:next",
    server: "r2-1",
    method: "GET",
    path: "/",
    status: 200,
    end: "--",
  });
  expect(second).toMatchObject({ path: "/a/%22b", answerMs: expect.any(Number), id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test("a restart of HAProxy finds the share where it was", async () => {
  const { host, proxy } = await sides();
  await proxy.steer("shop.web", { release: "r2", share: 10_000 });
  await host.crash();
  await sleep(500);
  expect((await asClient(host.httpPort)).version).toBe("next");
});
