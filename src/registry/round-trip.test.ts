import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { byDigest, byTag, digestOf } from "../core/index.ts";
import { collect, copyFromRegistry, copyToRegistry, pushArtifact, readArtifact } from "../image/index.ts";
import { makeImage, makeIndex, seed, smallManifest, startTestRegistry, temporaryLayout } from "./registry.fixture.ts";

test("a multi-platform image goes in and comes out byte for byte; what is there is not sent again", async () => {
  await using registry = await startTestRegistry();
  const layout = await temporaryLayout();
  const shared = { path: "shared", body: randomBytes(3_000_000) };
  const images = [];
  for (const architecture of ["amd64", "arm64"])
    images.push({ architecture, digest: await makeImage(layout, [shared, { path: architecture, body: randomBytes(10) }], architecture) });
  const index = await makeIndex(layout, images);
  const reference = registry.at("team/app:1.0.0");

  const first = await copyToRegistry(layout, index, registry.client, reference, { tags: ["latest"] });
  expect(first.blobs).toMatchObject({ sent: 5, present: 0 });
  const second = await copyToRegistry(layout, index, registry.client, byTag(reference, "again"));
  expect(second.blobs).toEqual({ sent: 0, present: 5, sentBytes: 0 });

  expect(await registry.client.tags(reference)).toEqual(["1.0.0", "again", "latest"]);
  expect((await registry.client.resolve(reference)).digest).toBe(index);
  const copy = await temporaryLayout();
  expect((await copyFromRegistry(registry.client, reference, copy)).digest).toBe(index);
  for (const { digest } of images) {
    const manifest = await copy.manifest(digest);
    if (manifest.kind !== "manifest") throw new Error("not an image");
    for (const part of [manifest.config, ...manifest.layers]) expect(await copy.blobSize(part.digest)).toBe(part.size);
  }
});

test("a signature: an artifact under a tag of its own, replaced by a longer one", async () => {
  await using registry = await startTestRegistry();
  const subject = digestOf("image");
  const reference = registry.at(`team/app:sha256-${subject.slice(7)}.sig`);
  const layer = (text: string) => ({
    mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
    bytes: Buffer.from(text),
    annotations: { "dev.cosignproject.cosign/signature": text },
  });
  const config = { mediaType: "application/vnd.oci.image.config.v1+json", bytes: Buffer.from("{}") };
  await pushArtifact(registry.client, reference, { config, layers: [layer("one")] });
  await pushArtifact(registry.client, reference, { config, layers: [layer("one"), layer("two")] });
  const read = await readArtifact(registry.client, reference);
  expect(read.layers).toEqual([layer("one"), layer("two")]);
});

test("blobs: from bytes, file and stream; wrong bytes are never taken", async () => {
  await using registry = await startTestRegistry();
  const repository = registry.at("team/blobs");
  const bytes = randomBytes(2_500_000);
  const digest = digestOf(bytes);
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 70_001) yield bytes.subarray(at, at + 70_001);
  }
  expect(await registry.client.hasBlob(repository, digest)).toBe(false);
  expect(await registry.client.pushBlob(repository, { stream: pieces() })).toEqual({ digest, size: bytes.length });
  expect(await collect(registry.client.blob(repository, digest), 1e7, "blob")).toEqual(bytes);
  await expect(registry.client.pushBlob(repository, { stream: pieces() }, digestOf("other"))).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
  await expect(registry.client.pushBlob(repository, bytes, digestOf("other"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
  expect(await registry.client.hasBlob(repository, digestOf("other"))).toBe(false);
  await expect(collect(registry.client.blob(repository, digestOf("other")), 10, "blob")).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
});

test("a blob is mounted from another repository, and is nobody else's before", async () => {
  await using registry = await startTestRegistry();
  const digest = (await registry.client.pushBlob(registry.at("team/a"), randomBytes(1000))).digest;
  expect(await registry.client.hasBlob(registry.at("team/b"), digest)).toBe(false);
  expect(await registry.client.mountBlob(registry.at("team/b"), digest, "team/none")).toBe(false);
  expect(await registry.client.mountBlob(registry.at("team/b"), digest, "team/a")).toBe(true);
  expect(await registry.client.hasBlob(registry.at("team/b"), digest)).toBe(true);
});

test("referrers: listed by subject, filtered, merged with the fallback tag, empty and never 404", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "team/app");
  const subject = smallManifest("subject");
  const referrer = smallManifest("referrer", subject.digest);
  const repository = registry.at("team/app");
  expect(await registry.client.referrers(repository, subject.digest)).toEqual([]);
  await registry.client.pushManifest(byDigest(repository, subject.digest), subject.bytes, "application/vnd.oci.image.manifest.v1+json");
  const put = await registry.raw("PUT", `/v2/team/app/manifests/${referrer.digest}`, {
    headers: { "content-type": "application/vnd.oci.image.manifest.v1+json" },
    body: referrer.bytes,
  });
  expect([put.status, put.headers["oci-subject"]]).toEqual([201, subject.digest]);
  const listed = await registry.client.referrers(repository, subject.digest);
  expect(listed).toMatchObject([
    { digest: referrer.digest, size: referrer.bytes.length, artifactType: "application/vnd.test", annotations: { name: "referrer" } },
  ]);
  expect(await registry.client.referrers(repository, subject.digest, "application/vnd.other")).toEqual([]);

  const old = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    digest: subject.digest,
    size: subject.bytes.length,
    artifactType: "application/vnd.old",
  };
  const fallback = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [old] }),
  );
  await registry.client.pushManifest(
    byTag(repository, subject.digest.replace(":", "-")),
    fallback,
    "application/vnd.oci.image.index.v1+json",
  );
  expect((await registry.client.referrers(repository, subject.digest)).map(({ artifactType }) => artifactType)).toEqual([
    "application/vnd.old",
    "application/vnd.test",
  ]);
  expect((await registry.raw("GET", "/v2/team/none/referrers/sha256:bad")).status).toBe(400);
});

