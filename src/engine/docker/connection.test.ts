import { createServer, type RequestListener, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { connect, negotiate, path } from "./connection.ts";
import { engineError, engineRefusal } from "./errors.ts";
import { createDockerEngine } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "swt-conn-"));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** An engine's front, answering as the test says; /version is answered for it. */
const listen = async (handle: RequestListener, version = "1.41"): Promise<string> => {
  const socketPath = join(folder, `${servers.length}-${Math.random()}.sock`);
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/version") === true) response.end(JSON.stringify({ ApiVersion: version }));
    else handle(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return socketPath;
};

const to = async (handle: RequestListener, version?: string) => {
  const socketPath = await listen(handle, version);
  return connect({ url: `unix://${socketPath}`, socketPath });
};

const call = { tried: "try it", method: "GET", path: "/try" } as const;

describe("calls", () => {
  test("the version both know is in the path, the query is escaped, an empty body is not sent", async () => {
    let seen = "";
    const connection = await to((request, response) => {
      seen = `${request.method} ${request.url} ${request.headers["content-length"] ?? "none"}`;
      response.end("{}");
    });
    await connection.call({ ...call, method: "POST", path: path`/containers/${"a/b:1@c"}/x`, query: { q: "a&b=c" } });
    expect(seen).toBe("POST /v1.41/containers/a/b:1@c/x?q=a%26b%3Dc 0");
  });

  test("an engine that does not answer is given up at the deadline, and the socket with it", async () => {
    const connection = await to(() => undefined);
    await expect(connection.call({ ...call, timeoutMs: 80 })).rejects.toMatchObject({
      code: "DEADLINE",
      message: expect.stringContaining("try it"),
    });
  });

  test("an answer that stops half-way is given up too", async () => {
    const connection = await to((_, response) => void response.writeHead(200, { "content-length": "100" }).write("{"));
    await expect(connection.call({ ...call, timeoutMs: 80 })).rejects.toMatchObject({ code: "DEADLINE" });
  });

  test("the caller's signal comes through as its own reason", async () => {
    const connection = await to(() => undefined);
    const abort = new AbortController();
    const work = connection.call({ ...call, signal: abort.signal });
    setTimeout(() => abort.abort(new Error("enough")), 30);
    await expect(work).rejects.toThrow("enough");
  });

  test("304 is success, 409 is the engine's own words with the status", async () => {
    const unchanged = await to((_, response) => response.writeHead(304).end());
    await unchanged.call(call);
    const refused = await to((_, response) => response.writeHead(409).end('{"message":"name \\u001b[31mtaken"}'));
    await expect(refused.call(call)).rejects.toMatchObject({
      code: "ENGINE_REFUSED",
      message: "cannot try it: name \u{FFFD}[31mtaken",
      details: { status: 409 },
    });
  });

  test("an engine too old is named, one that is none too; both are asked again later", async () => {
    const old = await to((_, response) => response.end("{}"), "1.39");
    await expect(old.call(call)).rejects.toMatchObject({ code: "ENGINE_REFUSED", message: expect.stringContaining("1.39") });
    const socketPath = await listen((_, response) => response.end("{}"), "soon");
    await expect(connect({ url: "x", socketPath }).call(call)).rejects.toMatchObject({
      code: "ENGINE_REFUSED",
      message: expect.stringContaining("not a container engine"),
    });
  });

  test("a missing socket says which address was tried, whatever DOCKER_HOST says", async () => {
    const before = process.env["DOCKER_HOST"];
    process.env["DOCKER_HOST"] = "tcp://127.0.0.1:1";
    try {
      await expect(createDockerEngine({ address: `unix://${folder}/none.sock` }).system.info()).rejects.toMatchObject({
        code: "ENGINE_UNREACHABLE",
        message: expect.stringContaining(`unix://${folder}/none.sock`),
      });
    } finally {
      if (before === undefined) delete process.env["DOCKER_HOST"];
      else process.env["DOCKER_HOST"] = before;
    }
  });

  test("a frame of failure in a stream that began with 200 is a failure", async () => {
    const socketPath = await listen((request, response) => {
      if (request.url?.includes("/images/create") === true)
        response.end('{"status":"Pulling"}\n{"errorDetail":{"message":"write /x: no space left on device"},"error":"x"}\n');
      else response.end("{}");
    });
    await expect(createDockerEngine({ address: `unix://${socketPath}` }).images.pull("a/b:1")).rejects.toMatchObject({ code: "DISK_FULL" });
    rmSync(folder, { recursive: true, force: true });
  });
});

test("no name leaves its segment of the path", () => {
  expect(path`/containers/${"x?force=1#y"}/json`).toBe("/containers/x%3Fforce%3D1%23y/json");
  for (const name of ["", "..", "a/../b", "/a"])
    expect(() => path`/containers/${name}/json`).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
});

test("the version is the newer of what both know", () => {
  expect(negotiate("1.41", "x")).toBe("1.41");
  expect(negotiate("1.43", "x")).toBe("1.43");
  expect(negotiate("1.99", "x")).toBe("1.47");
  expect(() => negotiate("1.40", "x")).toThrow(/1\.41 or newer/);
});

test.each([
  ["start a", "driver failed programming external connectivity: Bind for 0.0.0.0:80 failed: port is already allocated", "PORT_TAKEN"],
  ["start a", "listen tcp4 0.0.0.0:80: bind: address already in use", "PORT_TAKEN"],
  ["start a", "Address already in use", "ENGINE_REFUSED"],
  ["pull a", "no matching manifest for linux/amd64 in the manifest list entries", "PLATFORM_MISSING"],
  ["pull a", "manifest for x:1 not found: manifest unknown", "IMAGE_NOT_FOUND"],
  ["pull a", "dial tcp 10.0.0.1:443: connect: connection refused", "REGISTRY_UNREACHABLE"],
  ["start a", "dial tcp 10.0.0.1:443: connect: connection refused", "ENGINE_REFUSED"],
  ["pull a", "unauthorized: authentication required", "REGISTRY_REFUSED"],
  ["load an image archive", "write /x: no space left on device", "DISK_FULL"],
])("%s: %s -> %s", (tried, words, code) => {
  expect(engineRefusal(tried, words, 500)).toMatchObject({ code, details: { status: 500 } });
});

test("a socket one may not open is a matter of permission", () => {
  const error = Object.assign(new Error("connect EACCES /var/run/docker.sock"), { code: "EACCES" });
  expect(engineError(error, "list containers", "unix:///var/run/docker.sock")).toMatchObject({ code: "PERMISSION_DENIED", exit: 8 });
});
