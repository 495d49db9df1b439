import { createHash, randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import * as v from "valibot";
import { expect, onTestFinished, test } from "vitest";
import { type Digest, digestOf, hexOf, parseDigest } from "../../core/index.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { Refusal, StorageAway } from "../refusal.ts";
import type { BlobStorage } from "../store/blob-storage.ts";
import { createS3Client } from "./client.ts";
import { partsOf } from "./multipart.ts";
import { type S3Server, startS3Server } from "./s3-server.fixture.ts";
import { s3Schema } from "./settings-schema.ts";
import { createS3Storage } from "./storage.ts";

const MIB = 1024 * 1024;

const storageOf = (server: S3Server, more: object = {}): BlobStorage => {
  const settings = v.parse(s3Schema, { bucket: server.bucket, endpoint: server.endpoint, prefix: "r", partSize: "5mb", ...more });
  const env = { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey };
  const client = createS3Client({ settings, dataFolder: "/nowhere", env, backoffMs: 1 });
  const storage = createS3Storage({ client, settings, reached: () => undefined });
  onTestFinished(() => storage.close());
  return storage;
};

const uploaded = (bytes: Uint8Array): string => {
  const path = join(temporaryFolder(), "upload");
  writeFileSync(path, bytes);
  return path;
};

const keyOf = (digest: Digest): string => `r/blobs/${digest.replace(":", "/").replace(/\/(..)/, "/$1/$1")}`;

const allOf = async (bytes: AsyncIterable<Uint8Array> = Readable.from([])): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const BIG = randomBytes(11 * MIB + 17);
const BIG_DIGEST = digestOf(BIG);

test("parts: alike but for the last, never under the lower bound, never more than there may be", () => {
  expect(partsOf(10 * MIB + 1, 5 * MIB)).toEqual([
    { number: 1, start: 0, end: 5 * MIB - 1 },
    { number: 2, start: 5 * MIB, end: 10 * MIB - 1 },
    { number: 3, start: 10 * MIB, end: 10 * MIB },
  ]);
  const large = partsOf(5 * 1024 ** 4, 32 * MIB);
  expect([large.length <= 10_000, large.at(-1)?.end]).toEqual([true, 5 * 1024 ** 4 - 1]);
});

test("a small blob is one PUT whose signature holds the digest; a large one comes in parts, each with its checksum; the file is gone afterwards", async () => {
  await using server = await startS3Server();
  const storage = storageOf(server);
  const small = Buffer.from("small");
  const path = uploaded(small);
  await storage.place(path, digestOf(small), small.length);
  expect(existsSync(path)).toBe(false);
  expect(server.seen.map(({ method, headers }) => [method, headers["x-amz-content-sha256"]])).toEqual([["PUT", hexOf(digestOf(small))]]);
  let [running, most] = [0, 0];
  server.fault = ({ query }) => {
    if (query["partNumber"] === undefined) return undefined;
    running += 1;
    most = Math.max(most, running);
    setImmediate(() => (running -= 1));
    return undefined;
  };
  await storage.place(uploaded(BIG), BIG_DIGEST, BIG.length);
  const stored = server.objects.get(keyOf(BIG_DIGEST));
  expect([stored?.bytes.equals(BIG), stored?.etag.endsWith('-3"'), most <= 3, server.uploads.size]).toEqual([true, true, true, 0]);
  const parts = server.seen.filter(({ query }) => query["partNumber"] !== undefined);
  expect(parts.map(({ headers }) => typeof headers["x-amz-checksum-sha256"])).toEqual(Array(3).fill("string"));
  // And under SHA-512, where the hash that is signed is another than the digest; and nothing at all.
  const long = parseDigest(`sha512:${createHash("sha512").update(BIG).digest("hex")}`);
  await storage.place(uploaded(BIG), long, BIG.length);
  expect((await storage.open(long, BIG.length))?.size).toBe(BIG.length);
  await storage.place(uploaded(Buffer.alloc(0)), digestOf(""), 0);
  expect((await storage.open(digestOf(""), 0))?.size).toBe(0);
});

test.each(["sha256", "sha512"])("an empty blob is an empty object, under %s too", async (algorithm) => {
  await using server = await startS3Server();
  const storage = storageOf(server);
  const digest = parseDigest(`${algorithm}:${createHash(algorithm).update("").digest("hex")}`);
  await storage.place(uploaded(Buffer.alloc(0)), digest, 0);
  const opened = await storage.open(digest, 0);
  expect([opened?.size, await allOf(opened?.read(0, -1))]).toEqual([0, Buffer.alloc(0)]);
});

test("a storage that knows no checksums is told none in the list of parts", async () => {
  await using server = await startS3Server();
  server.checksums = false;
  await storageOf(server).place(uploaded(BIG), BIG_DIGEST, BIG.length);
  expect(server.objects.get(keyOf(BIG_DIGEST))?.bytes.equals(BIG)).toBe(true);
});

test("without checksums none are sent", async () => {
  await using server = await startS3Server();
  await storageOf(server, { checksums: false }).place(uploaded(BIG), BIG_DIGEST, BIG.length);
  expect(server.seen.filter(({ headers }) => Object.keys(headers).some((name) => name.startsWith("x-amz-checksum")))).toEqual([]);
  expect(server.objects.get(keyOf(BIG_DIGEST))?.bytes.equals(BIG)).toBe(true);
});

test.each([
  [
    "every part at first is told to slow down",
    ({ query }, times) => (query["partNumber"] !== undefined && times < 5 ? { kind: "error", status: 503, code: "SlowDown" } : undefined),
  ],
  [
    "a part's answer is lost",
    ({ query }, times) => (query["partNumber"] === "2" && times < 2 ? { kind: "reset", after: true } : undefined),
  ],
  [
    "completing answers 200 with an error inside",
    ({ method, query }, times) =>
      method === "POST" && "uploadId" in query && times < 2 ? { kind: "error-in-200", code: "InternalError" } : undefined,
  ],
  [
    "completing answers 200 with an error inside, and is done",
    ({ method, query }, times) =>
      method === "POST" && "uploadId" in query && times < 1 ? { kind: "error-in-200", code: "InternalError", after: true } : undefined,
  ],
  [
    "completing is done, and its answer lost",
    ({ method, query }, times) => (method === "POST" && "uploadId" in query && times < 1 ? { kind: "reset", after: true } : undefined),
  ],
] as const satisfies readonly (readonly [
  string,
  (request: Parameters<NonNullable<S3Server["fault"]>>[0], times: number) => ReturnType<NonNullable<S3Server["fault"]>>,
])[])("%s: the blob is stored all the same", async (_name, fault) => {
  await using server = await startS3Server();
  let times = 0;
  server.fault = (request) => {
    const found = fault(request, times);
    if (found !== undefined) times += 1;
    return found;
  };
  await storageOf(server).place(uploaded(BIG), BIG_DIGEST, BIG.length);
  expect([times > 0, server.objects.get(keyOf(BIG_DIGEST))?.bytes.equals(BIG), server.uploads.size]).toEqual([true, true, 0]);
});

test("what cannot be completed is not acknowledged, is cleared away, and its file stays for another try", async () => {
  await using server = await startS3Server();
  const storage = storageOf(server);
  // An older copy of the same size, with other bytes: that it is there proves nothing.
  const rotten = Buffer.alloc(BIG.length);
  server.put(keyOf(BIG_DIGEST), rotten);
  const path = uploaded(BIG);
  server.fault = ({ query, method }) => {
    // A rule of the bucket, or a person, ends the upload before it is completed.
    if (method === "POST" && "uploadId" in query) server.uploads.clear();
    return undefined;
  };
  await expect(storage.place(path, BIG_DIGEST, BIG.length)).rejects.toBeInstanceOf(StorageAway);
  server.fault = ({ query }) => (query["partNumber"] === "3" ? { kind: "error", status: 403, code: "AccessDenied" } : undefined);
  await expect(storage.place(path, BIG_DIGEST, BIG.length)).rejects.toBeInstanceOf(StorageAway);
  server.fault = ({ query, method }) =>
    method === "POST" && "uploadId" in query ? { kind: "error-in-200", code: "InternalError" } : undefined;
  await expect(storage.place(path, BIG_DIGEST, BIG.length)).rejects.toBeInstanceOf(StorageAway);
  expect([server.uploads.size, server.objects.get(keyOf(BIG_DIGEST))?.bytes.equals(rotten)]).toEqual([0, true]);
  server.fault = undefined;
  await storage.place(path, BIG_DIGEST, BIG.length);
  expect(server.objects.get(keyOf(BIG_DIGEST))?.bytes.equals(BIG)).toBe(true);
});

test("a bucket that is full is told as a full disk is, which ends a client's tries", async () => {
  await using server = await startS3Server();
  server.fault = ({ method }) => (method === "PUT" ? { kind: "error", status: 403, code: "QuotaExceeded" } : undefined);
  const refusal: unknown = await storageOf(server)
    .place(uploaded(Buffer.from("a")), digestOf("a"), 1)
    .catch((error: unknown) => error);
  expect(refusal instanceof Refusal ? [refusal.status, refusal.code, refusal.message] : refusal).toEqual([
    403,
    "DENIED",
    expect.stringContaining("no space left"),
  ]);
});

test("reading goes on where a connection broke, for any range, and gives up when nothing comes", async () => {
  await using server = await startS3Server();
  const storage = storageOf(server);
  server.put(keyOf(BIG_DIGEST), BIG);
  const blob = await storage.open(BIG_DIGEST, BIG.length);
  let cuts = 3;
  server.fault = ({ method }) => (method === "GET" && cuts-- > 0 ? { kind: "cut", bytes: 3 * MIB } : undefined);
  expect((await allOf(blob?.read(0, BIG.length - 1))).equals(BIG)).toBe(true);
  expect(cuts).toBeLessThan(0);
  cuts = 1;
  expect((await allOf(blob?.read(7, 9 * MIB))).equals(BIG.subarray(7, 9 * MIB + 1))).toBe(true);
  server.fault = ({ method }) => (method === "GET" ? { kind: "cut", bytes: 0 } : undefined);
  await expect(allOf(blob?.read(0, 99))).rejects.toBeInstanceOf(StorageAway);
});

test("only a missing object is missing: a bucket that is gone, a key that may not and a storage that is away are none", async () => {
  await using server = await startS3Server();
  const storage = storageOf(server);
  server.put(keyOf(digestOf("abc")), Buffer.from("abc"));
  expect([await storage.open(digestOf("abc"), 3), await storage.open(digestOf("abc"), 4), await storage.open(digestOf("x"), 1)]).toEqual([
    expect.objectContaining({ size: 3 }),
    undefined,
    undefined,
  ]);
  for (const [status, code] of [
    [403, "AccessDenied"],
    [503, "SlowDown"],
  ] as const) {
    server.fault = () => ({ kind: "error", status, code });
    await expect(storage.open(digestOf("abc"), 3)).rejects.toBeInstanceOf(StorageAway);
    await expect(storage.contents(digestOf("abc"))).rejects.toBeInstanceOf(StorageAway);
    await expect(storage.stat(digestOf("abc"))).rejects.toBeInstanceOf(StorageAway);
    await expect(Array.fromAsync(storage.digests())).rejects.toBeInstanceOf(StorageAway);
    await expect(storage.quarantine(digestOf("abc"), 1)).rejects.toBeInstanceOf(StorageAway);
  }
});

test("uploads that others left half way are swept, those of this process are not", async () => {
  await using server = await startS3Server();
  const storage = storageOf(server);
  const pending = (key: string, begunAt: Date) => ({ key, begunAt, headers: {}, parts: new Map() });
  server.uploads.set("old", pending("r/blobs/sha256/aa/x", new Date(Date.now() - 3_600_000)));
  server.uploads.set("young", pending("r/quarantine/x", new Date()));
  server.uploads.set("foreign", pending("other/blobs/x", new Date(0)));
  await storage.sweep(Date.now() - 60_000);
  expect([...server.uploads.keys()]).toEqual(["young", "foreign"]);
  let swept: Promise<void> | undefined;
  server.fault = ({ query }) => {
    if (query["partNumber"] === "3") swept ??= storage.sweep(Infinity);
    return undefined;
  };
  await storage.place(uploaded(BIG), BIG_DIGEST, BIG.length);
  await swept;
  expect([server.objects.has(keyOf(BIG_DIGEST)), [...server.uploads.keys()]]).toEqual([true, ["foreign"]]);
});
