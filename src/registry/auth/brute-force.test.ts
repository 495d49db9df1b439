import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { fakeClock } from "../../core/index.ts";
import { createBruteForceLimit } from "./brute-force.ts";
import { basic, startGuarded } from "./guarded.fixture.ts";

test("after five wrong passwords each next one costs twice the wait, up to a quarter of an hour", async () => {
  const clock = fakeClock();
  const limit = createBruteForceLimit(clock);
  const waits: number[] = [];
  for (let count = 0; count < 18; count++) {
    waits.push(limit.waitMs("ann", "10.0.0.1") / 1000);
    await clock.sleep(limit.waitMs("ann", "10.0.0.1"));
    limit.failed("ann", "10.0.0.1");
  }
  expect(waits.slice(0, 12)).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64]);
  expect(Math.max(...waits)).toBe(900);
  expect(limit.waitMs("ann", "10.0.0.2")).toBe(0);
  expect(limit.waitMs("bob", "10.0.0.1")).toBe(0);
  limit.succeeded("ann", "10.0.0.1");
  expect(limit.waitMs("ann", "10.0.0.1")).toBe(0);
});

test("one address that tries many accounts waits for all of them; one account under attack from everywhere lets its owner try each half minute", async () => {
  const clock = fakeClock();
  const limit = createBruteForceLimit(clock);
  for (let count = 0; count < 30; count++) limit.failed(`user${count}`, "10.0.0.1");
  expect(limit.waitMs("fresh", "10.0.0.1")).toBeGreaterThan(0);
  for (let count = 0; count < 500; count++) limit.failed("ann", `10.1.${count % 250}.${count}`);
  expect(limit.waitMs("ann", "192.0.2.1")).toBeGreaterThan(0);
  expect(limit.waitMs("ann", "192.0.2.1")).toBeLessThanOrEqual(30_000);
});

test("an IPv6 network of 64 bits is one address", () => {
  const limit = createBruteForceLimit(fakeClock());
  for (let count = 0; count < 10; count++) limit.failed("ann", `2001:db8:1:2::${count.toString(16)}`);
  expect(limit.waitMs("ann", "2001:db8:1:2:ffff::1")).toBeGreaterThan(0);
  expect(limit.waitMs("ann", "2001:db8:1:3::1")).toBe(0);
});

test("forty thousand long names cost a bounded memory", () => {
  const limit = createBruteForceLimit(fakeClock());
  setFlagsFromString("--expose-gc");
  const heapUsed = (): number => {
    runInNewContext("gc()");
    return process.memoryUsage().heapUsed;
  };
  const before = heapUsed();
  for (let count = 0; count < 40_000; count++)
    limit.failed(`${count}${"x".repeat(4000)}`, `10.${count % 256}.${(count >> 8) % 256}.${count >> 16}`);
  expect(heapUsed() - before).toBeLessThan(32 * 1024 * 1024);
  expect(limit.waitMs("fresh", "192.0.2.1")).toBe(0);
});

test("the registry says 429 and when to come back, also to fifty guesses sent at once; who is right already stays in", async () => {
  await using registry = await startGuarded();
  await registry.users.addUser("eve", "the right one", []);
  const ask = async (password: string, name = "eve") =>
    (await registry.raw("GET", "/v2/", { headers: { authorization: basic(name, password) } })).status;
  expect(await ask("the right one")).toBe(200);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => ask(`guess ${at}`)));
  const tried = answers.filter((status) => status === 401).length;
  expect(tried).toBeGreaterThanOrEqual(5);
  expect(tried).toBeLessThanOrEqual(8);
  expect(answers.filter((status) => status === 429)).toHaveLength(50 - tried);
  const refused = await registry.raw("GET", "/token", { headers: { authorization: basic("eve", "another") } });
  expect([refused.status, refused.code, Number(refused.headers["retry-after"]) > 0]).toEqual([429, "TOOMANYREQUESTS", true]);
  expect(await ask("the right one")).toBe(200);
  expect(await ask(registry.secrets["bob"] ?? "", "bob")).toBe(200);
  // A name that nobody has is limited like any other.
  expect(await Promise.all(Array.from({ length: 20 }, (_, at) => ask(`guess ${at}`, "nobody-here")))).toContain(429);
});
