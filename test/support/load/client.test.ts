import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startLoad, verifyLedger, type Ledger } from "./client.ts";
import { startStress } from "./stress.ts";

type Misbehaviour = (request: IncomingMessage, response: ServerResponse, answer: () => void) => void;

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A shop in this process that keeps a ledger, and does to the numbered requests what the test says. */
async function shop(
  misbehave: Readonly<Record<number, Misbehaviour>> = {},
): Promise<{ url: string; seen: Map<string, number>; connections: () => number; requests: () => number }> {
  const seen = new Map<string, number>();
  let connections = 0;
  let requests = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://shop");
    if (request.method === "GET" && url.pathname === "/orders") {
      const ids = [...seen]
        .filter(([id]) => id.startsWith(url.searchParams.get("prefix") ?? "") && id > (url.searchParams.get("after") ?? ""))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      return void response.end(JSON.stringify({ version: "1", ids: ids.slice(0, Number(url.searchParams.get("limit"))) }));
    }
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const id = text ? (JSON.parse(text) as { id: string }).id : undefined;
      if (id) seen.set(id, (seen.get(id) ?? 0) + 1);
      const answer = (): void => {
        response.setHeader("x-version", "1");
        response.end(JSON.stringify({ version: "1", ...(id ? { id, seen: seen.get(id) } : {}) }));
      };
      const one = misbehave[++requests];
      if (one) one(request, response, answer);
      else answer();
    });
  });
  server.on("connection", () => connections++);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => connections,
    requests: () => requests,
  };
}

async function loadOf(url: string, atLeast: number, options: Partial<Parameters<typeof startLoad>[0]> = {}): Promise<Ledger> {
  const load = startLoad({ url, connections: 8, ratePerSecond: 400, timeoutMs: 400, ...options });
  await load.started;
  for (;;) {
    const { requests } = await load.progress();
    if (requests >= atLeast) return load.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a shop that behaves: nothing failed, half of it posts, every id once, connections kept", async () => {
  const { url, connections, requests } = await shop();
  const ledger = await loadOf(url, 200);
  expect(ledger.failed.total).toBe(0);
  expect(ledger.ok).toBe(ledger.requests);
  expect(requests()).toBe(ledger.requests);
  expect(Math.abs(ledger.sentIds.length - ledger.requests / 2)).toBeLessThanOrEqual(1);
  expect(ledger.acknowledgedIds.toSorted()).toEqual(ledger.sentIds.toSorted());
  expect(connections()).toBe(8);
  expect(ledger.opened).toBe(8);
  expect(ledger.versions).toMatchObject([{ version: "1", count: ledger.requests }]);
  expect(ledger.latencyMs.p50).toBeGreaterThan(0);
  expect(ledger.latencyMs.max).toBeGreaterThanOrEqual(ledger.latencyMs.p99);
  expect(await verifyLedger(url, ledger)).toMatchObject({ ok: true, acknowledged: ledger.sentIds.length, inApp: ledger.sentIds.length });
});

test("each kind of failure is counted once under its own name, and nothing is tried again", async () => {
  const cutHead: Misbehaviour = (request) => request.socket.resetAndDestroy();
  const cutChunked: Misbehaviour = (request, response) => {
    response.writeHead(200, { "x-version": "1" });
    response.write('{"version":');
    setTimeout(() => request.socket.destroy(), 20);
  };
  const cutLength: Misbehaviour = (request, response) => {
    response.writeHead(200, { "x-version": "1", "content-length": "100" });
    response.write('{"version":');
    setTimeout(() => request.socket.resetAndDestroy(), 20);
  };
  const { url, requests } = await shop({
    10: cutHead,
    11: cutHead,
    12: cutHead,
    20: (_, response) => void response.writeHead(503).end("away"),
    21: (_, response) => void response.writeHead(503).end("away"),
    22: (_, response) => void response.writeHead(502).end(),
    30: () => {},
    31: () => {},
    40: cutChunked,
    41: cutLength,
    50: (_, response) => void response.writeHead(200, { "x-version": "1" }).end("<html>"),
    51: (_, response) => void response.writeHead(200, { "x-version": "2" }).end('{"version":"1"}'),
    52: (_, response) => void response.writeHead(200, { "x-version": "1" }).end("null"),
  });
  const ledger = await loadOf(url, 300);
  expect(ledger.failed).toEqual({ status: 3, reset: 3, refused: 0, timeout: 2, badBody: 3, truncated: 2, total: 13 });
  expect(ledger.ok).toBe(ledger.requests - 13);
  expect(requests()).toBe(ledger.requests);
  expect(ledger.statuses).toMatchObject({ 502: 1, 503: 2 });
  expect(ledger.failures).toHaveLength(13);
});

