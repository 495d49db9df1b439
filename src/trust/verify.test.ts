import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { byDigest, type Digest, digestOf, fakeClock, formatReference, parseReference, SeaworthyError } from "../core/index.ts";
import { MEDIA } from "../image/index.ts";
import { generateKeyPair, parsePrivateKey, parsePublicKey, type SigningKey } from "./keys.ts";
import { explainRefusal } from "./refusal.ts";
import { SIGNATURE } from "./signature-manifest.ts";
import { signatureReference } from "./signature-store.ts";
import { signDigest } from "./sign.ts";
import { type MapStore, mapStore } from "./store.fixture.ts";
import { digestsToSign } from "./subjects.ts";
import { requireVerified, verifyDigest, type VerifyOptions } from "./verify.ts";

const testdata = (name: string): string => readFileSync(join(import.meta.dirname, "testdata", name), "utf8");
const newKey = (name: string): SigningKey => parsePrivateKey(generateKeyPair("").privatePem, "", name);

const image = digestOf("an image");
const repository = parseReference("registry.example/shop/web:1.0.0");
const tag = formatReference(signatureReference(repository, image));
const ours = newKey("ours.key");
const theirs = newKey("theirs.key");
let store: MapStore;
beforeEach(() => {
  store = mapStore();
});

const manifestAt = (
  at: string,
): { layers: { annotations: Record<string, string>; digest: Digest; size: number; mediaType: string }[]; config: { digest: Digest } } =>
  JSON.parse(Buffer.from(store.manifests.get(at)?.bytes ?? []).toString());
const reasons = async (keys = [ours.publicKey], options: VerifyOptions = {}): Promise<readonly string[]> => {
  const found = await verifyDigest(store, repository, image, keys, options);
  return found.verified ? ["verified"] : found.refusals.map((refusal) => `${refusal.kind}: ${explainRefusal(refusal)}`);
};
const change = (edit: (manifest: ReturnType<typeof manifestAt>) => void): void => {
  const manifest = manifestAt(tag);
  edit(manifest);
  store.manifests.set(tag, { mediaType: MEDIA.ociManifest, bytes: Buffer.from(JSON.stringify(manifest)) });
};

describe("signing", () => {
  test("what is signed verifies, with the key and its path in the answer", async () => {
    expect(await signDigest(store, repository, image, ours)).toMatchObject({ outcome: "signed", digest: image });
    const found = await verifyDigest(store, repository, image, [theirs.publicKey, ours.publicKey]);
    expect(requireVerified(found)).toEqual({
      digest: image,
      keyFingerprint: ours.publicKey.fingerprint,
      keyPath: "ours.key",
      signedReference: "registry.example/shop/web",
    });
  });

  test("twice with one key changes nothing; a second key is added beside the first", async () => {
    await signDigest(store, repository, image, ours);
    const once = store.manifests.get(tag)?.bytes;
    expect(await signDigest(store, repository, image, ours)).toMatchObject({ outcome: "already" });
    expect(store.manifests.get(tag)?.bytes).toBe(once);
    await signDigest(store, repository, image, theirs);
    expect(manifestAt(tag).layers).toHaveLength(2);
    for (const key of [ours, theirs]) expect(await reasons([key.publicKey])).toContain("verified");
  });

  test("the configuration is in the store, with the payload digests as diff_ids", async () => {
    await signDigest(store, repository, image, ours);
    const manifest = manifestAt(tag);
    const config = JSON.parse(Buffer.from(store.blobs.get(manifest.config.digest) ?? []).toString());
    expect(config.rootfs.diff_ids).toEqual(manifest.layers.map((layer) => layer.digest));
  });

  test("a signature that another signer overwrote is put back", async () => {
    const other = mapStore();
    await signDigest(other, repository, image, theirs);
    const rival = other.manifests.get(tag);
    let raced = false;
    const racing = {
      ...store,
      writeManifest: async (...[reference, mediaType, bytes]: Parameters<MapStore["writeManifest"]>) => {
        await store.writeManifest(reference, mediaType, bytes);
        if (!raced && rival !== undefined) store.manifests.set(tag, rival);
        raced = true;
      },
    };
    expect(await signDigest(racing, repository, image, ours, fakeClock())).toMatchObject({ outcome: "signed" });
    expect(manifestAt(tag).layers).toHaveLength(2);
  });

  test("a tag that never keeps the signature ends in STATE_NEEDS_PERSON", async () => {
    const forgetful = { ...store, writeManifest: async () => undefined };
    await expect(signDigest(forgetful, repository, image, ours, fakeClock())).rejects.toMatchObject({ code: "STATE_NEEDS_PERSON" });
  });

  test("an index is signed together with each of its manifests", async () => {
    const child = { mediaType: MEDIA.ociManifest, digest: digestOf("amd64"), size: 5, platform: { os: "linux", architecture: "amd64" } };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [child] }));
    store.manifests.set(formatReference(byDigest(repository, digestOf(bytes))), { mediaType: MEDIA.ociIndex, bytes });
    expect(await digestsToSign(store, repository, digestOf(bytes))).toEqual([digestOf(bytes), child.digest]);
    await expect(digestsToSign(store, repository, image)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  });
});

