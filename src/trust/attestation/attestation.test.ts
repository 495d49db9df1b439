import { generateKeyPairSync, sign } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { byDigest, type Digest, digestOf, fakeClock, formatReference, parseReference } from "../../core/index.ts";
import { MEDIA } from "../../image/index.ts";
import { generateKeyPair, parsePrivateKey, parsePublicKey, type SigningKey } from "../keys.ts";
import { type MapStore, mapStore } from "../store.fixture.ts";
import { haveVectors, vectorText, WITHOUT_VECTORS } from "../vectors.fixture.ts";
import { attest, signAsBundle } from "./attest.ts";
import { envelopeIn } from "./bundle.ts";
import { opened } from "./envelope.ts";
import { PREDICATES, predicateTypeOf } from "./predicates.ts";
import { readAttestations } from "./read.ts";
import { readStatement } from "./statement.ts";
import { attestationReference } from "./store.ts";

const newKey = (name: string): SigningKey => parsePrivateKey(generateKeyPair("").privatePem, "", name);
const ours = newKey("ours.key");
const theirs = newKey("theirs.key");
const repository = parseReference("registry.example/shop/web:1.0.0");
const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config: {}, layers: [] }));
const image = digestOf(manifest);
const tag = formatReference(attestationReference(repository, image));
const claim = { predicateType: PREDICATES.vuln, predicate: { scanner: { uri: "x" }, n: [1, "ä"] } };
const clock = fakeClock();
let store: MapStore;
beforeEach(() => {
  store = mapStore();
  store.manifests.set(formatReference(byDigest(repository, image)), { mediaType: MEDIA.ociManifest, bytes: manifest });
});

const read = (keys = [ours.publicKey], type?: string, digest: Digest = image) =>
  readAttestations(store, repository, digest, keys, (one) => type === undefined || one === type);
const layersOf = (): { digest: Digest; size: number; mediaType: string; annotations: Record<string, string> }[] =>
  JSON.parse(Buffer.from(store.manifests.get(tag)?.bytes ?? []).toString()).layers;
const blobJson = (digest: Digest) => JSON.parse(Buffer.from(store.blobs.get(digest) ?? []).toString());

describe("what is attested", () => {
  test("is read back in both forms, with the key and the claim", async () => {
    expect(await attest(store, repository, image, claim, ours, { clock })).toMatchObject({ outcome: "attested" });
    const { good, refusals } = await read([theirs.publicKey, ours.publicKey]);
    expect(refusals).toEqual([]);
    expect(good.map(({ form }) => form)).toEqual(["tag", "bundle"]);
    for (const one of good) expect(one).toMatchObject({ ...claim, subjects: [image], key: { path: "ours.key" } });
  });

  test("is in cosign's own shapes: envelope, statement and bundle, checked here by hand", async () => {
    await attest(store, repository, image, claim, ours, { clock });
    const [layer] = layersOf();
    expect(layer).toMatchObject({
      mediaType: "application/vnd.dsse.envelope.v1+json",
      annotations: { "dev.cosignproject.cosign/signature": "", predicateType: "https://cosign.sigstore.dev/attestation/vuln/v1" },
    });
    const envelope = blobJson(layer?.digest ?? image);
    expect(Object.keys(envelope)).toEqual(["payloadType", "payload", "signatures"]);
    const body = Buffer.from(envelope.payload, "base64");
    const signed = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]);
    expect(ours.publicKey.verifies(signed, Buffer.from(envelope.signatures[0].sig, "base64"))).toBe(true);
    expect(JSON.parse(body.toString())).toEqual({
      _type: "https://in-toto.io/Statement/v0.1",
      predicateType: claim.predicateType,
      subject: [{ name: "registry.example/shop/web", digest: { sha256: image.slice(7) } }],
      predicate: claim.predicate,
    });
    const [entry] = await store.referrers(repository, image);
    expect(entry).toMatchObject({
      artifactType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      annotations: { "dev.sigstore.bundle.content": "dsse-envelope", "dev.sigstore.bundle.predicateType": claim.predicateType },
    });
    const of = JSON.parse(
      Buffer.from(store.manifests.get(formatReference(byDigest(repository, entry?.digest ?? image)))?.bytes ?? []).toString(),
    );
    expect(of.subject).toEqual({ mediaType: MEDIA.ociManifest, digest: image, size: manifest.length });
    expect(of.config.digest).toBe("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    const bundle = blobJson(of.layers[0].digest);
    expect(bundle.verificationMaterial.publicKey.hint).toBe(Buffer.from(ours.publicKey.fingerprint.slice(7), "hex").toString("base64"));
    expect(JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, "base64").toString())._type).toBe("https://in-toto.io/Statement/v1");
  });

  test("twice changes nothing; what is new stands beside it, or takes its place", async () => {
    await attest(store, repository, image, claim, ours, { clock });
    const sizes = [store.manifests.size, store.blobs.size];
    expect(await attest(store, repository, image, claim, ours, { clock })).toMatchObject({ outcome: "already" });
    expect([store.manifests.size, store.blobs.size]).toEqual(sizes);
    const later = { ...claim, predicate: { later: true } };
    await attest(store, repository, image, later, ours, { clock });
    expect(layersOf()).toHaveLength(2);
    await attest(store, repository, image, { ...claim, predicate: { last: true } }, ours, { clock, replaces: true });
    expect(layersOf()).toHaveLength(1);
  });

  test("never takes the place of another key's, nor of another kind", async () => {
    await attest(store, repository, image, claim, theirs, { clock });
    await attest(store, repository, image, { predicateType: PREDICATES.spdx, predicate: {} }, ours, { clock });
    await attest(store, repository, image, claim, ours, { clock, replaces: true });
    expect(layersOf()).toHaveLength(3);
  });

  test("is signed as a bundle once, beside what is attested", async () => {
    for (let n = 0; n < 2; n += 1) await signAsBundle(store, repository, image, ours, clock);
    const { good } = await read();
    expect(good).toMatchObject([{ form: "bundle", predicateType: "https://sigstore.dev/cosign/sign/v1", predicate: {} }]);
  });

  test("of an image that is not there is refused", async () => {
    await expect(attest(store, repository, digestOf("x"), claim, ours)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
  });
});

