import { afterAll, beforeAll, expect, test } from "vitest";
import { storedIn } from "../store/medium.fixture.ts";
import { bucketMedium } from "./bucket-medium.fixture.ts";
import { type S3Server, startS3Server } from "./s3-server.fixture.ts";

/** What is tested of a store with files, once more with a bucket: the same tests, in modules of their own. */
let server: S3Server | undefined;

beforeAll(async () => {
  // Pages of three: every list has several.
  const started = await startS3Server({ pageSize: 3 });
  server = started;
  storedIn(bucketMedium(started, (key, bytes, at) => started.put(key, bytes, at)));
});

afterAll(async () => {
  storedIn();
  await server?.[Symbol.asyncDispose]();
});

for (const name of ["collect", "scrub", "undo", "retain", "disk-full"]) await import(`../store/${name}.test.ts?bucket`);

test("all of that was in the bucket: objects were put, listed, copied and deleted, and nothing is half way", () => {
  const verbs = new Set(
    server?.seen
      .filter(({ status }) => status < 300)
      .map(({ method, headers }) => (headers["x-amz-copy-source"] === undefined ? method : "COPY")),
  );
  expect([...verbs].toSorted()).toEqual(["COPY", "DELETE", "GET", "HEAD", "PUT"]);
  expect(server?.seen.filter(({ method, key }) => method === "PUT" && key.includes("/blobs/sha512/")).length).toBeGreaterThan(1);
  expect(server?.uploads.size).toBe(0);
});
