import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { runContainers, SECRET, startAgent, tallied, withTask } from "../support/e2e/scheduled.ts";
import { createShop } from "../support/e2e/shop.ts";

let shop: Installation;
let agent: ReturnType<typeof startAgent> | undefined;
let said = "";

const run = async (args: readonly string[], exit: number, env: Readonly<Record<string, string>> = {}): Promise<string> => {
  const result = await shop.seaworthy(args, { env });
  expect(result.exit, result.said).toBe(exit);
  said += result.said;
  return result.said;
};
/** Nobody is to run it before the test asks for it. */
const NEVER = "0 0 1 1 *";
const deploy = (name: string, env: Readonly<Record<string, string>> = {}): Promise<string> =>
  run(["deploy"], 0, { E2E_TASK: name, ...env });
const begun = async (name: string, times = 1): Promise<void> => {
  for (let tries = 0; tries < 600; tries += 1, await new Promise((resolve) => setTimeout(resolve, 50)))
    if ((await tallied(shop, name)).begun >= times) return;
  throw new Error(`${name} did not begin; the agent said:\n${agent?.said() ?? ""}`);
};
const task = async () =>
  (JSON.parse((await shop.seaworthy(["status", "--json"])).stdout) as { schedules: readonly Record<string, unknown>[] }).schedules[0];

beforeAll(async () => {
  shop = await createShop({ prepare: withTask });
  expect(await run(["ship"], 0, { E2E_CRON: NEVER })).toContain("no agent is at work here, so nobody runs task by schedule");
});
afterEach(async () => {
  await agent?.end();
  said += agent?.said() ?? "";
  agent = undefined;
});
afterAll(() => shop?.[Symbol.asyncDispose]());

test("nothing runs without an agent, and status says so; by hand it runs once, with its secret, and goes", async () => {
  expect(await runContainers(shop)).toEqual([]);
  expect(await run(["status"], 0)).toMatch(/task {2}at 0 0 1 1 \* \(UTC\): not run by anybody/);
  expect(await run(["schedule", "run", "task", "--dry-run"], 0)).toContain("would run task once");
  expect(await tallied(shop, "first")).toEqual({ begun: 0, ended: 0 });
  expect(await run(["schedule", "run", "task"], 0)).toMatch(/by hand .*: r1 succeeded after/);
  expect(await tallied(shop, "first")).toEqual({ begun: 1, ended: 1 });
  expect(await runContainers(shop)).toEqual([]);
});

test("it runs at its times, one after the other", async () => {
  await deploy("often");
  agent = startAgent(shop);
  await begun("often", 2);
  await agent.hears(/task run of \S+Z: r2 succeeded after/);
  expect(await run(["schedule", "list"], 0)).toMatch(/task {2}at \*\/3 \* \* \* \* \* \(UTC\): next .*; last r2 succeeded/);
  const second = await shop.seaworthy(["agent"]);
  expect(second.exit, "one agent at a time").toBe(6);
});

test("a deploy lets a run end as the release it began in, and the next run is the new one's; never two at once", async () => {
  await deploy("slow-old", { E2E_TASK_MS: "7000" });
  agent = startAgent(shop);
  await begun("slow-old");
  let most = 0;
  const counting = setInterval(() => void runContainers(shop).then((all) => (most = Math.max(most, all.length))), 100);
  try {
    expect(await run(["schedule", "run", "task"], 6), "one under way is not joined by another").toContain("run task of");
    await deploy("slow-new", { E2E_TASK_MS: "200", E2E_CRON: "*/2 * * * * *" });
    expect((await runContainers(shop))[0], "it goes on").toMatch(/-r3-at-\d+ running$/);
    await begun("slow-new", 2);
  } finally {
    clearInterval(counting);
  }
  await agent.hears(/: r3 succeeded after 7/);
  await agent.hears(/: r4 succeeded after/);
  const old = await tallied(shop, "slow-old");
  expect(old.ended, "none was cut").toBe(old.begun);
  expect(most).toBe(1);
});

test("an agent killed while it runs: the next one waits for it, and runs none beside it", async () => {
  await deploy("orphan", { E2E_TASK_MS: "6000" });
  agent = startAgent(shop);
  await begun("orphan");
  await agent.end("SIGKILL");
  said += agent.said();
  expect(await run(["status"], 0)).toContain("was left behind; the next agent finds out what became of it");
  agent = startAgent(shop);
  await agent.hears(/taken over: r5 succeeded after 6/);
  expect(agent.said().indexOf("taken over")).toBeLessThan(agent.said().concat("run of").indexOf("run of"));
  expect((await tallied(shop, "orphan")).ended).toBeGreaterThanOrEqual(1);
});

test("somebody killed who ran it by hand, and it ends while nobody looks: told of by the next agent, and cleared", async () => {
  await deploy("by-hand", { E2E_TASK_MS: "1500", E2E_CRON: NEVER });
  const call = shop.call(["schedule", "run", "task"]);
  await begun("by-hand");
  call.child.kill("SIGKILL");
  await call.ended;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(await runContainers(shop)).toEqual([expect.stringMatching(/-r6-at-\d+ exited$/)]);
  agent = startAgent(shop);
  await agent.hears(/taken over: r6 succeeded after 1\.\d s|taken over: r6 succeeded after 2/);
  expect(await runContainers(shop)).toEqual([]);
});

test("failures in a row, their status and their last words, without the secret", async () => {
  await deploy("failing", { E2E_TASK_EXIT: "3", E2E_TASK_MS: "10" });
  agent = startAgent(shop);
  await begun("failing", 3);
  await agent.hears(/: r7 failed with status 3 after/);
  const listed = await run(["schedule", "list"], 1);
  expect(listed).toMatch(/last r7 failed with status 3 after .*; \d+ failures in a row/);
  expect(listed).toContain("working with [redacted]");
  expect(await run(["schedule", "log", "task", "--runs", "5"], 0)).toMatch(
    /for 20\d\d-.* UTC: r7 failed with status 3[^]*working with \[redacted\]/,
  );
  expect(await task()).toMatchObject({ service: "task", cron: "*/3 * * * * *", last: { ended: { outcome: "failed", exitCode: 3 } } });
});

test("at its deadline it gets its stop signal, and SIGKILL after its grace", async () => {
  await deploy("deaf", { E2E_TASK_DEAF: "yes", E2E_TASK_MS: "60000", E2E_DEADLINE: "2s", E2E_CRON: NEVER });
  const ended = await run(["schedule", "run", "task"], 1);
  expect(ended).toMatch(/r8 timed-out with status 137 after [56](?:\.\d)? s: it did not end within 2 s and was stopped/);
  expect(ended).toContain("not now");
  expect(await runContainers(shop)).toEqual([]);
});

test("no secret is on disk or in anything that was said", () => {
  const disk = readdirSync(shop.scratch.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
  expect([disk.includes(SECRET), said.includes(SECRET)]).toEqual([false, false]);
});