describe("what does not count", () => {
  test("another key's, whatever it says of itself", async () => {
    await attest(store, repository, image, claim, theirs, { clock });
    const { good, refusals } = await read();
    expect(good).toEqual([]);
    expect(refusals).toEqual([
      "attestation 1: it was signed by none of the trusted keys, or changed afterwards",
      expect.stringMatching(/^bundle sha256:.*none of the trusted keys/),
    ]);
  });

  test("a good one of another image, copied here", async () => {
    await attest(store, repository, image, claim, ours, { clock });
    const other = digestOf("another image");
    store.manifests.set(
      formatReference(attestationReference(repository, other)),
      store.manifests.get(tag) ?? { mediaType: "", bytes: manifest },
    );
    const { good, refusals } = await read(undefined, undefined, other);
    expect([good, refusals]).toEqual([[], [`attestation 1: it is about another image: ${image}`]]);
  });

  test("one kind under the annotation of another", async () => {
    await attest(store, repository, image, { predicateType: PREDICATES.spdx, predicate: {} }, ours, { clock });
    const at = store.manifests.get(tag);
    const text = Buffer.from(at?.bytes ?? [])
      .toString()
      .replace(PREDICATES.spdx, PREDICATES.vuln);
    store.manifests.set(tag, { mediaType: MEDIA.ociManifest, bytes: Buffer.from(text) });
    expect((await read(undefined, PREDICATES.vuln)).good).toEqual([]);
  });

  test.each([
    [
      "a changed payload",
      (envelope: Record<string, unknown>) => ({ ...envelope, payload: Buffer.from("{}").toString("base64") }),
      /changed afterwards/,
    ],
    ["another type of payload", (envelope: Record<string, unknown>) => ({ ...envelope, payloadType: "text/plain" }), /holds "text\/plain"/],
    [
      "two signatures",
      (envelope: Record<string, unknown>) => ({ ...envelope, signatures: [{ sig: "YQ==" }, ...(envelope["signatures"] as [])] }),
      /more than one signature/,
    ],
    ["no signature", (envelope: Record<string, unknown>) => ({ ...envelope, signatures: [] }), /more than one signature, or none/],
    ["no envelope", () => ({ hello: "world" }), /no DSSE envelope/],
  ])("%s", async (_, change, words) => {
    await attest(store, repository, image, claim, ours, { clock });
    const [layer] = layersOf();
    if (layer === undefined) throw new Error("nothing was attested");
    // The digest of the blob is the registry's to check; here it keeps its name.
    store.blobs.set(layer.digest, Buffer.from(JSON.stringify(change(blobJson(layer.digest)))));
    const { good, refusals } = await read();
    expect(good.map(({ form }) => form)).toEqual(["bundle"]);
    expect(refusals).toEqual([expect.stringMatching(words)]);
  });

  test("what the registry has lost, what is no JSON, and a statement of no image", async () => {
    await attest(store, repository, image, claim, ours, { clock });
    const [layer] = layersOf();
    store.blobs.delete(layer?.digest ?? image);
    expect((await read()).refusals).toEqual([expect.stringContaining("is not in the registry")]);
    store.blobs.set(layer?.digest ?? image, Buffer.from("{"));
    expect((await read()).refusals).toEqual([expect.stringContaining("it is not JSON in UTF-8")]);
    expect(
      readStatement(Buffer.from('{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x:y","predicate":{}}')),
    ).toMatch(/no in-toto statement: subject is wrong/);
  });

  test("a keyless bundle is said not to be read", async () => {
    await attest(store, repository, image, claim, ours, { clock });
    const [entry] = await store.referrers(repository, image);
    const name = formatReference(byDigest(repository, entry?.digest ?? image));
    const of = JSON.parse(Buffer.from(store.manifests.get(name)?.bytes ?? []).toString());
    const bundle = blobJson(of.layers[0].digest);
    store.blobs.set(
      of.layers[0].digest,
      Buffer.from(JSON.stringify({ ...bundle, verificationMaterial: { certificate: { rawBytes: "" } } })),
    );
    expect((await read()).refusals).toEqual([expect.stringContaining("only keys are read so far")]);
  });
});

