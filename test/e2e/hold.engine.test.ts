import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation } from "../support/e2e/installation.ts";
import { newestRelease, waitForLine } from "../support/e2e/journal.ts";
import { commitVersion, createShop, get } from "../support/e2e/shop.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { ALL, spread } from "../support/extent.ts";

let shop: Installation;

/** The shop whose web service writes to a volume: two of it must never run at once. */
const withVolume = (folder: string): void => {
  const path = join(folder, "compose.yaml");
  const text = readFileSync(path, "utf8").replace(
    "    build: { context: web }\n",
    '    build: { context: web }\n    volumes: ["stock:/stock"]\n',
  );
  writeFileSync(path, text);
  appendFileSync(path, "\nvolumes:\n  stock:\n");
};

const good = async (args: readonly string[]): Promise<string> => {
  const result = await shop.seaworthy(args);
  expect(result.exit, result.said).toBe(0);
  return result.said;
};

beforeAll(async () => {
  shop = await createShop({ prepare: withVolume });
  await good(["ship"]);
  await commitVersion(shop, { version: "2.0.0", warmUpMs: 500 });
  await good(["push"]);
  await good(["sign"]);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

interface Span {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** When each container of the web service ran since then, from the engine's own events. */
const ran = async (sinceMs: number): Promise<readonly Span[]> => {
  const lines = await shop.docker.lines([
    "events",
    "--since",
    (sinceMs / 1000).toFixed(3),
    "--until",
    (Date.now() / 1000).toFixed(3),
    "--filter",
    "label=dev.seaworthy.service=web",
    "--filter",
    "event=start",
    "--filter",
    "event=die",
    "--format",
    "{{.Status}} {{.Actor.Attributes.name}} {{.TimeNano}}",
  ]);
  const events = lines.map((line) => line.split(" ")).map(([status, name = "", at]) => ({ status, name, at: Number(at) / 1e6 }));
  return [...new Set(events.map(({ name }) => name))].map((name) => ({
    name,
    from: events.find((one) => one.name === name && one.status === "start")?.at ?? 0,
    to: events.findLast((one) => one.name === name && one.status === "die")?.at ?? Number.POSITIVE_INFINITY,
  }));
};

/** Work under the strict load: no request fails, no order is lost, and no two containers of the service ever run at once. */
const oneAtATime = async (work: () => Promise<void>): Promise<void> => {
  const begunMs = Date.now();
  const { ledger, probes } = await underLoad(shop, work, { ratePerSecond: 400, timeoutMs: 25_000 });
  const spans = await ran(begunMs);
  for (const one of spans)
    for (const other of spans)
      if (one.name !== other.name)
        expect(one.from >= other.to || other.from >= one.to, `${one.name} and ${other.name} ran at once: ${JSON.stringify(spans)}`).toBe(
          true,
        );
  if (process.env["E2E_VERBOSE"] !== undefined)
    console.log(`slowest probe ${Math.max(...probes.map(({ sentAt, endedAt }) => endedAt - sentAt))} ms of ${ledger.requests} requests`);
};

const checkout = (version: string): Promise<string> => shop.git(["checkout", "-q", `v${version}`]);

test("replaced again and again, requests wait and none fails; the report says for how long", () =>
  oneAtATime(async () => {
    const versions = ALL ? ["2.0.0", "1.0.0", "2.0.0"] : ["2.0.0", "1.0.0"];
    for (const version of versions) {
      await checkout(version);
      const plan = await shop.json(["deploy", "--dry-run"]);
      expect(plan).toMatchObject({ summary: expect.arrayContaining([expect.objectContaining({ service: "web", way: "stop-first" })]) });
      const said = await good(["deploy"]);
      expect(said).toMatch(/web: 0 of \d+ requests failed; requests waited up to \d+\.\d s for its only container/);
      expect(await get(shop)).toMatchObject({ status: 200, version });
    }
    await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: versions.at(-1) ?? "" });
  }));

test("a new one that never becomes ready: the old one comes back while requests wait, and none fails", () =>
  oneAtATime(async () => {
    const { live } = (await shop.json(["status"])) as { live: { release: number; version: string } };
    await commitVersion(shop, { version: "3.0.0", ready: false });
    const shipped = await shop.seaworthy(["ship"], { env: { E2E_READY: "1s" } });
    expect(shipped.exit, shipped.said).toBe(3);
    expect(shipped.said).toContain("the price list is missing");
    await expectWhole(shop, live);
  }));

test("killed at steps of it, and resumed: none fails", async () => {
  await checkout("1.0.0");
  await good(["deploy"]);
  await checkout("2.0.0");
  const { steps } = (await shop.json(["deploy", "--dry-run"])) as { steps: readonly { id: string }[] };
  const ids = steps.map(({ id }) => id.replace(/\d+-\d+$/, ""));
  expect(ids.filter((id) => id.startsWith("web/"))).toEqual(
    expect.arrayContaining(["web/hold", "web/settle/", "web/leave/", "web/stop/", "web/start/1", "web/shift", "web/release"]),
  );
  let version = "2.0.0";
  for (const id of spread(ids.slice(ids.indexOf("web/hold")), 4))
    await oneAtATime(async () => {
      await checkout(version);
      const release = newestRelease(shop.scratch.state) + 1;
      const call = shop.call(["deploy"]);
      await waitForLine(shop.scratch.state, call, release, "intent", new RegExp(`^${id}`));
      call.child.kill("SIGKILL");
      await call.ended;
      await good(["deploy", "--resume"]);
      expect(await get(shop), id).toMatchObject({ status: 200, version });
      await expectWhole(shop, { release, version });
      version = version === "2.0.0" ? "1.0.0" : "2.0.0";
    });
});

test("killed and not resumed: the proxy lets everybody go after the time that was set", async () => {
  await shop.git(["checkout", "-q", "-B", "short", "v1.0.0"]);
  const path = join(shop.projectFolder, "compose.yaml");
  const text = readFileSync(path, "utf8").replace("release: { drain: 10s,", "release: { hold: 2s, drain: 10s,");
  await shop.commit({ "compose.yaml": text }, "v4.0.0");
  await good(["ship"]);
  await commitVersion(shop, { version: "5.0.0" });
  await good(["push"]);
  await good(["sign"]);
  const release = newestRelease(shop.scratch.state) + 1;
  const call = shop.call(["deploy"]);
  await waitForLine(shop.scratch.state, call, release, "done", /^web\/stop\//);
  call.child.kill("SIGKILL");
  await call.ended;
  const begunMs = performance.now();
  expect((await get(shop)).status).toBe(503);
  expect(performance.now() - begunMs).toBeLessThan(4500);
  await good(["deploy", "--resume"]);
  expect(await get(shop)).toMatchObject({ status: 200, version: "5.0.0" });
});
