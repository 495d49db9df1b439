import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { type Digest, digestOf } from "../../core/index.ts";
import { MEDIA } from "../../image/index.ts";
import { type RawAnswer, seed, smallManifest, startTestRegistry, type TestRegistry } from "../registry.fixture.ts";

const put = (registry: TestRegistry, reference: string, document: unknown, type: string = MEDIA.ociManifest): Promise<RawAnswer> =>
  registry.raw("PUT", `/v2/a/manifests/${reference}`, { headers: { "content-type": type }, body: JSON.stringify(document) });
const small = (fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  ...(JSON.parse(smallManifest(randomBytes(8).toString("hex")).bytes.toString()) as Record<string, unknown>),
  ...fields,
});
const config = { mediaType: MEDIA.ociEmpty, digest: digestOf("{}"), size: 2 };

test("what a descriptor embeds must be what its digest and size say", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const code = async (data: unknown): Promise<string | undefined> =>
    (await put(registry, "t", small({ config: { ...config, data } }))).code;
  expect(await code(Buffer.from("{}").toString("base64"))).toBeUndefined();
  for (const data of [Buffer.from("[]").toString("base64"), Buffer.from("{} ").toString("base64"), "e30", "e 3 0 =", "", "!", 5, null])
    expect([data, await code(data)]).toEqual([data, "MANIFEST_INVALID"]);
  const layer = { mediaType: MEDIA.ociLayer, digest: digestOf("{}"), size: 2, data: "AAAA" };
  expect((await put(registry, "t", small({ layers: [layer] }))).code).toBe("MANIFEST_INVALID");
  const subject = { mediaType: MEDIA.ociManifest, digest: digestOf("x"), size: 1, data: "AAAA" };
  expect((await put(registry, "t", small({ subject }))).code).toBe("MANIFEST_INVALID");
});

test("descriptors that no reader would understand alike are refused", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const wrong: readonly unknown[] = [
    { ...config, size: 3 },
    { ...config, size: -1 },
    { ...config, size: 2.5 },
    { ...config, size: 2 ** 53 },
    { ...config, size: "2" },
    { ...config, digest: `sha256:${"0".repeat(63)}` },
    { ...config, digest: config.digest.toUpperCase() },
    { ...config, digest: "sha256:../../../etc/passwd" },
    { ...config, digest: `md5:${"0".repeat(32)}` },
    { ...config, mediaType: "text/html\r\nset-cookie: a=b" },
    { ...config, mediaType: "x".repeat(300) },
    { ...config, mediaType: 1 },
    { ...config, annotations: { a: 1 } },
    "sha256:abc",
    null,
    [],
  ];
  for (const descriptor of wrong)
    // Of a subject nobody knows the size.
    for (const fields of [{ config: descriptor }, { layers: [descriptor] }, ...(descriptor === wrong[0] ? [] : [{ subject: descriptor }])])
      expect([fields, (await put(registry, "t", small(fields))).code]).toEqual([fields, "MANIFEST_INVALID"]);
  for (const fields of [
    { layers: {} },
    { layers: null },
    { schemaVersion: 1 },
    { schemaVersion: "2" },
    { annotations: [] },
    { artifactType: 1 },
  ])
    expect([fields, (await put(registry, "t", small(fields))).code]).toEqual([fields, "MANIFEST_INVALID"]);
});

test("a type that the document and the request do not agree on is refused, whichever way round", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const index = { schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [] };
  expect((await put(registry, "t", index, MEDIA.ociManifest)).code).toBe("MANIFEST_INVALID");
  expect((await put(registry, "t", { ...index, mediaType: undefined }, MEDIA.ociManifest)).code).toBe("MANIFEST_INVALID");
  expect((await put(registry, "t", small({ mediaType: undefined }), MEDIA.ociIndex)).code).toBe("MANIFEST_INVALID");
  for (const both of [small({ manifests: [] }), { ...index, layers: [] }, { ...index, config }, { ...index, fsLayers: [] }])
    for (const type of [MEDIA.ociIndex, MEDIA.ociManifest]) expect((await put(registry, "t", both, type)).code).toBe("MANIFEST_INVALID");
  for (const type of ["text/html", "application/vnd.oci.image.config.v1+json", "application/vnd.docker.distribution.manifest.v1+json"])
    expect((await put(registry, "t", small({ mediaType: undefined }), type)).code).toBe("MANIFEST_INVALID");
});

test("a chain of three hundred indexes and a wide one are taken in bounded time; one of too many entries is not", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const entryOf = (bytes: Buffer, mediaType: string): unknown => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const bytesOf = (manifests: readonly unknown[]): Buffer =>
    Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests }));
  const push = (bytes: Buffer, type: string = MEDIA.ociIndex): Promise<RawAnswer> =>
    registry.raw("PUT", `/v2/a/manifests/${digestOf(bytes)}`, { headers: { "content-type": type }, body: bytes });
  const leaf = smallManifest("leaf").bytes;
  await push(leaf, MEDIA.ociManifest);
  let top = bytesOf([entryOf(leaf, MEDIA.ociManifest)]);
  for (let depth = 0; depth < 300; depth += 1) {
    expect((await push(top)).status).toBe(201);
    top = bytesOf([entryOf(top, MEDIA.ociIndex)]);
  }
  const wide = bytesOf(Array.from({ length: 10_000 }, () => entryOf(leaf, MEDIA.ociManifest)));
  expect((await push(wide)).status).toBe(201);
  const wider = bytesOf(Array.from({ length: 10_001 }, () => entryOf(leaf, MEDIA.ociManifest)));
  expect((await push(wider)).code).toBe("MANIFEST_INVALID");
});

test("what annotations and tags hold is handed out as JSON and never as a header or a page", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "a");
  const subject: Digest = digestOf("subject");
  const annotations = { "<script>": "</script>\r\nset-cookie: a=b", "\u0000": "\u2028" };
  await put(registry, "t", small({ annotations, subject: { mediaType: MEDIA.ociManifest, digest: subject, size: 1 } }));
  const answer = await registry.raw("GET", `/v2/a/referrers/${subject}?artifactType=${encodeURIComponent("application/vnd.test")}`);
  expect((JSON.parse(answer.body.toString()) as { manifests: { annotations: unknown }[] }).manifests[0]?.annotations).toEqual(annotations);
  expect([answer.headers["set-cookie"], answer.headers["x-content-type-options"]]).toEqual([undefined, "nosniff"]);
  const odd = await registry.raw("GET", `/v2/a/referrers/${subject}?artifactType=${encodeURIComponent('">\r\nx: y')}&last=%0d%0a`);
  expect([odd.status, odd.headers.link]).toEqual([200, undefined]);
});
