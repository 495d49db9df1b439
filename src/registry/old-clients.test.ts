import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { digestOf } from "../core/index.ts";
import { seed, smallManifest, startTestRegistry, type TestRegistry } from "./registry.fixture.ts";

/** What old and odd clients send, byte for byte as facts/registry.md, 2.2, found it; the clients themselves are in `clients*.engine.test.ts`. */
const speak = (registry: TestRegistry, ...lines: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(registry.running.address) ?? [];
    let said = "";
    const socket = connect(Number(port), host, () => socket.write(lines.join("\r\n")));
    socket.on("data", (chunk) => (said += chunk.toString()));
    socket.once("error", reject);
    socket.once("close", () => resolve(said));
  });
const location = async (registry: TestRegistry): Promise<string> =>
  String((await registry.raw("POST", "/v2/a/blobs/uploads/")).headers.location);

test("docker 20.10: every request closes its connection; PATCH has no length, no type and no range; HEAD asks for the result", async () => {
  await using registry = await startTestRegistry();
  const close = ["Host: x", "User-Agent: docker/20.10.24 go/go1.19.8", "Connection: close"];
  expect(await speak(registry, "GET /v2/ HTTP/1.1", ...close, "", "")).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Connection: close/);
  const begun = await speak(registry, "POST /v2/a/blobs/uploads/ HTTP/1.1", ...close, "Content-Length: 0", "", "");
  const upload = /^location: (.*)\r$/im.exec(begun)?.[1] ?? "";
  const chunked = ["Transfer-Encoding: chunked", "Accept-Encoding: gzip", "", "5", "hello", "6", " world", "0", "", ""];
  expect(await speak(registry, `PATCH ${upload} HTTP/1.1`, ...close, ...chunked)).toMatch(/^HTTP\/1\.1 202 Accepted\r\n[^]*range: 0-10\r/i);
  const digest = digestOf("hello world");
  const put = `PUT ${upload}?digest=${encodeURIComponent(digest)} HTTP/1.1`;
  expect(await speak(registry, put, ...close, "Content-Length: 0", "", "")).toMatch(/^HTTP\/1\.1 201 Created/);
  expect(await speak(registry, `HEAD /v2/a/blobs/${digest} HTTP/1.1`, ...close, "", "")).toMatch(
    /^HTTP\/1\.1 200 OK\r\n[^]*content-length: 11\r/i,
  );
});

test("crane: the upload is begun as application/json, a mount says where it comes from twice", async () => {
  await using registry = await startTestRegistry();
  await registry.client.pushBlob(registry.at("from"), Buffer.from("layer"));
  const headers = { "content-type": "application/json" };
  expect((await registry.raw("POST", "/v2/a/blobs/uploads/", { headers })).status).toBe(202);
  const mounted = await registry.raw(
    "POST",
    `/v2/a/blobs/uploads/?mount=${encodeURIComponent(digestOf("layer"))}&from=from&origin=registry.example`,
    { headers },
  );
  expect(mounted.status).toBe(201);
});

test("HTTP/1.0, lower-case methods of nobody, and a host that is not ours do no harm", async () => {
  await using registry = await startTestRegistry();
  expect(await speak(registry, "GET /v2/ HTTP/1.0", "", "")).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(await speak(registry, "get /v2/ HTTP/1.1", "Host: x", "Connection: close", "", "")).toMatch(/^HTTP\/1\.1 40[05]/);
  expect(await speak(registry, "GET /v2/ HTTP/1.1", "Host: evil.example", "Connection: close", "", "")).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(await speak(registry, "BREW /v2/ HTTP/1.1", "Host: x", "Connection: close", "", "")).toMatch(/^HTTP\/1\.1 400/);
});

test("an early refusal reaches a client that is still sending", async () => {
  await using registry = await startTestRegistry();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(registry.running.address) ?? [];
  const send = (method: string, path: string, size: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const asked = httpRequest({ host, port, agent, method, path, headers: { "content-length": size } }, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
      });
      asked.once("error", reject);
      for (let left = size; left > 0; left -= 1_000_000) asked.write(Buffer.alloc(Math.min(left, 1_000_000)));
      asked.end();
    });
  try {
    expect(await send("PUT", `/v2/a/blobs/uploads/none?digest=${digestOf("x")}`, 20_000_000)).toBe(404);
    expect(await send("PUT", "/v2/a/manifests/latest", 20_000_000)).toBe(413);
    // The connection is as good as before.
    expect(await send("GET", "/v2/", 0)).toBe(200);
  } finally {
    agent.destroy();
  }
});

test("conditional requests: what has not changed is not sent again", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const { bytes, digest } = smallManifest("one");
  await registry.raw("PUT", "/v2/a/manifests/latest", {
    headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" },
    body: bytes,
  });
  for (const path of ["/v2/a/manifests/latest", `/v2/a/blobs/${digestOf("{}")}`]) {
    const { headers } = await registry.raw("GET", path);
    const again = await registry.raw("GET", path, { headers: { "if-none-match": String(headers.etag) } });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  }
  expect((await registry.raw("HEAD", `/v2/a/manifests/${digest}`)).headers.etag).toBe(`"${digest}"`);
});

test("a digest in the query may be percent-encoded or not, and given once", async () => {
  await using registry = await startTestRegistry();
  const digest = digestOf("x");
  expect((await registry.raw("PUT", `${await location(registry)}?digest=${encodeURIComponent(digest)}`, { body: "x" })).status).toBe(201);
  expect((await registry.raw("PUT", `${await location(registry)}?digest=${digest}`, { body: "x" })).status).toBe(201);
  expect((await registry.raw("PUT", `${await location(registry)}?digest=${digestOf("y")}&digest=${digest}`, { body: "x" })).status).toBe(
    400,
  );
});