test("tags are paged in order, `last` is left out, n=0 is an empty page", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "team/app");
  const { bytes } = smallManifest("one");
  for (const tag of ["b", "a", "C", "10", "9"])
    await registry.client.pushManifest(registry.at(`team/app:${tag}`), bytes, "application/vnd.oci.image.manifest.v1+json");
  const page = async (query: string): Promise<unknown> => {
    const answer = await registry.raw("GET", `/v2/team/app/tags/list${query}`);
    return [(JSON.parse(answer.body.toString()) as { tags: unknown }).tags, answer.headers.link];
  };
  expect(await page("")).toEqual([["10", "9", "C", "a", "b"], undefined]);
  expect(await page("?n=2")).toEqual([["10", "9"], '</v2/team/app/tags/list?n=2&last=9>; rel="next"']);
  expect(await page("?n=2&last=9")).toEqual([["C", "a"], '</v2/team/app/tags/list?n=2&last=a>; rel="next"']);
  expect(await page("?last=a")).toEqual([["b"], undefined]);
  expect(await page("?n=0")).toEqual([[], undefined]);
  expect((await registry.raw("GET", "/v2/team/app/tags/list?n=-1")).code).toBe("UNSUPPORTED");
  expect((await registry.raw("GET", "/v2/team/none/tags/list")).code).toBe("NAME_UNKNOWN");
  expect(JSON.parse((await registry.raw("GET", "/v2/_catalog?n=1000000000")).body.toString())).toEqual({ repositories: ["team/app"] });
});

test("a manifest must not name what is not there, or claim another size", async () => {
  await using registry = await startTestRegistry();
  const layout = await temporaryLayout();
  const digest = await makeImage(layout);
  const manifest = await layout.manifest(digest);
  await expect(registry.client.pushManifest(registry.at("team/app:x"), manifest.bytes, manifest.mediaType)).rejects.toThrow(
    /MANIFEST_BLOB_UNKNOWN/,
  );
  expect(await registry.client.tags(registry.at("team/app"))).toEqual([]);
  await seed(registry, "team/app");
  const lying = smallManifest("lie").bytes.toString().replace('"size":2', '"size":3');
  await expect(registry.client.pushManifest(registry.at("team/app:x"), Buffer.from(lying), manifest.mediaType)).rejects.toThrow(
    /MANIFEST_INVALID.*has 2/,
  );
});

test("deleting: a digest takes its tags along; a tag leaves the digest; a used blob stays", async () => {
  const live = new Set<ReturnType<typeof digestOf>>();
  await using registry = await startTestRegistry({ liveDigests: async () => live });
  await seed(registry, "team/app");
  const { bytes, digest } = smallManifest("one");
  const reference = registry.at("team/app:main");
  await registry.client.pushManifest(reference, bytes, "application/vnd.oci.image.manifest.v1+json");
  await registry.client.pushManifest(byTag(reference, "other"), bytes, "application/vnd.oci.image.manifest.v1+json");
  await registry.client.deleteManifest(byTag(reference, "other"));
  expect((await registry.client.resolve(byDigest(reference, digest))).digest).toBe(digest);
  expect(await registry.client.tags(reference)).toEqual(["main"]);
  expect((await registry.raw("DELETE", `/v2/team/app/blobs/${digestOf("{}")}`)).code).toBe("DENIED");
  live.add(digest);
  await expect(registry.client.deleteManifest(byDigest(reference, digest))).rejects.toThrow(/is deployed/);
  live.clear();
  await registry.client.deleteManifest(byDigest(reference, digest));
  expect(await registry.client.tags(reference)).toEqual([]);
  await expect(registry.client.resolve(reference)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  expect((await registry.raw("DELETE", `/v2/team/app/blobs/${digestOf("{}")}`)).status).toBe(202);
  expect((await registry.raw("HEAD", `/v2/team/app/blobs/${digestOf("{}")}`)).status).toBe(404);
});

test("what admission refuses is neither pushed nor pulled, and the client hears why", async () => {
  await using registry = await startTestRegistry({
    admit: async ({ action, tag }) => (action === "push" && tag === "bad" ? "only signed images are taken here" : undefined),
  });
  await seed(registry, "team/app");
  const { bytes } = smallManifest("one");
  await expect(
    registry.client.pushManifest(registry.at("team/app:bad"), bytes, "application/vnd.oci.image.manifest.v1+json"),
  ).rejects.toThrow(/DENIED: only signed images/);
  await registry.client.pushManifest(registry.at("team/app:good"), bytes, "application/vnd.oci.image.manifest.v1+json");
  expect(await registry.client.tags(registry.at("team/app"))).toEqual(["good"]);
});
