import { createServer, type RequestListener } from "node:http";
import { createServer as createH2cServer } from "node:http2";
import { createServer as createTcp } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { probeHttp } from "./http.ts";

const servers: { close(): void; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return (server.address() as AddressInfo).port;
};

const serve = (handle: RequestListener): Promise<number> => listening(createServer(handle));
const at = (port: number, more: Partial<Parameters<typeof probeHttp>[0]> = {}) =>
  probeHttp({ address: "127.0.0.1", port, path: "/readyz?full=1", timeoutMs: 2000, ...more });

test("200 to 399 are ready, what is outside is not, and the body says why", async () => {
  const port = await serve((request, response) => response.writeHead(Number(request.headers.host)).end(`said ${request.url}`));
  for (const [status, ready] of [
    [200, true],
    [204, true],
    [302, true],
    [399, true],
    [404, false],
    [503, false],
  ] as const)
    expect(await at(port, { host: String(status) })).toMatchObject({ ready, status });
  expect((await at(port, { host: "503" })).body).toBe("said /readyz?full=1");
});

test("a body is cut at 2 KB, and its control characters and passwords do not come through", async () => {
  const port = await serve((_, response) =>
    response.writeHead(500).end(`\u001b[2Jpostgres://app:hunter2secret@db/x ${"x".repeat(1_000_000)}`),
  );
  const { body = "" } = await at(port);
  expect(body.length).toBeLessThanOrEqual(2048);
  expect(body).toContain("\u{FFFD}[2J");
  expect(body).not.toContain("hunter2secret");
});

test("a body without an end does not hold the probe", async () => {
  const port = await serve((_, response) => void response.writeHead(200).write("x".repeat(5000)));
  expect((await at(port)).ready).toBe(true);
});

test("nobody listening, silence and noise are answers too", async () => {
  const closed = createTcp();
  const port = await listening(closed);
  await new Promise((resolve) => closed.close(resolve));
  expect(await at(port)).toMatchObject({ ready: false, error: expect.stringContaining("ECONNREFUSED") });
  const silent = await listening(createTcp(() => undefined));
  const answer = await at(silent, { timeoutMs: 100 });
  expect(answer).toMatchObject({ ready: false, error: "no answer within 100 ms" });
  expect(answer.tookMs).toBeLessThan(1500);
  const noisy = await listening(createTcp((socket) => socket.end("SSH-2.0-OpenSSH\r\n")));
  expect(await at(noisy)).toMatchObject({ ready: false, error: expect.any(String) });
});

test("a path that no request can carry is an answer, and the caller's signal is not", async () => {
  expect(await at(1, { path: "/a b" })).toMatchObject({
    ready: false,
    error: expect.stringContaining("Request path contains unescaped characters"),
  });
  const silent = await listening(createTcp(() => undefined));
  const abort = new AbortController();
  const probe = at(silent, { signal: abort.signal });
  abort.abort(new Error("stopped"));
  await expect(probe).rejects.toThrow("stopped");
});

test("HTTP/2 in clear text, where the container speaks nothing else", async () => {
  const server = createH2cServer();
  server.on("stream", (stream, headers) => {
    stream.respond({ ":status": headers[":authority"] === "shop.example" ? 200 : 503 });
    stream.end(`said ${headers[":path"]}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  expect(await at(port, { protocol: "h2c", host: "shop.example" })).toMatchObject({
    ready: true,
    status: 200,
    body: "said /readyz?full=1",
  });
  expect(await at(port, { protocol: "h2c" })).toMatchObject({ ready: false, status: 503 });
  expect(await at(port)).toMatchObject({ ready: false, error: expect.any(String) });
  const old = await serve((_, response) => response.end());
  expect(await at(old, { protocol: "h2c", timeoutMs: 1000 })).toMatchObject({ ready: false, error: expect.any(String) });
  const silent = await listening(createTcp(() => undefined));
  expect(await at(silent, { protocol: "h2c", timeoutMs: 100 })).toMatchObject({ ready: false, error: "no answer within 100 ms" });
});