test("an order that the app counted twice, lost or never got from us does not pass", async () => {
  const { url, seen } = await shop();
  const ledger = await loadOf(url, 60);
  expect((await verifyLedger(url, ledger)).ok).toBe(true);
  const [first, second] = ledger.acknowledgedIds as [string, string];
  seen.set(first, 2);
  seen.delete(second);
  seen.set(`${ledger.run}-999999`, 1);
  expect(await verifyLedger(url, ledger)).toMatchObject({
    ok: false,
    twice: [first],
    missing: [second],
    unknown: [`${ledger.run}-999999`],
    inDoubt: [],
  });
});

test("a post that took effect and lost its answer is in doubt, not wrong; one answered as seen before is a bad body", async () => {
  const cut: Misbehaviour = (request) => request.socket.resetAndDestroy();
  const { url, seen } = await shop({
    10: cut,
    20: (_, response) => {
      const [id] = [...seen].at(-1) as [string, number];
      seen.set(id, 2);
      response.writeHead(200, { "x-version": "1" }).end(JSON.stringify({ version: "1", id, seen: 2 }));
    },
  });
  const ledger = await loadOf(url, 60, { postRatio: 1 });
  expect(ledger.failed).toMatchObject({ reset: 1, badBody: 1, total: 2 });
  const check = await verifyLedger(url, ledger);
  expect(check.ok).toBe(false);
  expect(check.twice).toHaveLength(1);
  expect(check.inDoubt).toHaveLength(2);
});

test("nothing listens: refused, as many times as it was tried", async () => {
  const { url } = await shop();
  const [server] = servers.splice(0);
  await new Promise((resolve) => server?.close(resolve));
  const ledger = await loadOf(url, 20);
  expect(ledger.failed.refused).toBe(ledger.requests);
  expect(ledger.ok).toBe(0);
});

test("an abort signal stops it; its pace is the clock's", async () => {
  const { url } = await shop();
  const stop = new AbortController();
  const load = startLoad({ url, connections: 4, ratePerSecond: 100, slowRatio: 0.1, slowMs: 1, signal: stop.signal });
  await load.started;
  await new Promise((resolve) => setTimeout(resolve, 500));
  stop.abort();
  const ledger = await load.stop();
  expect(ledger.failed.total).toBe(0);
  expect(ledger.requests).toBeGreaterThan(20);
  expect(ledger.requests).toBeLessThan(120);
});

test("stress runs busy processes until it is stopped", async () => {
  const stress = startStress({ processes: 2 });
  expect(stress.pids).toHaveLength(2);
  await stress.stop();
  for (const pid of stress.pids) expect(() => process.kill(pid, 0)).toThrow();
});

test("marks cut the run into windows that add up to it, each with its own failures, times and versions", async () => {
  const { url } = await shop({
    60: (_, response) => void response.writeHead(503).end("away"),
    150: (_, response, answer) => void setTimeout(answer, 250),
  });
  const load = startLoad({ url, connections: 8, ratePerSecond: 400, timeoutMs: 2000 });
  const windows = [];
  for (const until of [40, 100, 400]) {
    while ((await load.progress()).requests < until) await new Promise((resolve) => setTimeout(resolve, 5));
    windows.push(await load.mark());
  }
  const ledger = await load.stop();
  expect(ledger.windows.slice(0, 3)).toEqual(windows);
  expect(ledger.windows.map(({ failed }) => failed)).toEqual([0, 1, 0, 0]);
  expect(ledger.windows.reduce((sum, { requests }) => sum + requests, 0)).toBe(ledger.requests);
  expect(ledger.windows.map(({ latencyMs }) => latencyMs.max >= 250)).toEqual([false, false, true, false]);
  expect(windows[0]?.versions).toEqual(["1"]);
  const { "1": answered } = windows[0]?.answered ?? {};
  expect(answered?.firstAtMs).toBeGreaterThanOrEqual(windows[0]?.fromAtMs ?? Number.NaN);
  expect(answered?.lastAtMs).toBeLessThanOrEqual(windows[0]?.toAtMs ?? Number.NaN);
  expect(windows[1]?.fromAtMs).toBe(windows[0]?.toAtMs);
  await expect(load.mark()).rejects.toThrow(/ended/);
});
