import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { digestOf, parseReference, type Reference } from "../../core/index.ts";
import { clientOf } from "./client-of.fixture.ts";

const MIB = 1024 * 1024;
const BYTES = randomBytes(40 * MIB);
const DIGEST = digestOf(BYTES);

interface Request {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly bytes: number;
}

/** An upload of one blob as a registry takes it, with its quirk before it: true where the quirk answered. */
const uploadServer = async (
  quirk: (request: IncomingMessage, response: ServerResponse, state: { body: Buffer; stored: Buffer }) => boolean,
) => {
  const heard: Request[] = [];
  const state = { body: Buffer.alloc(0), stored: Buffer.alloc(0) };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => undefined);
    request.on("end", () => {
      state.body = Buffer.concat(chunks);
      const url = new URL(request.url ?? "", "http://x");
      heard.push({ method: request.method ?? "", path: url.pathname, range: request.headers["content-range"], bytes: state.body.length });
      if (quirk(request, response, state)) return;
      const location = `/v2/team/app/blobs/uploads/1?_state=${state.stored.length}`;
      if (request.method === "POST") {
        state.stored = Buffer.alloc(0);
        return void response.writeHead(202, { location }).end();
      }
      if (request.method === "HEAD") return void response.writeHead(404).end();
      if (request.method === "GET")
        return void response.writeHead(204, { location, range: `0-${Math.max(state.stored.length - 1, 0)}` }).end();
      state.stored = Buffer.concat([state.stored, state.body]);
      if (request.method === "PATCH")
        return void response
          .writeHead(202, { location: `/v2/team/app/blobs/uploads/1?_state=${state.stored.length}`, range: `0-${state.stored.length - 1}` })
          .end();
      const isWhole = digestOf(state.stored) === url.searchParams.get("digest");
      response.writeHead(isWhole ? 201 : 400).end(isWhole ? "" : JSON.stringify({ errors: [{ code: "DIGEST_INVALID", message: "no" }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const at: Reference = parseReference(`127.0.0.1:${(server.address() as AddressInfo).port}/team/app`);
  return { at, heard, state, said: () => heard.map(({ method, bytes }) => `${method} ${bytes / MIB}`) };
};

test("what a proxy on the way finds too large is sent in chunks, smaller ones where they are too large as well", async () => {
  const { at, said, heard, state } = await uploadServer((_request, response, { body }) => {
    if (body.length <= 8 * MIB) return false;
    response.writeHead(413).end("<html>413 Request Entity Too Large</html>");
    return true;
  });
  await clientOf().pushBlob(at, BYTES);
  expect(digestOf(state.stored)).toBe(DIGEST);
  expect(said()).toEqual([
    "POST 0",
    "PUT 40",
    "POST 0",
    "PATCH 16",
    "POST 0",
    "PATCH 8",
    "PATCH 8",
    "PATCH 8",
    "PATCH 8",
    "PATCH 8",
    "PUT 0",
  ]);
  expect(heard.filter(({ method }) => method === "PATCH").at(-1)?.range).toBe(`${32 * MIB}-${40 * MIB - 1}`);
});

test("a megabyte at once, as nginx allows by default, is enough; less is not tried", async () => {
  const limited = (bytes: number) =>
    uploadServer((_request, response, { body }) => {
      if (body.length <= bytes) return false;
      response.writeHead(413).end();
      return true;
    });
  const mega = await limited(MIB);
  await clientOf({ attempts: 2 }).pushBlob(mega.at, BYTES.subarray(0, 4 * MIB));
  expect(mega.said().slice(-5)).toEqual(["PATCH 1", "PATCH 1", "PATCH 1", "PATCH 1", "PUT 0"]);
  const half = await limited(MIB / 2);
  await expect(clientOf().pushBlob(half.at, BYTES)).rejects.toMatchObject({
    code: "REGISTRY_REFUSED",
    message: expect.stringContaining("413"),
  });
});

test("a registry's smallest chunk is honoured", async () => {
  let refused = false;
  const { at, said } = await uploadServer((request, response, { body }) => {
    if (request.method === "POST") response.setHeader("oci-chunk-min-length", String(20 * MIB));
    if (refused || body.length < 21 * MIB) return false;
    refused = true;
    response.writeHead(413).end();
    return true;
  });
  await clientOf().pushBlob(at, BYTES);
  expect(said().slice(3)).toEqual(["PATCH 20", "PATCH 20", "PUT 0"]);
});

test("a registry that took less than was sent is sent the rest", async () => {
  let lost = false;
  const { at, said, state } = await uploadServer((request, response, now) => {
    if (request.method === "PUT" && now.body.length > 0) {
      response.writeHead(413).end();
      return true;
    }
    if (request.method !== "PATCH" || lost) return false;
    lost = true;
    now.stored = now.body.subarray(0, 5 * MIB);
    response.writeHead(202, { location: "/v2/team/app/blobs/uploads/1?_state=x", range: `0-${5 * MIB - 1}` }).end();
    return true;
  });
  await clientOf().pushBlob(at, BYTES);
  expect(digestOf(state.stored)).toBe(DIGEST);
  expect(said().slice(3)).toEqual(["PATCH 16", "PATCH 16", "PATCH 16", "PATCH 3", "PUT 0"]);
});

test("an answer that was lost on its way is not a push that failed", async () => {
  let isStored = false;
  const { at, said } = await uploadServer((request, response) => {
    if (request.method === "PUT") {
      isStored = true;
      request.socket.destroy();
      return true;
    }
    if (request.method === "HEAD") response.writeHead(isStored ? 200 : 404).end();
    else if (request.method === "GET") response.writeHead(404).end();
    else return false;
    return true;
  });
  await clientOf().pushBlob(at, BYTES);
  expect(said()).toEqual(["POST 0", "PUT 40", "GET 0", "HEAD 0"]);
});

test("who is wrong about a digest is said", async () => {
  const { at } = await uploadServer(() => false);
  await expect(clientOf().pushBlob(at, BYTES, digestOf("other"))).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining(`the bytes given have the digest ${DIGEST}`),
  });
  const lying = await uploadServer((request, response) => {
    if (request.method !== "PUT") return false;
    response.writeHead(400).end(JSON.stringify({ errors: [{ code: "DIGEST_INVALID", message: "no" }] }));
    return true;
  });
  await expect(clientOf().pushBlob(lying.at, BYTES)).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
});

test("a source that ends before its size is no network's fault, and is not tried again", async () => {
  const { at, heard } = await uploadServer(() => false);
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield BYTES.subarray(0, MIB);
  };
  await expect(clientOf().pushBlob(at, { sizeBytes: 2 * MIB, open }, DIGEST)).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining("ended 1048576 bytes before"),
  });
  expect(heard.filter(({ method }) => method === "POST")).toHaveLength(1);
});

