import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import { MEDIA } from "../../image/index.ts";
import { digestIn, emptyManifest, must, NOWHERE, seeded, startSuite } from "./suite.fixture.ts";

const suite = startSuite();

must("Pulling manifests (end-3)", "`<tag-or-digest>` MUST be either (a) the digest of the manifest or (b) a tag", async () => {
  const repository = await seeded(suite);
  const bytes = emptyManifest();
  await suite.putManifest(repository, "latest", bytes);
  for (const reference of ["latest", digestIn("sha256", bytes)])
    expect((await suite.raw("GET", `/v2/${repository}/manifests/${reference}`)).body).toEqual(bytes);
});

must("Pulling manifests", "The `<tag-or-digest>` MUST NOT be in any other format", async () => {
  const repository = await seeded(suite);
  for (const reference of ["sha256:", "sha256:abc", "md5:d41d8cd98f00b204e9800998ecf8427e", ".a", "-a", "a+b", "a:b", "%2e%2e"]) {
    expect((await suite.raw("GET", `/v2/${repository}/manifests/${reference}`)).status).toBe(400);
    expect((await suite.putManifest(repository, reference, emptyManifest())).status).toBe(400);
  }
});

must("Pulling manifests", "a tag MUST be at most 128 characters in length and MUST match `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`", async () => {
  const repository = await seeded(suite);
  for (const tag of ["_", "A", "0", "a.b_c-d", "t".repeat(128)])
    expect((await suite.putManifest(repository, tag, emptyManifest())).status).toBe(201);
  expect((await suite.putManifest(repository, "t".repeat(129), emptyManifest())).status).toBe(400);
});

must("Pulling manifests", "MUST provide the expected manifest, with a response code that MUST be `200 OK`", async () => {
  const repository = await seeded(suite);
  const bytes = emptyManifest();
  await suite.putManifest(repository, "latest", bytes);
  const answer = await suite.raw("GET", `/v2/${repository}/manifests/latest`);
  expect([answer.status, answer.body]).toEqual([200, bytes]);
});

must("Pulling manifests", "The `Content-Type` header SHOULD match what the client pushed, without parameters", async () => {
  const repository = await seeded(suite);
  await suite.putManifest(repository, "latest", emptyManifest(), `${MEDIA.ociManifest}; charset=utf-8`);
  for (const accept of [undefined, "*/*", MEDIA.ociManifest, MEDIA.dockerManifest, "text/html"]) {
    const answer = await suite.raw("GET", `/v2/${repository}/manifests/latest`, { headers: accept === undefined ? {} : { accept } });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, MEDIA.ociManifest]);
  }
});

must(
  "Pulling manifests",
  "A successful response MUST contain the digest of the uploaded blob in the header `Docker-Content-Digest`",
  async () => {
    const repository = await seeded(suite);
    const bytes = emptyManifest();
    for (const algorithm of ["sha256", "sha512"] as const) {
      const digest = digestIn(algorithm, bytes);
      await suite.putManifest(repository, digest, bytes);
      for (const method of ["GET", "HEAD"]) {
        const answer = await suite.raw(method, `/v2/${repository}/manifests/${digest}`);
        expect([answer.status, answer.headers["docker-content-digest"]]).toEqual([200, digest]);
      }
    }
  },
);

must("Pulling manifests", "If the manifest is not found in the repository, the response code MUST be `404 Not Found`", async () => {
  const repository = await seeded(suite);
  for (const path of [`${repository}/manifests/none`, `${repository}/manifests/${NOWHERE}`, "conformance/none/manifests/latest"])
    for (const method of ["GET", "HEAD"]) expect((await suite.raw(method, `/v2/${path}`)).status).toBe(404);
});

must("Pulling blobs (end-2)", "MUST provide the expected blob, with a response code that MUST be `200 OK`", async () => {
  const repository = suite.repository();
  for (const bytes of [Buffer.alloc(0), Buffer.from("{}"), randomBytes(3_000_001)]) {
    const answer = await suite.raw("GET", `/v2/${repository}/blobs/${await suite.pushBlob(repository, bytes)}`);
    expect([answer.status, answer.headers["content-length"], answer.body.equals(bytes)]).toEqual([200, String(bytes.length), true]);
  }
});

must("Pulling blobs", "`Docker-Content-Digest` MUST be a digest matching that of the response body", async () => {
  const repository = suite.repository();
  const bytes = randomBytes(100);
  for (const algorithm of ["sha256", "sha512"] as const) {
    const digest = await suite.pushBlob(repository, bytes, algorithm);
    const answer = await suite.raw("GET", `/v2/${repository}/blobs/${digest}`);
    expect([answer.headers["docker-content-digest"], digestIn(algorithm, answer.body)]).toEqual([digest, digest]);
  }
});

must("Pulling blobs", "If the blob is not found in the repository, the response code MUST be `404 Not Found`", async () => {
  const [mine, other] = [suite.repository(), suite.repository()];
  const digest = await suite.pushBlob(other, Buffer.from("of another repository"));
  await suite.pushBlob(mine, Buffer.from("mine"));
  for (const method of ["GET", "HEAD"]) expect((await suite.raw(method, `/v2/${mine}/blobs/${digest}`)).status).toBe(404);
});

must("Pulling blobs", "A registry SHOULD support the `Range` request header in accordance with RFC 9110", async () => {
  const repository = suite.repository();
  const bytes = randomBytes(2048);
  const digest = await suite.pushBlob(repository, bytes);
  const part = async (range: string): Promise<unknown> => {
    const answer = await suite.raw("GET", `/v2/${repository}/blobs/${digest}`, { headers: { range } });
    return answer.status === 206 ? [answer.headers["content-range"], answer.headers["content-length"], answer.body] : answer.status;
  };
  // The six of the official suite (conformance/run.go, "range requests").
  expect(await part("bytes=500-1499")).toEqual(["bytes 500-1499/2048", "1000", bytes.subarray(500, 1500)]);
  expect(await part("bytes=500-")).toEqual(["bytes 500-2047/2048", "1548", bytes.subarray(500)]);
  expect(await part("bytes=-500")).toEqual(["bytes 1548-2047/2048", "500", bytes.subarray(1548)]);
  expect(await part("bytes=2000-5000")).toEqual(["bytes 2000-2047/2048", "48", bytes.subarray(2000)]);
  expect(await part("bytes=500-0")).toBe(416);
  expect(await part("bytes=5000-10000")).toBe(416);
  // A unit that is not known, and several ranges: everything (RFC 9110, 14.2).
  expect(await part("lines=1-2")).toBe(200);
  expect(await part("bytes=0-1,4-5")).toBe(200);
});

must(
  "Checking if content exists",
  "A HEAD request to an existing blob or manifest URL MUST return `200 OK`, the digest, and the size in `Content-Length`",
  async () => {
    const repository = await seeded(suite);
    const bytes = emptyManifest();
    await suite.putManifest(repository, "latest", bytes);
    const blob = randomBytes(777);
    const [manifest, blobDigest] = [digestIn("sha256", bytes), await suite.pushBlob(repository, blob)];
    for (const [path, digest, size] of [
      ["manifests/latest", manifest, bytes.length],
      [`manifests/${manifest}`, manifest, bytes.length],
      [`blobs/${blobDigest}`, blobDigest, blob.length],
    ] as const) {
      const answer = await suite.raw("HEAD", `/v2/${repository}/${path}`);
      expect([answer.status, answer.headers["docker-content-digest"], answer.headers["content-length"], answer.body.length]).toEqual([
        200,
        digest,
        String(size),
        0,
      ]);
    }
  },
);