describe("verifying", () => {
  test("no signature at all", async () => {
    expect(await reasons()).toEqual(["unsigned: there is no signature at all"]);
  });

  test("another key, by its fingerprint", async () => {
    await signDigest(store, repository, image, theirs);
    expect(await reasons()).toEqual([`other-key: signature 1 was made by another key; it names ${theirs.publicKey.fingerprint}`]);
    expect(await reasons([])).toHaveLength(1);
  });

  test("a payload that names another digest, its signature good", async () => {
    const other = digestOf("another image");
    await signDigest(store, repository, other, ours);
    const copied = store.manifests.get(formatReference(signatureReference(repository, other)));
    if (copied !== undefined) store.manifests.set(tag, copied);
    expect(await reasons()).toEqual([`other-digest: signature 1 is of another image: ${other}`]);
  });

  test("a payload changed in the store, with and without its descriptor changed to fit", async () => {
    await signDigest(store, repository, image, ours);
    const [layer] = manifestAt(tag).layers;
    const forged = Buffer.from(String(Buffer.from(store.blobs.get(layer?.digest ?? image) ?? [])).replace(image, digestOf("evil")));
    store.blobs.set(layer?.digest ?? image, forged);
    expect((await reasons())[0]).toMatch(/^tampered: .*does not have its digest/);
    store.blobs.set(digestOf(forged), forged);
    change((manifest) => manifest.layers.forEach((each) => Object.assign(each, { digest: digestOf(forged), size: forged.length })));
    expect((await reasons())[0]).toMatch(/^tampered: .*that key did not sign these bytes/);
  });

  test("a payload that is gone", async () => {
    await signDigest(store, repository, image, ours);
    store.blobs.clear();
    expect((await reasons())[0]).toMatch(/^tampered: .*is not in the registry/);
  });

  test.each([
    ["a layer of another type", (layer: { mediaType: string }) => (layer.mediaType = "text/plain"), /^not-a-signature: .*text\/plain/],
    [
      "no signature in the annotations",
      (layer: { annotations: Record<string, string> }) => delete layer.annotations[SIGNATURE],
      /^not-a-signature: .*missing/,
    ],
    ["a payload beyond the bound", (layer: { size: number }) => (layer.size = 65_537), /^not-a-signature: .*65537 bytes/],
    [
      "a certificate",
      (layer: { annotations: Record<string, string> }) => (layer.annotations["dev.sigstore.cosign/certificate"] = "PEM"),
      /^not-supported-yet: .*keyless/,
    ],
  ])("%s", async (_name, edit: (layer: { mediaType: string; size: number; annotations: Record<string, string> }) => unknown, wanted) => {
    await signDigest(store, repository, image, ours);
    change((manifest) => manifest.layers.forEach(edit));
    expect((await reasons())[0]).toMatch(wanted);
  });

  test("a good signature after a bad one is enough; 1001 are not read", async () => {
    await signDigest(store, repository, image, theirs);
    await signDigest(store, repository, image, ours);
    expect(await reasons()).toEqual(["verified"]);
    change((manifest) => (manifest.layers = Array.from({ length: 1001 }, () => manifest.layers[1]).filter((each) => each !== undefined)));
    expect((await reasons())[0]).toMatch(/holds 1001 signatures/);
  });

  test("an index or a Docker list in place of the signatures is refused, not read", async () => {
    store.manifests.set(tag, {
      mediaType: MEDIA.ociIndex,
      bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [] })),
    });
    expect((await reasons())[0]).toMatch(/^not-a-signature/);
  });

  test("a registry that cannot be asked is a failure, not an unsigned image", async () => {
    const down = { ...store, readManifest: () => Promise.reject(new SeaworthyError("REGISTRY_UNREACHABLE", "down")) };
    await expect(verifyDigest(down, repository, image, [ours.publicKey])).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  });

  test("the signed name counts where it is asked for", async () => {
    await signDigest(store, repository, image, ours);
    expect(await reasons([ours.publicKey], { name: { match: "repository", name: "registry.example/shop/web:9" } })).toEqual(["verified"]);
    expect((await reasons([ours.publicKey], { name: { match: "repository", name: "registry.example/shop/api" } }))[0]).toMatch(
      /^other-name/,
    );
  });

  test("requireVerified says every reason and every trusted key", async () => {
    await signDigest(store, repository, image, theirs);
    const found = await verifyDigest(store, repository, image, [ours.publicKey]);
    expect(() => requireVerified(found)).toThrow(/is not signed by a trusted key: signature 1 was made by another key/);
    try {
      requireVerified(found);
    } catch (error) {
      expect(error).toMatchObject({
        code: "NOT_SIGNED",
        exit: 1,
        problems: [expect.stringContaining(theirs.publicKey.fingerprint), `trusted: ${ours.publicKey.fingerprint} (ours.key)`],
      });
    }
  });
});

test("the committed signature still verifies, byte for byte", async () => {
  const payload = Buffer.from(testdata("payload.bytes"));
  store.manifests.set(tag, { mediaType: MEDIA.ociManifest, bytes: Buffer.from(testdata("signature-manifest.bytes")) });
  store.blobs.set(digestOf(payload), payload);
  expect(await reasons([parsePublicKey(testdata("test-only.pub"), "test-only.pub")])).toEqual(["verified"]);
  expect(payload.toString()).toBe(
    `{"critical":{"identity":{"docker-reference":"registry.example/shop/web"},"image":{"docker-manifest-digest":"${image}"},"type":"cosign container image signature"},"optional":null}`,
  );
});