test("a mount that comes to nothing goes on as the upload that it opened", async () => {
  const { at, said, heard } = await uploadServer(() => false);
  await clientOf().pushBlob(at, BYTES.subarray(0, MIB), undefined, { mountFrom: "other/app" });
  expect(said()).toEqual(["POST 0", "PUT 1"]);
  const mounted = await uploadServer((request, response) => {
    if (!(request.url ?? "").includes("mount=")) return false;
    response.writeHead(201).end();
    return true;
  });
  await clientOf().pushBlob(mounted.at, BYTES, DIGEST, { mountFrom: "other/app" });
  expect(mounted.said()).toEqual(["POST 0"]);
  const forbidden = await uploadServer((request, response) => {
    if (!(request.url ?? "").includes("mount=")) return false;
    response.writeHead(403).end();
    return true;
  });
  await clientOf().pushBlob(forbidden.at, BYTES.subarray(0, MIB), undefined, { mountFrom: "other/app" });
  expect(forbidden.said()).toEqual(["POST 0", "POST 0", "PUT 1"]);
  expect(heard[0]?.path).toBe("/v2/team/app/blobs/uploads/");
});

test("an upload is not sent to where a registry has no business to send it", async () => {
  for (const location of ["https://169.254.169.254/x", "ftp://elsewhere.example/x", "https://ann:pass@elsewhere.example/x"]) {
    const { at, said } = await uploadServer((_request, response) => {
      response.writeHead(202, { location }).end();
      return true;
    });
    await expect(clientOf().pushBlob(at, BYTES)).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
    expect(said()).toEqual(["POST 0"]);
  }
});
