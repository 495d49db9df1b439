import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exec } from "../../src/core/index.ts";
import { freePort, type Installation } from "../support/e2e/installation.ts";
import { readJournal, waitForLine } from "../support/e2e/journal.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";

/** Another project on the same host, behind the same proxy; its ledger publishes a port of its own. */
const NEIGHBOUR = { project: "swe2e-b", host: "swe2eb.localhost" };
let shop: Installation;
let folder = "";
let port = 0;

const git = async (...args: readonly string[]): Promise<void> => {
  const result = await exec("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: folder });
  expect(result.exitCode, result.stderr).toBe(0);
};
/** What the neighbour's web says of itself. */
const writeVersion = (version: string, ready: boolean): void =>
  writeFileSync(
    join(folder, "web/version.js"),
    `export const version = "${version}";\nexport const ready = ${ready};\nexport const warmUpMs = 0;\n`,
  );
const commit = async (tag: string): Promise<void> => {
  await git("add", "-A");
  await git("commit", "-q", "--allow-empty", "-m", tag);
  await git("tag", tag);
};

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
  await commitVersion(shop, { version: "2.0.0", warmUpMs: 5000 });
  for (const command of ["push", "sign"]) expect((await shop.seaworthy([command])).exit).toBe(0);
  folder = join(shop.scratch.folder, "neighbour");
  cpSync(join(import.meta.dirname, "fixtures/shop"), folder, { recursive: true });
  port = await freePort();
  const file = join(folder, "compose.yaml");
  const text = readFileSync(file, "utf8")
    .replace("name: swe2e\n", `name: ${NEIGHBOUR.project}\n`)
    .replace("[swe2e.localhost]", `[${NEIGHBOUR.host}]`)
    .replace(
      "    build: { context: ledger }\n",
      `    build: { context: ledger }\n    ports: ["127.0.0.1:${port}:4000"]\n    environment: { EDITION: "first" }\n`,
    );
  writeFileSync(file, text);
  await git("init", "-q", "-b", "main");
  await commit("v1.0.0");
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Work under a strict load on the shop, of which nothing may fail. */
const whileAsked = async (work: () => Promise<void>): Promise<void> => void (await underLoad(shop, work, { ratePerSecond: 200 }));

test("another project comes, with its reloads of the proxy, in the middle of a rollout: both become live, and nothing is lost", () =>
  whileAsked(async () => {
    const rollout = shop.call(["deploy"]);
    await waitForLine(shop.scratch.state, rollout, 2, "intent", "web/ready/1");
    const neighbour = await shop.seaworthy(["ship"], { cwd: folder });
    expect(neighbour.exit, neighbour.said).toBe(0);
    const ended = await rollout.ended;
    expect(ended.exit, ended.said).toBe(0);
    expect(await get(shop)).toMatchObject({ status: 200, version: "2.0.0" });
    expect(await get({ url: shop.url, host: NEIGHBOUR.host })).toMatchObject({ status: 200, version: "1.0.0" });
  }));

test("two projects are deployed at once; a service with a published port stops first, is told why, and for how long it was away", () =>
  whileAsked(async () => {
    const file = join(folder, "compose.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace('EDITION: "first"', 'EDITION: "second"'));
    writeVersion("1.1.0", true);
    await commit("v1.1.0");
    const planned = await shop.seaworthy(["deploy", "--dry-run"], { cwd: folder });
    await shop.git(["checkout", "-q", "v1.0.0"]);
    const [back, neighbour] = await Promise.all([shop.seaworthy(["deploy"]), shop.seaworthy(["ship"], { cwd: folder })]);
    expect(back.exit, back.said).toBe(0);
    expect(neighbour.exit, neighbour.said).toBe(0);
    const why = `it publishes host port ${port}, which two containers cannot hold at once`;
    if (planned.exit === 0) expect(planned.said).toContain(why);
    const away = new RegExp(`ledger was away for (\\d+\\.\\d) s: ${why}`).exec(neighbour.said);
    expect(away, neighbour.said).not.toBeNull();
    expect(Number(away?.[1])).toBeGreaterThan(0);
    expect(await get(shop)).toMatchObject({ status: 200, version: "1.0.0" });
    expect(await get({ url: shop.url, host: NEIGHBOUR.host })).toMatchObject({ status: 200, version: "1.1.0" });
    const finished = readJournal(shop.scratch.state).filter(({ kind }) => kind === "finished");
    expect(finished.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => "live"));
  }));

test("one that is broken takes nothing from the other", () =>
  whileAsked(async () => {
    writeVersion("1.2.0", false);
    await commit("v1.2.0");
    const broken = await shop.seaworthy(["ship"], { cwd: folder, env: { E2E_READY: "1s" } });
    expect(broken.exit, broken.said).toBe(3);
    expect(await get({ url: shop.url, host: NEIGHBOUR.host })).toMatchObject({ status: 200, version: "1.1.0" });
    expect((await shop.seaworthy(["status"])).exit).toBe(0);
  }));
