import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startFastClient } from "./fast-client.ts";

type Misbehaviour = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Answers each request with its id, and does to the numbered ones what the test says. */
const serve = async (misbehave: Readonly<Record<number, Misbehaviour>> = {}) => {
  const seen: string[] = [];
  const methods: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      seen.push(String(request.headers["x-id"]));
      methods.push(request.method ?? "");
      const one = misbehave[seen.length];
      if (one !== undefined) return one(request, response);
      const body = String(request.headers["x-id"]);
      response.writeHead(200, { "x-version": "1", "content-length": body.length }).end(body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, seen, methods };
};

const ledgerOf = async (port: number, seen: readonly string[], atLeast: number) => {
  const client = startFastClient({ port, host: "app", connections: 8, ratePerSecond: 2000 });
  while (seen.length < atLeast) await new Promise((resolve) => setTimeout(resolve, 5));
  return client.stop();
};

test("a server that behaves: all is right, half of it posts, each request came once, connections are kept", async () => {
  const { port, seen, methods } = await serve();
  const ledger = await ledgerOf(port, seen, 300);
  expect(ledger).toMatchObject({ failed: 0, failures: [], opened: 8, ok: ledger.requests, versions: { 1: ledger.requests } });
  expect(new Set(seen).size).toBe(ledger.requests);
  expect(Math.abs(methods.filter((one) => one === "POST").length - ledger.requests / 2)).toBeLessThanOrEqual(1);
  expect(ledger.slowestMs).toBeGreaterThanOrEqual(ledger.p99Ms);
});

test("whatever comes instead of the right and whole answer is a failure, and nothing is tried again", async () => {
  const { port, seen } = await serve({
    20: (request) => request.socket.destroy(),
    30: (request) => request.socket.resetAndDestroy(),
    40: (_, response) => void response.writeHead(503, { "content-length": 0 }).end(),
    50: (request, response) => {
      response.writeHead(200, { "x-version": "1", "content-length": 100 }).write("half");
      setTimeout(() => request.socket.destroy(), 10);
    },
    60: (_, response) => void response.writeHead(200, { "x-version": "1", "content-length": 5 }).end("other"),
    70: (request, response) => void response.writeHead(200, { "content-length": 4 }).end(String(request.headers["x-id"]).slice(0, 4)),
  });
  const ledger = await ledgerOf(port, seen, 300);
  expect(ledger.failed).toBe(6);
  expect(ledger.failures).toHaveLength(6);
  expect(ledger.requests).toBe(seen.length);
  expect(ledger.ok).toBe(ledger.requests - 6);
  for (const why of ["id-20: the connection was closed", "ECONNRESET", "HTTP/1.1 503", "half", '"other"', "x-version , body"])
    expect(ledger.failures.join("\n")).toContain(why);
});

test("a connection that is let go of with an answer is opened again, and that is no failure", async () => {
  const { port, seen } = await serve({
    20: (request, response) => {
      const body = String(request.headers["x-id"]);
      response.writeHead(200, { "x-version": "2", "content-length": body.length, connection: "close" }).end(body);
    },
  });
  const ledger = await ledgerOf(port, seen, 100);
  expect(ledger).toMatchObject({ failed: 0, opened: 9, versions: { 2: 1 } });
});
