import { readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Installation, Result } from "../support/e2e/installation.ts";
import { newestRelease, readJournal } from "../support/e2e/journal.ts";
import { commitVersion, createShop, get, withStrategy } from "../support/e2e/shop.ts";
import { openTunnel } from "../support/e2e/tunnel.ts";
import { underLoad } from "../support/e2e/under-load.ts";
import { expectWhole } from "../support/e2e/whole.ts";

let shop: Installation;
const TUNNELS = 150;
const STREAMS = 50;

beforeAll(async () => {
  shop = await createShop({ prepare: withStrategy("websockets: spread") });
  const shipped = await shop.seaworthy(["ship"]);
  expect(shipped.exit, shipped.said).toBe(0);
});
afterAll(() => shop?.[Symbol.asyncDispose]());

/** What the next commit says of connections that last. */
const setPolicy = async (policy: "cut"): Promise<void> => {
  const path = join(shop.projectFolder, "compose.yaml");
  const text = readFileSync(path, "utf8");
  const changed = text.replace("websockets: spread", `websockets: ${policy}`);
  if (changed === text) throw new Error("the fixture has no release to change");
  writeFileSync(path, changed);
};

interface Lasting {
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly closed: Promise<number>;
}

/** An event stream, read as an EventSource does. */
const openStream = (): Promise<Lasting> =>
  new Promise((resolve, reject) => {
    const request = httpRequest(
      new URL("/stream?ms=30000", shop.url),
      { agent: false, headers: { host: shop.host, accept: "text/event-stream" } },
      (response) => {
        response.resume().on("error", () => undefined);
        const closed = new Promise<number>((resolveClosed) => response.once("close", () => resolveClosed(Date.now())));
        resolve({ version: String(response.headers["x-version"]), closed });
      },
    );
    request.on("error", reject);
    request.end();
  });

interface Shipped {
  readonly result: Result;
  /** When each connection was closed, and when all traffic was with the new release: milliseconds since the epoch. */
  readonly closedAt: readonly number[];
  readonly shiftedAt: number;
  readonly report: Readonly<Record<string, unknown>>;
}

/** Ships a version under a strict load while many connections last; every one that is closed is opened again at once, as a browser does. */
const shipWithLasting = async (version: string, before: string): Promise<Shipped> => {
  await commitVersion(shop, { version });
  const slow = get(shop, "/slow?ms=8000");
  const lasting: Lasting[] = [];
  for (let count = 0; count < TUNNELS; count += 1) lasting.push(await openTunnel(shop));
  for (let count = 0; count < STREAMS; count += 1) lasting.push(await openStream());
  expect(new Set(lasting.map((one) => one.version))).toEqual(new Set([before]));
  const again = Promise.all(
    lasting.slice(0, TUNNELS).map(async ({ closed }) => {
      await closed;
      const tunnel = await openTunnel(shop);
      await tunnel.echo("back");
      tunnel.close();
      return tunnel.version;
    }),
  );
  const { result } = await underLoad(shop, () => shop.seaworthy(["ship"]), { ratePerSecond: 200 });
  expect(result.exit, result.said).toBe(0);
  // A request that ends by itself is none that lasts.
  expect(await slow).toMatchObject({ status: 200, version: before });
  expect(new Set(await again)).toEqual(new Set([version]));
  const release = newestRelease(shop.scratch.state);
  const journal = readJournal(shop.scratch.state, release);
  const report = journal.find(({ kind }) => kind === "finished")?.report?.find((one) => one["service"] === "web") ?? {};
  await expectWhole(shop, { release, version });
  return {
    result,
    closedAt: (await Promise.all(lasting.map(({ closed }) => closed))).toSorted((a, b) => a - b),
    shiftedAt: journal.find(({ kind, step }) => kind === "done" && step === "web/shift")?.at ?? 0,
    report,
  };
};

test("spread: 150 WebSockets and 50 event streams are closed evenly over the drain, and come back one after the other", async () => {
  const { result, closedAt, shiftedAt, report } = await shipWithLasting("2.0.0", "1.0.0");
  const overMs = (closedAt.at(-1) ?? 0) - (closedAt[0] ?? 0);
  const perSecond = closedAt.map((at) => closedAt.filter((other) => other >= at && other < at + 1000).length);
  console.log(
    `spread: ${closedAt.length} connections closed from ${(closedAt[0] ?? 0) - shiftedAt} ms to ${(closedAt.at(-1) ?? 0) - shiftedAt} ms after the switch, at most ${Math.max(...perSecond)} in one second`,
  );
  expect(overMs).toBeGreaterThan(6000);
  expect(overMs).toBeLessThan(11_000);
  // 200 in 9 s are 22 a second; all at once would be 200.
  expect(Math.max(...perSecond)).toBeLessThan(60);
  expect(report).toMatchObject({ measured: true, failed: 0, closed: TUNNELS + STREAMS });
  expect(report).not.toHaveProperty("cut");
  expect(result.said).toContain("200 long connections were closed as their container left");
}, 240_000);

test("cut: all are closed as soon as the new release has the traffic, and requests end well all the same", async () => {
  await setPolicy("cut");
  const { closedAt, shiftedAt, report } = await shipWithLasting("3.0.0", "2.0.0");
  console.log(`cut: ${closedAt.length} connections closed within ${(closedAt.at(-1) ?? 0) - shiftedAt} ms of the switch`);
  expect((closedAt.at(-1) ?? 0) - (closedAt[0] ?? 0)).toBeLessThan(5000);
  expect(report).toMatchObject({ measured: true, failed: 0, closed: TUNNELS + STREAMS });
}, 240_000);
