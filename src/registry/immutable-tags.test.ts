import { expect, test } from "vitest";
import { byDigest, byTag } from "../core/index.ts";
import { seed, smallManifest, startTestRegistry } from "./registry.fixture.ts";
import { isVersionTag } from "./policy/version-tags.ts";

const TYPE = "application/vnd.oci.image.manifest.v1+json";

test.each([
  "1.2.3",
  "v1.2.3",
  "0.0.0",
  "1.2.3-rc.1",
  "1.2.3-alpine",
  "1.2.3_build5",
  "1.2.3-rc.1_5",
  "sha-0123abc",
  `sha-${"a".repeat(40)}`,
  "0".repeat(40),
])("%s never moves", (tag) => {
  expect(isVersionTag(tag)).toBe(true);
});
test.each([
  "latest",
  "1",
  "1.2",
  "v1",
  "main",
  "pr-12",
  "1.2.3.4",
  "01.2.3",
  "2026.01.05",
  `sha256-${"a".repeat(64)}.sig`,
  "sha-012",
  "sha-xyz1234",
  "a".repeat(39),
  "buildcache",
])("%s moves", (tag) => {
  expect(isVersionTag(tag)).toBe(false);
});

test("an immutable tag takes the same digest again and no other; the refusal says what to do", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "team/app");
  const [one, two] = [smallManifest("one"), smallManifest("two")];
  const version = registry.at("team/app:v1.2.3");
  await registry.client.pushManifest(version, one.bytes, TYPE);
  await registry.client.pushManifest(version, one.bytes, TYPE);
  await expect(registry.client.pushManifest(version, two.bytes, TYPE)).rejects.toMatchObject({
    code: "TAG_IMMUTABLE",
    message: expect.stringContaining(one.digest),
  });
  const raw = await registry.raw("PUT", "/v2/team/app/manifests/v1.2.3", { headers: { "content-type": TYPE }, body: two.bytes });
  expect([raw.status, raw.code]).toEqual([409, "DENIED"]);
  expect(raw.message).toMatch(/Push this image under a new version/);
  expect((await registry.client.resolve(version)).digest).toBe(one.digest);
  await expect(registry.client.resolve(byDigest(version, two.digest))).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });

  for (const { bytes } of [one, two]) await registry.client.pushManifest(byTag(version, "latest"), bytes, TYPE);
  expect((await registry.client.resolve(byTag(version, "latest"))).digest).toBe(two.digest);
});

test("of 50 first pushes at once one wins, and everyone sees the winner", async () => {
  await using registry = await startTestRegistry();
  await seed(registry, "team/app");
  const version = registry.at("team/app:2.0.0");
  const manifests = Array.from({ length: 50 }, (_, at) => smallManifest(String(at)));
  const results = await Promise.allSettled(manifests.map(({ bytes }) => registry.client.pushManifest(version, bytes, TYPE)));
  const winners = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.digest] : []));
  expect(winners).toHaveLength(1);
  for (const result of results) if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "TAG_IMMUTABLE" });
  expect((await registry.client.resolve(version)).digest).toBe(winners[0]);
});

test("deleting an immutable tag does not free it for another digest, not even over a restart", async () => {
  const first = await startTestRegistry();
  await seed(first, "team/app");
  const [one, two] = [smallManifest("one"), smallManifest("two")];
  await first.client.pushManifest(first.at("team/app:1.0.0"), one.bytes, TYPE);
  await first.client.deleteManifest(first.at("team/app:1.0.0"));
  await first.client.deleteManifest(byDigest(first.at("team/app"), one.digest));
  first.client.close();
  await first.running.close();

  await using second = await startTestRegistry({ dataFolder: first.folder });
  const version = second.at("team/app:1.0.0");
  await expect(second.client.pushManifest(version, two.bytes, TYPE)).rejects.toMatchObject({ code: "TAG_IMMUTABLE" });
  await second.client.pushManifest(version, one.bytes, TYPE);
  expect((await second.client.resolve(version)).digest).toBe(one.digest);
});
