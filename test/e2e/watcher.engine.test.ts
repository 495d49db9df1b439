import { crash } from "../support/e2e/crash.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Call, Installation } from "../support/e2e/installation.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { answersAgain, createShop, get } from "../support/e2e/shop.ts";
import { viewProxy } from "../support/e2e/haproxy.ts";
import { twoReplicas, websOf } from "../support/e2e/two-replicas.ts";

let shop: Installation;
let agent: Call;
let said = "";

const until = async (what: string, holds: () => Promise<boolean> | boolean, withinMs = 15_000): Promise<void> => {
  for (const end = performance.now() + withinMs; performance.now() < end; await new Promise((resolve) => setTimeout(resolve, 25)))
    if (await holds()) return;
  throw new Error(`${what} did not happen within ${withinMs} ms; the agent said:\n${said}`);
};
const hears = (words: RegExp, from = 0): Promise<void> => until(String(words), () => words.test(said.slice(from)));

beforeAll(async () => {
  shop = await createShop({ prepare: twoReplicas });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  agent = shop.call(["agent"]);
  agent.child.stderr?.on("data", (text: string) => (said += text));
  await hears(/watching/);
});
afterAll(async () => {
  agent?.child.kill("SIGTERM");
  await agent?.ended;
  await shop?.[Symbol.asyncDispose]();
});

const status = async (): Promise<{ readonly drift: readonly string[]; readonly watcher?: { readonly pid: number } }> =>
  JSON.parse((await shop.seaworthy(["status", "--json"])).stdout) as { drift: readonly string[] };
const healed = (): Promise<void> => until("no drift is left", async () => (await status()).drift.length === 0, 30_000);

/** Requests that the load lost while the work was done. What was under way on a container that is killed is lost, whoever watches. */
const lostDuring = async (work: () => Promise<void>): Promise<{ readonly failed: number; readonly requests: number }> => {
  const load = await observeLoad(shop, { ratePerSecond: 300 });
  await work();
  const { failed, requests } = await load.stop();
  return { failed, requests };
};

test("status says who watches, and a second one is refused", async () => {
  expect(await status()).toMatchObject({ drift: [], watcher: { pid: agent.child.pid } });
  const second = await shop.seaworthy(["agent"]);
  expect(second.exit, second.said).toBe(6);
  expect((await shop.seaworthy(["status"])).said).toContain("watched by");
});

test("docker restart of a replica: out at once, back when it answers", async () => {
  const [first = ""] = await websOf(shop);
  const from = said.length;
  const { failed, requests } = await lostDuring(async () => {
    await shop.docker.run(["restart", first]);
    await healed();
  });
  expect(said.slice(from)).toMatch(/told to end \(signal 15\); the proxy sends it nothing/);
  expect(requests).toBeGreaterThan(500);
  // It cannot be drained before the signal: docker sends that by itself. This app answers what it has taken.
  expect(failed).toBe(0);
});

test("a crash: the engine starts it again, and it comes back", async () => {
  const [first = ""] = await websOf(shop);
  const from = said.length;
  const { failed } = await lostDuring(async () => {
    await crash(shop, first);
    await healed();
  });
  await hears(/ended with status 137; the proxy sends it nothing/, from);
  // At most what was under way on it: one request for each of the 65 connections.
  expect(failed).toBeLessThanOrEqual(65);
});

test("out of memory: said, out of the proxy, and back when the engine has started it again", async () => {
  const [first = ""] = await websOf(shop);
  const from = said.length;
  const { failed } = await lostDuring(async () => {
    // Asked from within, so that only this replica eats what it may not have.
    await shop.docker.attempt(["exec", first, "/nodejs/bin/node", "-e", "fetch('http://127.0.0.1:3000/eat').catch(() => undefined)"]);
    await hears(/out of memory: the engine killed a process of it/, from);
    await hears(/ended with status 137; the proxy sends it nothing/, from);
    await healed();
  });
  expect(said.slice(from)).toMatch(new RegExp(`${first} started`));
  expect(failed).toBeLessThanOrEqual(65);
});

test("a lost network is given back at the same address", async () => {
  const [first = ""] = await websOf(shop);
  const network = `${shop.project}_default`;
  const from = said.length;
  await shop.docker.run(["network", "disconnect", network, first]);
  await hears(/connected again/, from);
  await healed();
  await shop.docker.run(["network", "disconnect", network, first]);
  // The watcher may be there first, and then there is nothing left to connect; else it comes up at an address of the engine's choice.
  await shop.docker.attempt(["network", "connect", network, first]);
  await healed();
  await answersAgain(shop, 5000);
});

test("docker rm -f: out of the proxy for good, and reconcile makes another one", async () => {
  const [first = ""] = await websOf(shop);
  const from = said.length;
  await shop.docker.run(["rm", "-f", first]);
  await hears(/removed by somebody/, from);
  expect((await status()).drift).toEqual(["web: 1 of 2 containers run"]);
  expect(Object.keys((await viewProxy(shop)).servers)).toHaveLength(1);
  const { failed } = await lostDuring(async () => {
    const repaired = await shop.seaworthy(["reconcile"]);
    expect(repaired.exit, repaired.said).toBe(0);
  });
  expect(failed).toBe(0);
  expect((await status()).drift).toEqual([]);
});

test("a deploy beside it is left alone, and loses nothing", async () => {
  const from = said.length;
  const { failed } = await lostDuring(async () => {
    await shop.commit(
      { "web/version.js": 'export const version = "2.0.0";\nexport const ready = true;\nexport const warmUpMs = 0;\n' },
      "v2.0.0",
    );
    const shipped = await shop.seaworthy(["ship"]);
    expect(shipped.exit, shipped.said).toBe(0);
  });
  expect(failed).toBe(0);
  expect(await get(shop)).toMatchObject({ status: 200, version: "2.0.0" });
  expect(said.slice(from)).not.toMatch(/sends it nothing|removed by somebody|connected again/);
});

test("a restart loop is noticed and said", async () => {
  const [first = ""] = await websOf(shop);
  const from = said.length;
  let pid: number | undefined;
  for (let round = 0; round < 3; round += 1) {
    pid = await crash(shop, first, pid);
    await until("it ended", () => (said.slice(from).match(/ended with status 137/g) ?? []).length > round);
  }
  await hears(/keeps ending: 3 times within \d+ s, last with status 137/, from);
  await answersAgain(shop, 15_000);
  // The other replica answers while the proxy has yet to see this one pass its checks.
  await expect
    .poll(async () => (await status()).drift, { timeout: 15_000, interval: 500 })
    .toEqual([expect.stringMatching(new RegExp(`^web: ${first} keeps crashing: 3 restarts, the last \\d+ s ago$`))]);
});
