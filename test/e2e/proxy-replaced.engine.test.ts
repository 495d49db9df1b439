import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { exec } from "../../src/core/index.ts";
import { type Fault, type FaultyEngine, startFaultyEngine } from "../support/e2e/faulty-engine.ts";
import { askProxy } from "../support/e2e/haproxy.ts";
import type { Installation } from "../support/e2e/installation.ts";
import { observeLoad } from "../support/e2e/observed-load.ts";
import { commitVersion, createShop } from "../support/e2e/shop.ts";
import { openTunnel } from "../support/e2e/tunnel.ts";
import { expectNothingLost, underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { inTurn, spread } from "../support/extent.ts";

const IMAGE = "swe2e-haproxy:test";
let shop: Installation;
let engine: FaultyEngine;
let made = 0;

/** Another image under the name that the proxy has: what somebody does who brings in a newer HAProxy. @returns its id */
const newImage = async (): Promise<string> => {
  made += 1;
  const env = shop.place.dockerHost === undefined ? {} : { DOCKER_HOST: shop.place.dockerHost };
  const input = `FROM seaworthy/haproxy:2.6\nLABEL made=${made}\n`;
  const built = await exec("docker", ["build", "-q", "-t", IMAGE, "-"], {
    env: { ...env, DOCKER_BUILDKIT: "0" },
    input,
    timeoutMs: 60_000,
  });
  if (built.exitCode !== 0) throw new Error(built.stderr);
  return shop.docker.run(["image", "inspect", "--format", "{{.Id}}", IMAGE]);
};

beforeAll(async () => {
  shop = await createShop({
    prepare: (folder) => {
      const path = join(folder, "compose.yaml");
      const text = readFileSync(path, "utf8");
      const port = '{ http: "${E2E_HTTP_PORT}" }';
      if (!text.includes(port)) throw new Error("the fixture has no proxy to change");
      writeFileSync(path, text.replace(port, `{ http: "\${E2E_HTTP_PORT}", image: "${IMAGE}" }`));
    },
  });
  engine = await startFaultyEngine(
    shop.place.dockerHost?.replace("unix://", "") ?? "/var/run/docker.sock",
    join(shop.scratch.folder, "faulty.sock"),
  );
  await newImage();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  const docker = shop?.docker;
  await shop?.[Symbol.asyncDispose]();
  await docker?.attempt(["rmi", "-f", IMAGE]);
});

/** Name and image id of each container of the proxy. */
const proxies = async (): Promise<readonly string[]> => {
  const ids = await shop.docker.lines(["ps", "-aq", "--filter", "label=dev.seaworthy.role=proxy"]);
  const seen = await Promise.all(
    ids.map((id) => shop.docker.attempt(["inspect", "--format", "{{.Name}} {{.State.Status}} {{.Image}}", id])),
  );
  // One may go between the two questions.
  return seen.filter(({ exitCode }) => exitCode === 0).map(({ stdout }) => stdout.trim());
};
const onlyOne = async (image: string): Promise<void> => {
  expect(await proxies()).toEqual([`/seaworthy-proxy running ${image}`]);
};

const release = async (): Promise<number> => ((await shop.json(["status"])) as { live: { release: number } }).live.release;

test("a newer HAProxy: status says so, reconcile replaces the container again and again, and no request is lost", async () => {
  const times = spread([1, 2, 3, 4, 5, 6], 2).length;
  const { requests } = await underLoad(
    shop,
    async () => {
      for (let time = 0; time < times; time += 1) {
        const image = await newImage();
        const drift = await shop.seaworthy(["status"]);
        expect(drift.exit, drift.said).toBe(1);
        expect(drift.said).toContain(`HAProxy's container runs an earlier ${IMAGE} than the engine has`);
        const planned = await shop.seaworthy(["reconcile", "--dry-run"]);
        expect(planned.exit, planned.said).toBe(1);
        expect(planned.said).toContain(`runs an earlier ${IMAGE}`);
        const done = await shop.seaworthy(["reconcile"]);
        expect(done.exit, done.said).toBe(0);
        expect(done.said).toContain("another HAProxy has taken over");
        await onlyOne(image);
      }
    },
    { ratePerSecond: 400 },
  );
  console.log(`${times} replacements of HAProxy, ${requests} requests, none failed`);
  await expectWhole(shop, { release: await release(), version: "1.0.0" });
});

test("a release replaces it too; a WebSocket stays with the old one until it ends", async () => {
  const tunnel = await openTunnel(shop);
  onTestFinished(() => tunnel.close());
  const image = await newImage();
  const load = await observeLoad(shop, { ratePerSecond: 200 });
  await commitVersion(shop, { version: "2.0.0" });
  const ship = shop.call(["ship"]);
  for (let tries = 0; tries < 200 && !(await proxies()).includes(`/seaworthy-proxy running ${image}`); tries += 1) await sleep(25);
  expect((await proxies()).map((one) => one.split(" ").slice(0, 2).join(" ")).toSorted()).toEqual([
    "/seaworthy-proxy running",
    "/seaworthy-proxy-earlier running",
  ]);
  await tunnel.echo("ahoy");
  // The runtime socket is the new one's.
  expect(await askProxy(shop, "show info")).toMatch(/^Stopping: 0$/m);
  await sleep(1500);
  await tunnel.echo("still here");
  tunnel.close();
  const shipped = await ship.ended;
  expect(shipped.exit, shipped.said).toBe(0);
  expect(shipped.said).toContain("another HAProxy has taken over");
  await expectNothingLost(shop, await load.stop());
  await onlyOne(image);
  await expectWhole(shop, { release: await release(), version: "2.0.0" });
});

describe("killed (-9) in the middle of it", () => {
  const CALLS = [
    ["POST /containers/create", 0],
    ["POST /containers/*/start", 0],
    ["POST /containers/*/kill", 0],
    ["POST /containers/*/rename", 0],
    ["POST /containers/*/rename", 1],
    ["DELETE /containers/*", 0],
  ] as const;
  const MOMENTS = { hang: "before", stall: "after" } as const satisfies Partial<Record<Fault, string>>;

  test(
    "before and after its calls: the next command brings it to its end, and no request is lost",
    async () => {
      const places = inTurn(CALLS, ["hang", "stall"] as const);
      const killedAt = async ([kind, after]: (typeof CALLS)[number], fault: "hang" | "stall"): Promise<void> => {
        const what = `${MOMENTS[fault]} ${kind} (${after + 1})`;
        const image = await newImage();
        engine.breakNext(kind, fault, after);
        const call = shop.call(["reconcile"], { env: { DOCKER_HOST: engine.dockerHost } });
        const ended = call.ended.then(() => true);
        for (let over = false; !engine.broke && !over;) over = await Promise.race([ended, sleep(25).then(() => false)]);
        if (fault === "stall") await sleep(300);
        call.child.kill("SIGKILL");
        const { said } = await call.ended;
        const { broke } = engine;
        engine.breakNext(undefined, fault);
        expect(broke, `${what}: ${said}`).toBe(true);
        expect((await proxies()).filter((one) => one.includes(" running ")).length, what).toBeGreaterThan(0);
        const resumed = await shop.seaworthy(["deploy", "--resume"]);
        expect([0, 3], `${what}: ${resumed.said}`).toContain(resumed.exit);
        const again = await shop.seaworthy(["reconcile"]);
        expect(again.exit, `${what}: ${again.said}`).toBe(0);
        expect(await proxies(), what).toEqual([`/seaworthy-proxy running ${image}`]);
      };
      const { requests } = await underLoad(
        shop,
        async () => {
          const wrong: unknown[] = [];
          for (const [call, fault] of places) await killedAt(call, fault).catch((error: unknown) => wrong.push(error));
          expect(wrong).toEqual([]);
        },
        { ratePerSecond: 200 },
      );
      await expectWhole(shop, { release: await release(), version: "2.0.0" });
      console.log(`killed at ${places.length} places of a replacement, ${requests} requests, none failed`);
    },
    15 * 60_000,
  );
});

test("one that does not come up leaves the old one in its place, and says why", async () => {
  const load = await observeLoad(shop, { ratePerSecond: 200 });
  const [before] = await proxies();
  await shop.docker.run(["tag", "seaworthy/nodejs:24", IMAGE]);
  const tried = await shop.seaworthy(["reconcile"]);
  expect(tried.exit, tried.said).not.toBe(0);
  expect(tried.said).toContain("-> ");
  expect(await proxies()).toEqual([before]);
  await expectNothingLost(shop, await load.stop());
  const image = await newImage();
  const mended = await shop.seaworthy(["reconcile"]);
  expect(mended.exit, mended.said).toBe(0);
  await onlyOne(image);
});
