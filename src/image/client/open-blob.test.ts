import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { digestOf, parseReference } from "../../core/index.ts";
import { collect } from "../index.ts";
import { clientOf } from "./client-of.fixture.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.fixture.ts";

const BYTES = randomBytes(5_000_000);
const DIGEST = digestOf(BYTES);

const at = (server: ScriptedServer) => parseReference(`${server.host}/team/app`);

/** Serves the blob and cuts each connection after so many bytes; counts what it sent. */
const cutting = async (cutAfter: number, options: { ranges?: "yes" | "ignored" | "wrong"; times?: number } = {}) => {
  let sent = 0;
  let cuts = 0;
  const ranges: (string | undefined)[] = [];
  const write = (response: ServerResponse, bytes: Uint8Array): void => {
    const isCut = bytes.length > cutAfter && cuts < (options.times ?? Infinity);
    const part = isCut ? bytes.subarray(0, cutAfter) : bytes;
    sent += part.length;
    if (!isCut) return void response.end(part);
    cuts += 1;
    response.write(part, () => setTimeout(() => response.socket?.destroy(), 5));
  };
  const server = await scriptedServer((request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (start === 0 || options.ranges === "ignored") {
      response.writeHead(200, { "content-length": BYTES.length });
      return write(response, BYTES);
    }
    const told = options.ranges === "wrong" ? 0 : start;
    response.writeHead(206, {
      "content-length": BYTES.length - start,
      "content-range": `bytes ${told}-${BYTES.length - 1}/${BYTES.length}`,
    });
    return write(response, BYTES.subarray(start));
  });
  return { server, ranges, sent: () => sent };
};

test("a pull that breaks three times goes on where it broke: no byte is fetched twice", async () => {
  const { server, ranges, sent } = await cutting(1_500_000);
  await using _ = server;
  let seen = 0;
  const { bytes, sizeBytes } = await clientOf({ attempts: 2 }).openBlob(at(server), DIGEST, { onBytes: (count) => (seen += count) });
  expect(sizeBytes).toBe(BYTES.length);
  expect(digestOf(await collect(bytes, BYTES.length, "blob"))).toBe(DIGEST);
  expect(ranges).toEqual([undefined, "bytes=1500000-", "bytes=3000000-", "bytes=4500000-"]);
  expect([sent(), seen]).toEqual([BYTES.length, BYTES.length]);
});

test("a registry without ranges sends all again; what is known is dropped, and the whole is right", async () => {
  const { server, ranges } = await cutting(2_000_000, { ranges: "ignored", times: 2 });
  await using _ = server;
  expect(digestOf(await collect(clientOf().blob(at(server), DIGEST, BYTES.length), BYTES.length, "blob"))).toBe(DIGEST);
  expect(ranges).toHaveLength(3);
});

test("another range than was asked for is not taken", async () => {
  const { server } = await cutting(2_000_000, { ranges: "wrong" });
  await using _ = server;
  await expect(collect(clientOf().blob(at(server), DIGEST), BYTES.length, "blob")).rejects.toMatchObject({
    code: "REGISTRY_REFUSED",
    message: expect.stringContaining("asked for the bytes from 2000000 on"),
  });
});

test("breaks without progress come to an end", async () => {
  const { server, ranges } = await cutting(10_000);
  await using _ = server;
  await expect(collect(clientOf({ attempts: 3 }).blob(at(server), DIGEST), BYTES.length, "blob")).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
  });
  expect(ranges).toHaveLength(3);
});

test("a blob from the middle, as its reader asked", async () => {
  const { server } = await cutting(Infinity);
  await using _ = server;
  const opened = await clientOf().openBlob(at(server), DIGEST, { startBytes: 4_000_000 });
  expect(opened.sizeBytes).toBe(BYTES.length);
  expect(Buffer.from(await collect(opened.bytes, BYTES.length, "blob"))).toEqual(BYTES.subarray(4_000_000));
});
