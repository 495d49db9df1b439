import { expect } from "vitest";
import { MEDIA } from "../../image/index.ts";
import { describeBytes, digestIn, emptyManifest, must, NOWHERE, seeded, startSuite } from "./suite.fixture.ts";

const suite = startSuite();

must(
  "Push",
  "A registry MUST initially accept an otherwise valid manifest with a `subject` field that references a manifest that does not exist",
  async () => {
    const repository = await seeded(suite);
    const subject = { mediaType: MEDIA.ociManifest, digest: NOWHERE, size: 123 };
    const answer = await suite.putManifest(repository, "tagged-artifact", emptyManifest({ subject }));
    expect([answer.status, answer.headers["oci-subject"]]).toEqual([201, NOWHERE]);
  },
);

must(
  "Push",
  "When a manifest is rejected because it references what does not exist, it MUST result in one or more `MANIFEST_BLOB_UNKNOWN` errors",
  async () => {
    const repository = await seeded(suite);
    const layer = describeBytes(MEDIA.ociLayer, "never pushed");
    const sparse = await suite.putManifest(repository, "a", emptyManifest({ layers: [layer] }));
    expect([sparse.status, sparse.code]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: [describeBytes(MEDIA.ociManifest, "never pushed")],
    });
    const sparseIndex = await suite.putManifest(repository, "a", Buffer.from(index), MEDIA.ociIndex);
    expect([sparseIndex.status, sparseIndex.code]).toEqual([400, "MANIFEST_BLOB_UNKNOWN"]);
  },
);

must(
  "Pushing Manifests (end-7a)",
  "Upon success, the registry MUST return a `201 Created`, and MUST have: Location, a pullable manifest URL",
  async () => {
    const repository = await seeded(suite);
    const bytes = emptyManifest();
    for (const reference of ["latest", digestIn("sha256", bytes), digestIn("sha512", bytes)]) {
      const answer = await suite.putManifest(repository, reference, bytes);
      expect(answer.status).toBe(201);
      const pulled = await suite.raw("GET", String(answer.headers.location));
      expect([pulled.status, pulled.headers["content-type"], pulled.body]).toEqual([200, MEDIA.ociManifest, bytes]);
    }
  },
);

must("Pushing Manifests", "The Docker-Content-Digest header MUST be equal to the client provided digest", async () => {
  const repository = await seeded(suite);
  const bytes = emptyManifest();
  for (const digest of [digestIn("sha256", bytes), digestIn("sha512", bytes)])
    expect((await suite.putManifest(repository, digest, bytes)).headers["docker-content-digest"]).toBe(digest);
  expect((await suite.putManifest(repository, "latest", bytes)).headers["docker-content-digest"]).toBe(digestIn("sha256", bytes));
  // A digest of other bytes (conformance/run.go, "Bad Digest Image").
  expect((await suite.putManifest(repository, digestIn("sha256", bytes), Buffer.concat([bytes, Buffer.from("  ")]))).status).toBe(400);
  expect((await suite.putManifest(repository, "sha256:baddigeststring", bytes)).status).toBe(400);
});

must("Pushing Manifests", "The registry MUST store the manifest in the exact byte representation provided by the client", async () => {
  const repository = await seeded(suite);
  const odd = Buffer.from(
    emptyManifest({ "org.example.custom": { b: [1.0, 1e3, "\u00e9"], a: null } })
      .toString()
      .replace("{", "\n\t{  ")
      .replace(/}$/, "\n }\r\n"),
  );
  await suite.putManifest(repository, "odd", odd);
  expect((await suite.raw("GET", `/v2/${repository}/manifests/odd`)).body).toEqual(odd);
});

must("Pushing Manifests", "the list of blobs MAY be empty", async () => {
  const repository = await seeded(suite);
  expect((await suite.putManifest(repository, "no-layers", emptyManifest())).status).toBe(201);
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [] }));
  expect((await suite.putManifest(repository, "empty-index", index, MEDIA.ociIndex)).status).toBe(201);
});

