import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { digestOf } from "../../core/index.ts";
import { seed, smallManifest, startTestRegistry } from "../registry.fixture.ts";

const DIGEST = digestOf("x");
const TYPE = "application/vnd.oci.image.manifest.v1+json";

test("paths that try to leave, lie or confuse are refused and touch no file", async () => {
  await using registry = await startTestRegistry();
  const before = readdirSync(registry.folder, { recursive: true }).length;
  const paths = [
    `/v2/../blobs/${DIGEST}`,
    `/v2/a/../../b/blobs/${DIGEST}`,
    `/v2/a%2f..%2fb/blobs/${DIGEST}`,
    `/v2/%2e%2e/x/blobs/${DIGEST}`,
    `/v2/a//b/blobs/${DIGEST}`,
    `/v2/a\\b/blobs/${DIGEST}`,
    `/v2/A/blobs/${DIGEST}`,
    `/v2/${"a".repeat(256)}/blobs/${DIGEST}`,
    "/v2/a/blobs/sha256:../../../etc/passwd",
    "/v2/a/blobs/sha256:..%2f..%2fregistry.sqlite",
    `/v2/a/blobs/${DIGEST.toUpperCase()}`,
    "/v2/a/blobs/sha256:abc",
    `/v2/a/blobs/md5:${"a".repeat(32)}`,
    "/v2/a/manifests/..",
    "/v2/a/manifests/sha256:bad",
    `/v2/a/manifests/${"t".repeat(129)}`,
    "/v2/a%00b/manifests/latest",
    "/v2/a/manifests/%ff",
    "/v1/search",
    "/",
    "/v2/a",
  ];
  for (const path of paths)
    for (const method of ["GET", "PUT", "DELETE"]) {
      const { status, code } = await registry.raw(method, path);
      expect([path, method, [400, 404, 405].includes(status) && code !== undefined ? "refused" : status]).toEqual([
        path,
        method,
        "refused",
      ]);
    }
  expect(readdirSync(registry.folder, { recursive: true }).length).toBe(before);
});

test("names that look like routes are names", async () => {
  await using registry = await startTestRegistry();
  for (const name of ["foo/tags/list", "blobs/uploads", "manifests/x", "a/referrers/b", "_catalog".slice(1)]) {
    await seed(registry, name);
    const { bytes, digest } = smallManifest(name);
    await registry.client.pushManifest(registry.at(`${name}:t`), bytes, TYPE);
    expect((await registry.client.resolve(registry.at(`${name}:t`))).digest).toBe(digest);
    expect(await registry.client.tags(registry.at(name))).toEqual(["t"]);
  }
});

const put = (body: string | Buffer, type: string = TYPE): { headers: Record<string, string>; body: string | Buffer } => ({
  headers: { "content-type": type },
  body,
});

test("manifests that mean two things, or nothing, are refused", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const good = smallManifest("x").bytes.toString();
  const refused = async (body: string | Buffer, type?: string): Promise<unknown> => {
    const { status, code } = await registry.raw("PUT", "/v2/a/manifests/t", put(body, type));
    return [status, code];
  };
  const invalid = [400, "MANIFEST_INVALID"];
  expect(await refused(good.replace('"layers":[]', '"layers":[],"manifests":[]'))).toEqual(invalid);
  expect(await refused(good.replace('"layers":[]', '"layers":[],"layers":[]'))).toEqual(invalid);
  expect(await refused(good, "application/vnd.oci.image.index.v1+json")).toEqual(invalid);
  expect(await refused(good, "application/json")).toEqual(invalid);
  expect(await refused('{"schemaVersion":1,"fsLayers":[]}', "application/vnd.docker.distribution.manifest.v1+prettyjws")).toEqual(invalid);
  expect(await refused(`\ufeff${good}`)).toEqual(invalid);
  expect(await refused(Buffer.from([0xff, 0xfe]))).toEqual(invalid);
  expect(await refused(good.replace('"size":2', '"size":1e400'))).toEqual(invalid);
  expect(await refused(good.replace('"layers":[]', `"layers":[],"deep":${"[".repeat(5000)}${"]".repeat(5000)}`))).toEqual(invalid);
  expect(await refused("")).toEqual(invalid);
  expect((await registry.raw("PUT", `/v2/a/manifests/${DIGEST}`, put(good))).code).toBe("DIGEST_INVALID");
  expect((await registry.raw("PUT", "/v2/a/manifests/t", put(good))).status).toBe(201);
});

test("a manifest of 4 MiB is taken, one byte more is not, and the connection says why", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const sized = (size: number): Buffer => {
    const base = smallManifest("").bytes.toString();
    return Buffer.from(base.replace('"name":""', `"name":"${"x".repeat(size - Buffer.byteLength(base))}"`));
  };
  const limit = 4 * 1024 * 1024;
  expect((await registry.raw("PUT", "/v2/a/manifests/t", put(sized(limit)))).status).toBe(201);
  expect((await registry.raw("GET", "/v2/a/manifests/t")).body.equals(sized(limit))).toBe(true);
  const over = await registry.raw("PUT", "/v2/a/manifests/t", put(sized(limit + 1)));
  expect([over.status, over.code]).toEqual([413, "SIZE_INVALID"]);
  const chunked = await registry.raw("PUT", "/v2/a/manifests/t", {
    headers: { "content-type": TYPE, "transfer-encoding": "chunked" },
    body: sized(limit + 100_000),
  });
  expect([chunked.status, chunked.code]).toEqual([413, "SIZE_INVALID"]);
});

test("whatever Accept says, what was pushed is what is pulled", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const { bytes, digest } = smallManifest("x");
  await registry.raw("PUT", "/v2/a/manifests/t", put(bytes));
  const answer = await registry.raw("GET", "/v2/a/manifests/t", {
    headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
  });
  expect([answer.status, answer.headers["content-type"], answer.headers["docker-content-digest"], answer.body.equals(bytes)]).toEqual([
    200,
    TYPE,
    digest,
    true,
  ]);
  const head = await registry.raw("HEAD", "/v2/a/manifests/t");
  expect([head.status, head.headers["content-length"], head.body.length]).toEqual([200, String(bytes.length), 0]);
});
