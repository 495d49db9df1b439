import { expect, test } from "vitest";
import { digestOf } from "../core/index.ts";
import { MEDIA } from "../image/index.ts";
import { type RawAnswer, seed, smallManifest, startTestRegistry, type TestRegistry } from "./registry.fixture.ts";

const put = (registry: TestRegistry, tag: string, name: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
  registry.raw("PUT", `/v2/team/app/manifests/${tag}`, {
    headers: { "content-type": MEDIA.ociManifest, ...headers },
    body: smallManifest(name).bytes,
  });
const etag = (name: string): string => `"${smallManifest(name).digest}"`;

test("of twenty that change the same tag from the same state exactly one does; of twenty that create it as well", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "team/app");
  const all = async (headers: Readonly<Record<string, string>>, prefix: string): Promise<readonly number[]> =>
    (await Promise.all(Array.from({ length: 20 }, (_, at) => put(registry, "latest", `${prefix}${at}`, headers)))).map(
      ({ status }) => status,
    );
  expect((await all({ "if-none-match": "*" }, "first")).map(String).toSorted()).toEqual([
    "201",
    ...Array.from({ length: 19 }, () => "412"),
  ]);
  const { headers } = await registry.raw("HEAD", "/v2/team/app/manifests/latest");
  expect((await all({ "if-match": headers.etag ?? "" }, "second")).map(String).toSorted()).toEqual([
    "201",
    ...Array.from({ length: 19 }, () => "412"),
  ]);
});

test("what a write demands: If-Match and If-None-Match of RFC 9110, on tags and digests", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "team/app");
  expect(await put(registry, "latest", "a", { "if-match": "*" })).toMatchObject({ status: 412, code: "DENIED" });
  expect(await put(registry, "latest", "a")).toMatchObject({ status: 201, headers: { etag: etag("a") } });
  expect(await put(registry, "latest", "b", { "if-match": etag("b") })).toMatchObject({
    status: 412,
    message: expect.stringContaining(smallManifest("a").digest),
  });
  // A weak tag says nothing of bytes.
  expect((await put(registry, "latest", "b", { "if-match": `W/${etag("a")}` })).status).toBe(412);
  expect((await put(registry, "latest", "b", { "if-match": `${etag("x")}, ${etag("a")}` })).status).toBe(201);
  expect((await put(registry, "latest", "c", { "if-none-match": etag("b") })).status).toBe(412);
  expect((await put(registry, "latest", "c", { "if-none-match": etag("a") })).status).toBe(201);
  const { digest } = smallManifest("d");
  expect((await put(registry, digest, "d", { "if-none-match": "*" })).status).toBe(201);
  expect((await put(registry, digest, "d", { "if-none-match": "*" })).status).toBe(412);
  const remove = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await registry.raw("DELETE", "/v2/team/app/manifests/latest", { headers })).status;
  expect([await remove({ "if-match": etag("a") }), await remove({ "if-match": etag("c") })]).toEqual([412, 202]);
});

test("what a read demands, of manifests and blobs alike", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "team/app");
  await put(registry, "latest", "a");
  const blob = digestOf("{}");
  for (const [path, tag] of [
    ["manifests/latest", etag("a")],
    [`blobs/${blob}`, `"${blob}"`],
  ] as const)
    for (const method of ["GET", "HEAD"]) {
      const ask = async (headers: Readonly<Record<string, string>>): Promise<number> =>
        (await registry.raw(method, `/v2/team/app/${path}`, { headers })).status;
      expect(await ask({})).toBe(200);
      for (const header of [tag, `"x", ${tag}`, `W/${tag}`, "*"]) expect(await ask({ "if-none-match": header }), header).toBe(304);
      for (const header of ['"x"', tag.slice(1, -1)]) expect(await ask({ "if-none-match": header }), header).toBe(200);
      expect([await ask({ "if-match": '"x"' }), await ask({ "if-match": tag }), await ask({ "if-match": "*" })]).toEqual([412, 200, 200]);
    }
});
