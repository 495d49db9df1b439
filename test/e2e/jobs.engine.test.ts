import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, readJournal, waitForLine } from "../support/e2e/journal.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { expectNothingLost, underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Tells the ledger that it ran, works for a while, and ends as its environment says. */
const MIGRATE = `import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { version } from "./version.js";
const asked = request({ host: "ledger", port: 4000, method: "POST", path: "/orders" }, (answer) => answer.resume());
asked.end(JSON.stringify({ id: \`migrated \${version}\` }));
await new Promise((resolve) => asked.on("close", resolve));
console.log("migrating to", version);
await sleep(Number(process.env.MIGRATE_MS));
process.exit(Number(process.env.MIGRATE_EXIT));
`;

const OVERRIDE = `services:
  web:
    environment: { MIGRATE_MS: "\${E2E_MIGRATE_MS:-500}", MIGRATE_EXIT: "\${E2E_MIGRATE_EXIT:-0}" }
    x-seaworthy:
      jobs: { migrate: { command: [migrate.js], timeout: "\${E2E_MIGRATE_TIMEOUT:-30s}" } }
`;

let shop: Installation;

beforeAll(async () => {
  shop = await createShop({
    prepare: (folder) => {
      writeFileSync(join(folder, "compose.override.yaml"), OVERRIDE);
      writeFileSync(join(folder, "web", "migrate.js"), MIGRATE);
      const dockerfile = join(folder, "web", "Dockerfile");
      writeFileSync(dockerfile, readFileSync(dockerfile, "utf8").replace("version.js ./", "version.js migrate.js ./"));
    },
  });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** How often the migration of a version began, as the ledger, which is not replaced, counted. */
const ran = async (version: string): Promise<number> => {
  const { ids } = JSON.parse((await get(shop, `/orders?prefix=${encodeURIComponent(`migrated ${version}`)}`)).body) as {
    readonly ids: readonly (readonly [string, number])[];
  };
  return ids[0]?.[1] ?? 0;
};

const jobContainers = (): Promise<readonly string[]> =>
  shop.docker.lines(["ps", "-a", "--filter", "label=dev.seaworthy.role=job", "--format", "{{.Names}}"]);

test("a migration runs once, before the new containers, under a strict load", async () => {
  expect(await ran("1.0.0")).toBe(1);
  await commitVersion(shop, { version: "2.0.0" });
  const { result: shipped } = await underLoad(shop, () => shop.seaworthy(["ship"]), { ratePerSecond: 400 });
  expect(shipped.exit, shipped.said).toBe(0);
  expect(await ran("2.0.0")).toBe(1);
  expect(await jobContainers()).toEqual([]);
  const lines = readJournal(shop.scratch.state, 2).map(({ kind, step }) => `${kind} ${step ?? ""}`);
  expect(lines.indexOf("done web/job/migrate/run")).toBeLessThan(lines.indexOf("intent web/create/1"));
  await expectWhole(shop, { release: 2, version: "2.0.0" });
});

test("the actor killed while it runs, resumed: it is waited for, and not run again", async () => {
  await commitVersion(shop, { version: "3.0.0" });
  for (const command of ["push", "sign"]) expect((await shop.seaworthy([command])).exit).toBe(0);
  const load = await observeLoad(shop, { ratePerSecond: 400 });
  const env = { E2E_MIGRATE_MS: "6000" };
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["deploy"], { env });
  await waitForLine(shop.scratch.state, call, release, "intent", "web/job/migrate/run");
  for (let tries = 0; (await ran("3.0.0")) === 0 && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  call.child.kill("SIGKILL");
  await call.ended;
  expect(readJournal(shop.scratch.state, release).at(-1)).toMatchObject({ kind: "intent", step: "web/job/migrate/run" });
  const resumed = await shop.seaworthy(["deploy", "--resume"], { env });
  await expectNothingLost(shop, await load.stop());
  expect(resumed.exit, resumed.said).toBe(0);
  expect(await ran("3.0.0")).toBe(1);
  expect(await jobContainers()).toEqual([]);
  await expectWhole(shop, { release, version: "3.0.0" });
});

test.each([
  ["fails", { E2E_MIGRATE_EXIT: "3" }, "ended with status 3"],
  ["does not end", { E2E_MIGRATE_MS: "60000", E2E_MIGRATE_TIMEOUT: "2s" }, "did not end within 2 s and was stopped"],
])("one that %s: the new version gets no container, the old one serves, exit 3, with its last words", async (_, env, words) => {
  const release = newestRelease(shop.scratch.state) + 1;
  const shipped = await shop.seaworthy(["ship"], { env });
  expect(shipped.exit, shipped.said).toBe(3);
  expect(shipped.said).toContain(words);
  expect(shipped.said).toContain("migrating to 3.0.0");
  expect(readJournal(shop.scratch.state, release).some(({ step }) => step === "web/create/1")).toBe(false);
  expect(await jobContainers()).toEqual([]);
  expect(await get(shop)).toMatchObject({ status: 200, version: "3.0.0" });
});

test("one after traffic: the actor killed while it runs, resumed: waited for, not run again, and what it ends with takes nothing back", async () => {
  const path = join(shop.projectFolder, "compose.override.yaml");
  writeFileSync(path, readFileSync(path, "utf8").replace("[migrate.js], timeout", "[migrate.js], when: after-traffic, timeout"));
  await commitVersion(shop, { version: "4.0.0" });
  for (const command of ["push", "sign"]) expect((await shop.seaworthy([command])).exit).toBe(0);
  const env = { E2E_MIGRATE_MS: "6000", E2E_MIGRATE_EXIT: "5" };
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["deploy"], { env });
  await waitForLine(shop.scratch.state, call, release, "intent", "web/job/migrate/run");
  for (let tries = 0; (await ran("4.0.0")) === 0 && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(await get(shop), "all traffic has moved").toMatchObject({ status: 200, version: "4.0.0" });
  call.child.kill("SIGKILL");
  await call.ended;
  const resumed = await shop.seaworthy(["deploy", "--resume"], { env });
  expect(resumed.exit, resumed.said).toBe(0);
  expect(resumed.said).toContain("ended with status 5");
  expect(await ran("4.0.0")).toBe(1);
  expect(await jobContainers()).toEqual([]);
  await expectWhole(shop, { release, version: "4.0.0" });
});

test("rollback runs none, and warns of those it goes back across", async () => {
  const planned = await shop.seaworthy(["rollback", "--dry-run", "--to", "r2"]);
  expect(planned.exit, planned.said).toBe(0);
  expect(planned.stdout).toMatch(/warning: r\d+ ran the job web\/migrate, which going back does not undo/);
  const back = await shop.seaworthy(["rollback", "--to", "r2"]);
  expect(back.exit, back.said).toBe(0);
  expect(back.said).toContain("which going back does not undo");
  expect(await ran("2.0.0")).toBe(1);
  expect(await get(shop)).toMatchObject({ version: "2.0.0" });
});
