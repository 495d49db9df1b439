import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation, Result } from "../support/e2e/installation.ts";
import { newestRelease, readJournal } from "../support/e2e/journal.ts";
import { commitVersion, createShop, get, type Version } from "../support/e2e/shop.ts";
import { openTunnel } from "../support/e2e/tunnel.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";
import { ALL, spread } from "../support/extent.ts";

let shop: Installation;

beforeAll(async () => {
  shop = await createShop();
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** Ships the version under a strict load, of which nothing may fail. */
const shipUnderLoad = async (version: Version, env: Readonly<Record<string, string>> = {}): Promise<Result> => {
  await commitVersion(shop, version);
  const { result } = await underLoad(shop, () => shop.seaworthy(["ship"], { env }));
  expect(result.exit, result.said).toBe(0);
  return result;
};

/** A stream without a length. @returns what came, and whether its end did */
const stream = (ms: number): Promise<{ readonly version: string; readonly text: string; readonly whole: boolean }> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(new URL(`/stream?ms=${ms}`, shop.url), { agent: false, headers: { host: shop.host } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("error", () => undefined);
      response.on("close", () => resolve({ version: String(response.headers["x-version"]), text, whole: response.complete }));
    });
    request.on("error", reject);
    request.end();
  });

/** A kilobyte a tenth of a second. */
const upload = (kilobytes: number): Promise<{ readonly status: number; readonly body: string }> =>
  new Promise((resolve, reject) => {
    const headers = { host: shop.host, "content-length": kilobytes * 1000 };
    const request = httpRequest(new URL("/upload", shop.url), { agent: false, method: "POST", headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", reject);
    void (async () => {
      for (let sent = 0; sent < kilobytes; sent += 1) {
        request.write("x".repeat(1000));
        await sleep(100);
      }
      request.end();
    })();
  });

test("what takes its time over the switch: streams, slow uploads and long requests end where they began", async () => {
  const long = get(shop, "/slow?ms=7000");
  const flowing = stream(7000);
  const slow = upload(70);
  await shipUnderLoad({ version: "2.0.0" });
  expect(await long).toMatchObject({ status: 200, version: "1.0.0" });
  const { version, text, whole } = await flowing;
  expect({ version, whole }).toEqual({ version: "1.0.0", whole: true });
  expect(text).toMatch(/data: end\n\n$/);
  expect(await slow).toEqual({ status: 200, body: JSON.stringify({ version: "1.0.0", bytes: 70_000 }) });
  await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: "2.0.0" });
});

test("what outlives the drain is cut at its end, is told, and is in the drop report; tunnels are open until then", async () => {
  const tooLong = get(shop, "/slow?ms=25000").catch((error: unknown) => error);
  const tunnels = await Promise.all(Array.from({ length: 20 }, () => openTunnel(shop)));
  expect(new Set(tunnels.map(({ version }) => version))).toEqual(new Set(["2.0.0"]));
  const shipped = await shipUnderLoad({ version: "3.0.0" }).then((result) => result);
  expect(shipped.said).toMatch(/still had 2[01] requests after 1\d s of draining; they are cut/);
  await Promise.all(tunnels.map(({ closed }) => closed));
  expect(await tooLong).not.toMatchObject({ status: 200 });
  const report = readJournal(shop.scratch.state, newestRelease(shop.scratch.state)).find(({ kind }) => kind === "finished")?.report;
  expect(report?.find((one) => one["service"] === "web")).toMatchObject({ measured: true, cut: expect.any(Number) });
  const next = await openTunnel(shop);
  expect(next.version).toBe("3.0.0");
  await next.echo("ahoy");
  await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: "3.0.0" });
});

test("an app that closes idle connections after a second, and one that ends at SIGTERM at once, lose nothing when they are replaced", async () => {
  for (const version of spread(["4.0.0", "5.0.0"], 1)) await shipUnderLoad({ version, onTerm: "exit", keepAliveMs: 1000 });
  await shipUnderLoad({ version: "6.0.0", onTerm: "ignore" });
});

test("an app that ignores SIGTERM is killed when its grace is over, which is told, and the release is live", async () => {
  const { said } = await shipUnderLoad({ version: "7.0.0" });
  expect(said).toMatch(/did not stop within 10 s and was killed \(exit status 137\)/);
  await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: "7.0.0" });
});

test("an app that takes long to become ready is waited for as long as its `ready` says, and not only for the 20 s of the others", async () => {
  const begunMs = performance.now();
  const warmUpMs = ALL ? 40_000 : 23_000;
  await shipUnderLoad({ version: "8.0.0", warmUpMs }, { E2E_READY: "90s" });
  expect(performance.now() - begunMs).toBeGreaterThan(warmUpMs);
  await expectWhole(shop, { release: newestRelease(shop.scratch.state), version: "8.0.0" });
});

test("the app sees the client's address and an id of each request", async () => {
  const { body } = await get(shop, "/whoami");
  expect(JSON.parse(body)).toMatchObject({ forwardedFor: "127.0.0.1", requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});
