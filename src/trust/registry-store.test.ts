import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { byTag, digestOf, parseReference, type Reference } from "../core/index.ts";
import { createRegistryClient, MEDIA, type RegistryClient } from "../image/index.ts";
import { type RunningRegistry, startRegistry } from "../registry/index.ts";
import { generateKeyPair, parsePrivateKey } from "./keys.ts";
import { registryStore } from "./registry-store.ts";
import { signDigest } from "./sign.ts";
import { signatureReference } from "./signature-store.ts";
import { digestsToSign } from "./subjects.ts";
import { verifyDigest } from "./verify.ts";

let folder = "";
let registry: RunningRegistry;
let client: RegistryClient;
let repository: Reference;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "seaworthy-trust-"));
  registry = await startRegistry({ dataFolder: folder, listen: { host: "127.0.0.1", port: 0 }, open: true, log: () => undefined });
  client = createRegistryClient({ credentials: async () => undefined });
  repository = parseReference(`${registry.address}/shop/web`);
});
afterAll(async () => {
  client.close();
  await registry.close();
  rmSync(folder, { recursive: true });
});

const pushImage = async () => {
  const config = Buffer.from('{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}');
  await client.pushBlob(repository, config);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: digestOf(config), size: config.length },
      layers: [],
    }),
  );
  await client.pushManifest(byTag(repository, "part"), manifest, MEDIA.ociManifest);
  const index = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: [
        {
          mediaType: MEDIA.ociManifest,
          digest: digestOf(manifest),
          size: manifest.length,
          platform: { os: "linux", architecture: "amd64" },
        },
      ],
    }),
  );
  await client.pushManifest(byTag(repository, "1.0.0"), index, MEDIA.ociIndex);
  return { index: digestOf(index), manifest: digestOf(manifest) };
};

test("in a real registry: nothing, then signed by one key, then by a second beside it; index and manifest alike", async () => {
  const store = registryStore(client);
  const { index, manifest } = await pushImage();
  const [ours, theirs, nobody] = ["ours", "theirs", "nobody"].map((name) => parsePrivateKey(generateKeyPair("").privatePem, "", name));
  if (ours === undefined || theirs === undefined || nobody === undefined) throw new Error("three keys were made");
  expect(await verifyDigest(store, repository, index, [ours.publicKey])).toMatchObject({
    verified: false,
    refusals: [{ kind: "unsigned" }],
  });
  const digests = await digestsToSign(store, repository, index);
  expect(digests).toEqual([index, manifest]);
  for (const key of [ours, theirs])
    for (const digest of digests) expect((await signDigest(store, repository, digest, key)).outcome).toBe("signed");
  expect((await signDigest(store, repository, index, ours)).outcome).toBe("already");
  for (const key of [ours, theirs])
    for (const digest of digests) expect((await verifyDigest(store, repository, digest, [key.publicKey])).verified).toBe(true);
  expect(await verifyDigest(store, repository, manifest, [nobody.publicKey])).toMatchObject({
    verified: false,
    refusals: [
      { kind: "other-key", fingerprint: ours.publicKey.fingerprint },
      { kind: "other-key", fingerprint: theirs.publicKey.fingerprint },
    ],
  });
  expect(await client.tags(repository)).toContain(signatureReference(repository, index).tag);
});

test("a registry that does not answer is no unsigned image", async () => {
  const nowhere = parseReference("127.0.0.1:9/shop/web");
  const impatient = createRegistryClient({ credentials: async () => undefined, attempts: 1 });
  const [key] = [parsePrivateKey(generateKeyPair("").privatePem, "", "k")];
  await expect(verifyDigest(registryStore(impatient), nowhere, digestOf("x"), [key.publicKey])).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
  });
  impatient.close();
});
