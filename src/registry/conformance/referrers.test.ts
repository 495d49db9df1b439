import { expect } from "vitest";
import { MEDIA } from "../../image/index.ts";
import { describeBytes, type DescriptorJson, digestIn, emptyManifest, must, NOWHERE, seeded, startSuite } from "./suite.fixture.ts";

const suite = startSuite();
const [TYPE_1, TYPE_2] = ["application/vnd.example.oci.conformance.v1", "application/vnd.example.oci.conformance.v2"];

interface Listed {
  readonly manifests: readonly DescriptorJson[];
  readonly filters: unknown;
  readonly link: string | undefined;
}

const list = async (path: string): Promise<Listed> => {
  const answer = await suite.raw("GET", path);
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, MEDIA.ociIndex]);
  const index = JSON.parse(answer.body.toString()) as { schemaVersion: number; mediaType: string; manifests: DescriptorJson[] };
  expect([index.schemaVersion, index.mediaType]).toEqual([2, MEDIA.ociIndex]);
  const { link } = answer.headers;
  return { manifests: index.manifests, filters: answer.headers["oci-filters-applied"], link: typeof link === "string" ? link : undefined };
};
const of = (repository: string, subject: string, query = ""): Promise<Listed> => list(`/v2/${repository}/referrers/${subject}${query}`);
const indexOf = (fields: Readonly<Record<string, unknown>>): Buffer =>
  Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [], ...fields }));

must("Listing Referrers (end-12a)", "the registry MUST NOT return a `404 Not Found` to a referrers API request", async () => {
  expect((await of(await seeded(suite), NOWHERE)).manifests).toEqual([]);
  expect((await of("conformance/nobody", NOWHERE)).manifests).toEqual([]);
});

must(
  "Listing Referrers",
  "If the request is invalid, such as a `<digest>` with an invalid syntax, a `400 Bad Request` MUST be returned",
  async () => {
    for (const digest of ["sha256:abc", "latest", "sha256:", "md5:d41d8cd98f00b204e9800998ecf8427e"])
      expect((await suite.raw("GET", `/v2/a/referrers/${digest}`)).status).toBe(400);
  },
);

must(
  "Listing Referrers",
  "Each descriptor is of an image or index in the same `<name>` namespace with a `subject` field that specifies the value of `<digest>`",
  async () => {
    const [here, there] = [await seeded(suite), await seeded(suite)];
    const subject = describeBytes(MEDIA.ociManifest, "subject");
    const [mine, other, unrelated] = [emptyManifest({ subject }), emptyManifest({ subject }), emptyManifest()];
    await suite.putManifest(here, digestIn("sha256", mine), mine);
    await suite.putManifest(here, digestIn("sha256", unrelated), unrelated);
    await suite.putManifest(there, digestIn("sha256", other), other);
    expect((await of(here, subject.digest)).manifests).toMatchObject([describeBytes(MEDIA.ociManifest, mine)]);
  },
);

must(
  "Listing Referrers",
  "The descriptors MUST include an `artifactType` field: the manifest's, or of an image without one its configuration's media type; of an index without one it MUST be omitted",
  async () => {
    const repository = await seeded(suite);
    const subject = describeBytes(MEDIA.ociManifest, "subject");
    const pushed: readonly (readonly [Buffer, string, string | undefined])[] = [
      [emptyManifest({ subject, artifactType: TYPE_1 }), MEDIA.ociManifest, TYPE_1],
      [emptyManifest({ subject }), MEDIA.ociManifest, MEDIA.ociEmpty],
      [emptyManifest({ subject, artifactType: "" }), MEDIA.ociManifest, MEDIA.ociEmpty],
      [indexOf({ subject, artifactType: TYPE_2 }), MEDIA.ociIndex, TYPE_2],
      [indexOf({ subject }), MEDIA.ociIndex, undefined],
    ];
    for (const [bytes, type] of pushed) await suite.putManifest(repository, digestIn("sha256", bytes), bytes, type);
    const { manifests } = await of(repository, subject.digest);
    for (const [bytes, , artifactType] of pushed) {
      const entry = manifests.find(({ digest }) => digest === digestIn("sha256", bytes));
      expect([entry !== undefined, entry?.artifactType]).toEqual([true, artifactType]);
    }
    expect(manifests).toHaveLength(pushed.length);
  },
);

must("Listing Referrers", "The descriptors MUST include annotations from the image manifest or index", async () => {
  const repository = await seeded(suite);
  const subject = describeBytes(MEDIA.ociManifest, "subject");
  const annotations = { "org.opencontainers.conformance": "hello conformance test", "\u00fc": "\u20ac" };
  const bytes = emptyManifest({ subject, annotations });
  await suite.putManifest(repository, "tagged", bytes);
  expect((await of(repository, subject.digest)).manifests).toEqual([
    { ...describeBytes(MEDIA.ociManifest, bytes), artifactType: MEDIA.ociEmpty, annotations },
  ]);
});

