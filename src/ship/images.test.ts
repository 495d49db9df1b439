import { expect, test } from "vitest";
import { byDigest, digestOf, parsePlatform, parseReference } from "../core/index.ts";
import { MEDIA, type RegistryClient } from "../image/index.ts";
import { builtHere, inspectRemote, knownDigest, requireHere } from "./images.ts";

const REPOSITORY = { registry: "127.0.0.1:5000", repository: "shop/web" };
const builtFor = (...names: readonly string[]) => ({
  platforms: names.map((name) => ({
    platform: parsePlatform(name),
    manifest: digestOf(name),
    config: digestOf("config"),
    compressedSizeBytes: 1,
    uncompressedSizeBytes: 1,
    run: { env: [], exposedPorts: [], volumes: [], labels: {} },
    layers: [],
  })),
});

test("what was built for this engine is found wherever it stands among the platforms", () => {
  expect(builtHere(builtFor("linux/arm64", "linux/amd64"), parsePlatform("linux/amd64"))?.manifest).toBe(digestOf("linux/amd64"));
  expect(builtHere(builtFor("linux/arm64"), parsePlatform("linux/amd64"))).toBeUndefined();
});

test("an image that was just built for other engines only is refused, with what it is made for", () => {
  const image = builtFor("linux/arm64", "linux/s390x");
  const resolved = {
    service: "web",
    repository: REPOSITORY,
    digest: digestOf("index"),
    manifest: digestOf("index"),
    platforms: [],
    ours: true,
  };
  expect(() => requireHere(resolved, image, parsePlatform("linux/arm64"))).not.toThrow();
  expect(() => requireHere(resolved, image, parsePlatform("linux/amd64"))).toThrow(
    expect.objectContaining({ code: "PLATFORM_MISSING", message: expect.stringMatching(/web .*linux\/arm64, linux\/s390x.*linux\/amd64/) }),
  );
});

/** A registry that holds one index. */
const registryWith = (...names: readonly string[]) => {
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: names.map((name) => {
        const [os = "", architecture = "", variant] = name.split("/");
        return {
          mediaType: MEDIA.ociManifest,
          digest: digestOf(name),
          size: 2,
          platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
        };
      }),
    }),
  );
  const digest = digestOf(bytes);
  const client: Pick<RegistryClient, "manifest" | "blob"> = {
    manifest: async () => ({ bytes, mediaType: MEDIA.ociIndex, digest }),
    blob: () => {
      throw new Error("an index names its platforms itself");
    },
  };
  return { client, reference: byDigest(REPOSITORY, digest) };
};

test.each([
  [["linux/arm64", "linux/amd64", "unknown/unknown"], "linux/amd64", "linux/amd64"],
  [["linux/arm/v6", "linux/arm/v7"], "linux/arm/v7", "linux/arm/v7"],
  // An Arm machine runs what was built for an older variant.
  [["linux/amd64", "linux/arm/v6"], "linux/arm/v7", "linux/arm/v6"],
])("of %j in the registry an engine of %s runs %s", async (have, wanted, chosen) => {
  const { client, reference } = registryWith(...have);
  expect((await inspectRemote(client, reference, "web", parsePlatform(wanted))).manifest).toBe(digestOf(chosen));
});

test("an index without this engine's platform is refused, attestations not counted", async () => {
  const { client, reference } = registryWith("linux/arm64", "unknown/unknown");
  await expect(inspectRemote(client, reference, "web", parsePlatform("linux/amd64"))).rejects.toMatchObject({
    code: "PLATFORM_MISSING",
    message: expect.stringMatching(/the image of web \(127.0.0.1:5000\/shop\/web@sha256:[0-9a-f]{64}\) is made for linux\/arm64; /),
  });
});

test("the digest of a pulled image: the pinned one, else its own repository's", () => {
  const [own, other, pinned] = [digestOf("own"), digestOf("other"), digestOf("pinned")];
  const digests = [`docker.io/library/mysql@${other}`, `docker.io/library/postgres@${own}`];
  expect(knownDigest(parseReference("postgres:15"), digests)).toBe(own);
  expect(knownDigest(parseReference(`postgres:15@${pinned}`), digests)).toBe(pinned);
  expect(knownDigest(parseReference("redis:7"), digests)).toBeUndefined();
});
