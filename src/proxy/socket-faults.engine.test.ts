import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FULL_TRAFFIC, hasCode, NO_TRAFFIC, type Weight } from "../core/index.ts";
import { inTurn, spread } from "../../test/support/extent.ts";
import { type FaultySockets, SOCKET_FAULTS, startFaultySockets } from "../../test/support/faulty-sockets.ts";
import type { Server } from "./backend.ts";
import type { Proxy } from "./proxy.ts";
import { type App, startApp, startClients } from "./test-data/app.ts";
import { type HaproxyHost, startHaproxyHost } from "./test-data/haproxy-process.ts";

const WEB = {
  name: "shop.web",
  hosts: ["web.example"],
  check: { path: "/readyz", host: "web.example" },
  hold: { seconds: 10, requests: 100 },
};
const NEXT = { ...WEB, name: "shop.web:next", hosts: ["preview.web.example"] };

let host: HaproxyHost;
let sockets: FaultySockets;
/** Through the faulty sockets. */
let proxy: Proxy;
let apps: readonly App[] = [];

beforeAll(async () => {
  host = await startHaproxyHost();
  const real = join(host.state.folder, "real");
  mkdirSync(real);
  sockets = await startFaultySockets(real, join(host.state.folder, "proxy/sockets"));
  proxy = host.proxy({ inside: { ...host.inside, socketFolder: real } });
  apps = [await startApp("v1"), await startApp("v2")];
  await proxy.ensureRunning();
  await proxy.declare(WEB);
  await proxy.declare(NEXT);
  await replace(1);
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.kill()));
  await host[Symbol.asyncDispose]();
  await sockets[Symbol.asyncDispose]();
});

const RELOAD = "master: reload";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const at = (name: string, number: number, weight: Weight): Server => ({
  name,
  address: "127.0.0.1",
  port: apps[number % 2]?.port ?? 0,
  weight,
});
const nameOf = (number: number): string => `r${number}-1`;

/** Until it holds; a HAProxy that does not answer just now is asked again, as every wait of a rollout does. */
const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + 20_000; performance.now() < end; await sleep(20))
    try {
      if (await holds()) return;
    } catch (error) {
      if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
    }
  throw new Error(`${what} did not come true`);
};

/** Everything that a rollout of any strategy asks of the proxy: a look beside, a share, all traffic, a hold, the end of what was there. */
const replace = async (number: number): Promise<void> => {
  const [old, name] = [nameOf(number - 1), nameOf(number)];
  await proxy.declare(WEB);
  await proxy.updateServers("shop.web", (servers) =>
    servers.some((one) => one.name === name) ? servers : [...servers, at(name, number, NO_TRAFFIC)],
  );
  await until(`${name} passes its check`, async () =>
    ((await proxy.servers("shop.web")) ?? []).some(
      (one) => one.name === name && one.checkStatus.startsWith("L7OK") && !one.status.startsWith("DOWN"),
    ),
  );
  await proxy.updateServers("shop.web:next", () => [at(name, number, FULL_TRAFFIC)]);
  await proxy.steer("shop.web", { release: `r${number}`, share: 3000 });
  await until("both sides are counted", async () => (await proxy.sides("shop.web")) !== undefined);
  await proxy.updateServers("shop.web", (servers) =>
    servers.map((one) => ({ ...one, weight: one.name === name ? FULL_TRAFFIC : NO_TRAFFIC })),
  );
  await proxy.steer("shop.web");
  await proxy.updateServers("shop.web:next", () => []);
  await proxy.hold("shop.web", 2000);
  await proxy.hold("shop.web");
  await proxy.endLasting("shop.web", old, 5).catch((error: unknown) => {
    if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
  });
  await until(`${old} is drained`, async () => {
    const { requests, oldWorkers } = await proxy.load("shop.web", old);
    return requests === 0 && oldWorkers === 0;
  });
  await proxy.updateServers("shop.web", (servers) => servers.filter((one) => one.name !== old));
};

/** What a rollout's step does that failed: `deploy --resume` does it again. */
const persist = async (number: number): Promise<"went on" | "done again"> => {
  try {
    await replace(number);
    return "went on";
  } catch (error) {
    if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
    await replace(number);
    return "done again";
  }
};

test(
  "one command goes wrong in any way in a replacement under strict clients: HAProxy ends as it is meant, and no request is lost",
  async () => {
    // A replacement has no reload, and so nobody to ask of an earlier configuration; the first declarations had.
    const kinds = [...sockets.seen].filter((kind) => kind !== RELOAD && !kind.includes("worker's"));
    expect(kinds.length).toBeGreaterThan(8);
    const load = startClients(host.httpPort);
    const endings: string[] = [];
    const wrong: unknown[] = [];
    let number = 1;
    for (const [kind, fault] of inTurn(kinds, SOCKET_FAULTS)) {
      number += 1;
      const what = `${fault} at ${kind}`;
      sockets.breakNext(kind, fault);
      try {
        const ending = await persist(number);
        if (!sockets.broke || ending !== "went on") endings.push(`${what}: ${sockets.broke ? ending : "not asked"}`);
        sockets.breakNext(undefined, fault);
        expect(
          (await proxy.servers("shop.web"))?.map(({ name, weight }) => `${name}=${weight}`),
          what,
        ).toEqual([`${nameOf(number)}=100`]);
        expect(await proxy.drift(), what).toEqual([]);
      } catch (error) {
        wrong.push(error);
      }
    }
    await load.stop();
    expect(wrong).toEqual([]);
    expect(endings, "one fault alone is no reason to resume").toEqual([]);
    expect(load.failures).toEqual([]);
  },
  20 * 60_000,
);

test("the word to reload goes wrong in any way: it is said again, what is meant is loaded, and no request is lost", async () => {
  const load = startClients(host.httpPort);
  for (const fault of spread(SOCKET_FAULTS, 3)) {
    sockets.breakNext(RELOAD, fault);
    await proxy.declare({ ...WEB, name: "shop.blog", hosts: [`${fault}.blog.example`] });
    expect(sockets.broke, fault).toBe(true);
    expect(await proxy.drift(), fault).toEqual([]);
  }
  await load.stop();
  expect(load.failures).toEqual([]);
}, 120_000);