test("what another program wrote is read: a P-384 key, other field order, URL-safe base64, Statement v1 under the tag, two subjects", async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-384" });
  const trusted = parsePublicKey(pair.publicKey.export({ type: "spki", format: "pem" }).toString(), "p384.pub");
  const body = Buffer.from(
    JSON.stringify({
      predicate: { hello: ">>>???" },
      subject: [{ digest: { sha1: "00" } }, { name: "x", digest: { sha256: image.slice(7) } }],
      predicateType: "https://spdx.dev/Document/v2.3",
      _type: "https://in-toto.io/Statement/v1",
    }),
  );
  const pae = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]);
  const envelope = Buffer.from(
    JSON.stringify({
      signatures: [{ keyid: "", sig: sign("sha384", pae, pair.privateKey).toString("base64url") }],
      payload: body.toString("base64url"),
      payloadType: "application/vnd.in-toto+json",
    }),
  );
  store.blobs.set(digestOf(envelope), envelope);
  const layer = { mediaType: "application/vnd.dsse.envelope.v1+json", digest: digestOf(envelope), size: envelope.length };
  const config = { mediaType: MEDIA.ociConfig, digest: digestOf("{}"), size: 2 };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociManifest, config, layers: [layer] }));
  store.manifests.set(tag, { mediaType: MEDIA.ociManifest, bytes });
  const { good, refusals } = await read([trusted]);
  expect(refusals).toEqual([]);
  expect(good).toMatchObject([
    { predicateType: "https://spdx.dev/Document/v2.3", predicate: { hello: ">>>???" }, key: { path: "p384.pub" } },
  ]);
});

test.each([
  ["vuln", "https://cosign.sigstore.dev/attestation/vuln/v1"],
  ["https://acme.example/x", "https://acme.example/x"],
  ["nonsense", undefined],
  ["toString", undefined],
])("the kind %s is %s", (text, uri) => expect(predicateTypeOf(text)).toBe(uri));

describe.skipIf(!haveVectors)(`what cosign and npm made (${WITHOUT_VECTORS} when skipped)`, () => {
  test("npm's publish attestation: a bundle with a key, opened with npm's key and with no other", () => {
    const bundle: unknown = JSON.parse(vectorText("sigstore-go", "examples", "bundle-publish.json"));
    const key = parsePublicKey(vectorText("sigstore-go", "examples", "publish_key.pub"), "npm.pub");
    const inside = envelopeIn(bundle);
    if (typeof inside === "string") throw new Error(inside);
    const good = opened(inside.envelope, [ours.publicKey, key]);
    if (typeof good === "string") throw new Error(good);
    expect(readStatement(good.statement)).toMatchObject({
      predicateType: "https://github.com/npm/attestation/tree/main/specs/publish/v0.1",
      subjects: [expect.stringMatching(/^sha512:76176ffa/)],
      predicate: { name: "sigstore", version: "1.3.0" },
    });
    expect(opened(inside.envelope, [ours.publicKey])).toMatch(/none of the trusted keys/);
  });
  test("two signatures are refused, a certificate is said not to be read", () => {
    const two = envelopeIn(JSON.parse(vectorText("sigstore-go", "pkg", "testing", "data", "bundles", "dsse-2sigs.sigstore.json")));
    expect(two).toMatch(/only keys are read so far/);
    const { dsseEnvelope }: { dsseEnvelope: unknown } = JSON.parse(
      vectorText("sigstore-go", "pkg", "testing", "data", "bundles", "dsse-2sigs.sigstore.json"),
    );
    expect(opened(dsseEnvelope, [ours.publicKey])).toMatch(/more than one signature/);
    expect(envelopeIn(JSON.parse(vectorText("cosign-testdata", "pkg", "cosign", "testdata", "oci-attestation.sigstore.json")))).toMatch(
      /certificate/,
    );
  });
  test("the statements of cosign's attestations are read", () => {
    const { payload }: { payload: string } = JSON.parse(vectorText("cosign-testdata", "pkg", "policy", "testdata", "valid", "vuln"));
    expect(readStatement(Buffer.from(payload, "base64"))).toMatchObject({
      predicateType: PREDICATES.vuln,
      subjects: ["sha256:3c19aa980a9c5709a2c96c2d0779febf6e5e453b92b172ce84cb85fdaf695373"],
    });
  });
});