must(
  "Pushing Manifests",
  "If a manifest includes a `mediaType` field, clients MUST set the `Content-Type` header to the value specified",
  async () => {
    const repository = await seeded(suite);
    const bytes = emptyManifest();
    expect((await suite.putManifest(repository, "a", bytes, MEDIA.ociIndex)).code).toBe("MANIFEST_INVALID");
    expect((await suite.putManifest(repository, "a", bytes, MEDIA.dockerManifest)).code).toBe("MANIFEST_INVALID");
    const without = emptyManifest({ mediaType: undefined });
    expect((await suite.putManifest(repository, "a", without)).status).toBe(201);
    expect((await suite.raw("PUT", `/v2/${repository}/manifests/b`, { body: without })).status).toBe(201);
  },
);

must("Pushing Manifests", "An attempt to pull a nonexistent repository MUST return response code `404 Not Found`", async () => {
  expect((await suite.raw("GET", "/v2/conformance/nobody/manifests/latest")).status).toBe(404);
});

must(
  "Pushing Manifests",
  "registries SHOULD expect to be able to support manifest pushes of at least 4 megabytes, and 413 above their limit",
  async () => {
    const repository = await seeded(suite);
    const annotations = Object.fromEntries(Array.from({ length: 390 }, (_, index) => [`large-annotation-${index}`, "A".repeat(10_000)]));
    const large = emptyManifest({ annotations });
    expect((await suite.putManifest(repository, "large-manifest", large)).status).toBe(201);
    expect((await suite.raw("GET", `/v2/${repository}/manifests/large-manifest`)).body.equals(large)).toBe(true);
    const larger = emptyManifest({ annotations: { ...annotations, more: "A".repeat(400_000) } });
    expect((await suite.putManifest(repository, "larger", larger)).status).toBe(413);
  },
);

must(
  "Pushing Manifests with tag parameters (end-7b)",
  "the registry MUST include an `OCI-Tag` header for each tag it accepted",
  async () => {
    const repository = await seeded(suite);
    for (const algorithm of ["sha256", "sha512"] as const) {
      const bytes = emptyManifest();
      const digest = digestIn(algorithm, bytes);
      const tags = Array.from({ length: 12 }, (_, index) => `${algorithm}-${index}`);
      const answer = await suite.putManifest(repository, `${digest}?${tags.map((tag) => `tag=${tag}`).join("&")}`, bytes);
      expect([answer.status, String(answer.headers["oci-tag"]).split(", ")]).toEqual([201, tags]);
      for (const tag of tags)
        expect((await suite.raw("HEAD", `/v2/${repository}/manifests/${tag}`)).headers["docker-content-digest"]).toBe(digest);
    }
    const untagged = emptyManifest();
    expect((await suite.putManifest(repository, digestIn("sha256", untagged), untagged)).headers["oci-tag"]).toBeUndefined();
  },
);

must("Pushing Manifests with tag parameters", "one tag that may not move stops them all", async () => {
  const repository = await seeded(suite);
  const [first, second] = [emptyManifest(), emptyManifest()];
  await suite.putManifest(repository, "1.0.0", first);
  const refused = await suite.putManifest(repository, `${digestIn("sha256", second)}?tag=latest&tag=1.0.0`, second);
  expect([refused.status, refused.code, refused.headers["oci-tag"]]).toEqual([409, "DENIED", undefined]);
  expect((await suite.raw("HEAD", `/v2/${repository}/manifests/latest`)).status).toBe(404);
  expect((await suite.putManifest(repository, `${digestIn("sha256", second)}?tag=latest&tag=no%20tag`, second)).status).toBe(400);
});

must(
  "Pushing Manifests with Subject",
  "a registry that supports the referrers API MUST respond with `OCI-Subject: <subject digest>`",
  async () => {
    const repository = await seeded(suite);
    const subject = describeBytes(MEDIA.ociManifest, "subject");
    expect((await suite.putManifest(repository, "a", emptyManifest({ subject }))).headers["oci-subject"]).toBe(subject.digest);
    const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [], subject }));
    expect((await suite.putManifest(repository, "b", index, MEDIA.ociIndex)).headers["oci-subject"]).toBe(subject.digest);
    expect((await suite.putManifest(repository, "c", emptyManifest())).headers["oci-subject"]).toBeUndefined();
  },
);