must(
  "Listing Referrers (end-12b)",
  "If filtering is requested and applied, the response MUST include a header `OCI-Filters-Applied: artifactType`",
  async () => {
    const repository = await seeded(suite);
    const subject = describeBytes(MEDIA.ociManifest, "subject");
    for (const artifactType of [TYPE_1, TYPE_1, TYPE_2]) {
      const bytes = emptyManifest({ subject, artifactType });
      await suite.putManifest(repository, digestIn("sha256", bytes), bytes);
    }
    const all = await of(repository, subject.digest);
    expect([all.manifests.length, all.filters]).toEqual([3, undefined]);
    for (const [type, count] of [
      [TYPE_1, 2],
      [TYPE_2, 1],
      ["application/none", 0],
    ] as const) {
      const filtered = await of(repository, subject.digest, `?artifactType=${encodeURIComponent(type)}`);
      expect([filtered.manifests.map(({ artifactType }) => artifactType), filtered.filters]).toEqual([
        Array(count).fill(type),
        "artifactType",
      ]);
    }
  },
);

must(
  "Listing Referrers",
  "A `Link` header MUST be included in the response when the descriptor list cannot be returned in a single manifest",
  async () => {
    const repository = await seeded(suite);
    const subject = describeBytes(MEDIA.ociManifest, "subject");
    const digests = new Set<string>();
    for (let count = 0; count < 9; count += 1) {
      const bytes = emptyManifest({
        subject,
        artifactType: count === 0 ? TYPE_2 : TYPE_1,
        annotations: { large: `${count}`.repeat(900_000) },
      });
      digests.add(digestIn("sha256", bytes));
      await suite.putManifest(repository, digestIn("sha256", bytes), bytes);
    }
    for (const [query, expected] of [
      ["", 9],
      [`?artifactType=${encodeURIComponent(TYPE_1)}`, 8],
    ] as const) {
      const seen: string[] = [];
      let pages = 0;
      for (let path: string | undefined = `/v2/${repository}/referrers/${subject.digest}${query}`; path !== undefined; pages += 1) {
        const answer: Listed = await list(path);
        expect(JSON.stringify(answer.manifests).length).toBeLessThan(4 * 1024 * 1024);
        expect(answer.filters).toBe(query === "" ? undefined : "artifactType");
        seen.push(...answer.manifests.map(({ digest }) => digest));
        path = answer.link === undefined ? undefined : /^<(\/v2\/[^>]+)>; rel="next"$/.exec(answer.link)?.[1];
      }
      expect([new Set(seen).size, seen.length, pages]).toEqual([expected, expected, 3]);
      for (const digest of seen) expect(digests.has(digest)).toBe(true);
    }
  },
);

must(
  "Enabling the Referrers API",
  "Registries MUST include preexisting image manifests that are listed in an image index tagged with the referrers tag schema",
  async () => {
    for (const algorithm of ["sha256", "sha512"] as const) {
      const repository = await seeded(suite);
      const subject = describeBytes(MEDIA.ociManifest, "subject", algorithm);
      const [old, known] = [emptyManifest(), emptyManifest({ subject })];
      for (const bytes of [old, known]) await suite.putManifest(repository, digestIn("sha256", bytes), bytes);
      const entries = [old, known].map((bytes) => ({ ...describeBytes(MEDIA.ociManifest, bytes), artifactType: TYPE_1 }));
      const tag = `${algorithm}-${subject.digest.split(":")[1]?.slice(0, 64)}`;
      expect((await suite.putManifest(repository, tag, indexOf({ manifests: entries }), MEDIA.ociIndex)).status).toBe(201);
      const listed = (await of(repository, subject.digest)).manifests.map(({ digest }) => digest);
      expect(listed.toSorted()).toEqual([old, known].map((bytes) => digestIn("sha256", bytes)).toSorted());
      expect((await of(repository, subject.digest, `?artifactType=${encodeURIComponent(TYPE_1)}`)).manifests).toHaveLength(1);
      // What is gone is no longer listed, whatever the tag says.
      await suite.raw("DELETE", `/v2/${repository}/manifests/${tag}`);
      await suite.raw("DELETE", `/v2/${repository}/manifests/${digestIn("sha256", known)}`);
      expect((await of(repository, subject.digest)).manifests).toEqual([]);
    }
  },
);

must(
  "Enabling the Referrers API",
  "Registries MUST include all newly pushed image manifests with a valid `subject` field in the referrers API response",
  async () => {
    const repository = await seeded(suite);
    for (const algorithm of ["sha256", "sha512"] as const) {
      const subject = describeBytes(MEDIA.ociManifest, "subject", algorithm);
      const bytes = emptyManifest({ subject });
      await suite.putManifest(repository, digestIn(algorithm, bytes), bytes);
      expect((await of(repository, subject.digest)).manifests).toMatchObject([describeBytes(MEDIA.ociManifest, bytes, algorithm)]);
    }
  },
);
