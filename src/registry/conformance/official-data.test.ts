import { expect, test } from "vitest";
import { MEDIA } from "../../image/index.ts";
import type { DataSet } from "./official-data.fixture.ts";
import { SETS } from "./official-sets.fixture.ts";
import { type DescriptorJson, OCTETS, startSuite } from "./suite.fixture.ts";

const suite = startSuite();

/** The four ways of conformance/run.go (TestPushBlobAny), one after the other. */
const WAYS: readonly ((repository: string, digest: string, bytes: Buffer) => Promise<number>)[] = [
  async (repository, digest, bytes) =>
    (await suite.raw("PUT", `${await suite.begin(repository)}?digest=${digest}`, { headers: OCTETS, body: bytes })).status,
  async (repository, digest, bytes) =>
    (await suite.raw("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, { headers: OCTETS, body: bytes })).status,
  async (repository, digest, bytes) => {
    const location = await suite.begin(repository);
    // Go's client sends a body of unknown length in pieces.
    await suite.raw("PATCH", location, { headers: { ...OCTETS, "transfer-encoding": "chunked" }, body: bytes });
    return (await suite.raw("PUT", `${location}?digest=${digest}`, { headers: OCTETS })).status;
  },
  async (repository, digest, bytes) => {
    const location = await suite.begin(repository);
    for (let at = 0; at < bytes.length; at += 1024) {
      const part = bytes.subarray(at, at + 1024);
      await suite.raw("PATCH", location, { headers: { ...OCTETS, "content-range": `${at}-${at + part.length - 1}` }, body: part });
    }
    return (await suite.raw("PUT", `${location}?digest=${digest}`, { headers: OCTETS })).status;
  },
];

const ACCEPT = { accept: `${MEDIA.ociIndex}, ${MEDIA.ociManifest}` };
const query = (tags: readonly string[]): string => (tags.length === 0 ? "" : `?${tags.map((tag) => `tag=${tag}`).join("&")}`);

const push = async (repository: string, { blobs, manifests, tags, tagParameters }: DataSet): Promise<void> => {
  let way = 0;
  for (const [digest, bytes] of blobs) expect(await WAYS[way++ % WAYS.length]?.(repository, digest, bytes)).toBe(201);
  const put = async (reference: string, digest: string): Promise<unknown> => {
    const manifest = manifests.get(digest);
    const answer = await suite.putManifest(repository, reference, manifest?.bytes ?? Buffer.alloc(0), manifest?.mediaType);
    expect([answer.status, answer.headers["docker-content-digest"], answer.headers["oci-subject"]]).toEqual([
      201,
      digest,
      manifest?.subject,
    ]);
    return answer.headers["oci-tag"];
  };
  for (const digest of manifests.keys()) {
    const mine = tagParameters ? [...tags].filter(([, tagged]) => tagged === digest).map(([tag]) => tag) : [];
    const accepted = await put(`${digest}${query(mine)}`, digest);
    expect(accepted).toBe(mine.length === 0 ? undefined : mine.join(", "));
  }
  if (!tagParameters) for (const [tag, digest] of tags) await put(tag, digest);
};

const pull = async (repository: string, { blobs, manifests, tags }: DataSet): Promise<void> => {
  const all = JSON.parse((await suite.raw("GET", `/v2/${repository}/tags/list`)).body.toString()) as { tags: string[] };
  expect(all.tags).toEqual([...tags.keys()].toSorted());
  const wanted = [
    ...[...manifests].map(([digest, { bytes, mediaType }]) => [`manifests/${digest}`, digest, bytes, mediaType] as const),
    ...[...tags].map(([tag, digest]) => {
      const { bytes, mediaType } = manifests.get(digest) ?? { bytes: Buffer.alloc(0), mediaType: "" };
      return [`manifests/${tag}`, digest, bytes, mediaType] as const;
    }),
    ...[...blobs].map(([digest, bytes]) => [`blobs/${digest}`, digest, bytes, "application/octet-stream"] as const),
  ];
  for (const [path, digest, bytes, type] of wanted)
    for (const method of ["HEAD", "GET"]) {
      const { status, headers, body } = await suite.raw(method, `/v2/${repository}/${path}`, { headers: ACCEPT });
      expect([status, headers["docker-content-digest"], headers["content-length"], headers["content-type"]]).toEqual([
        200,
        digest,
        String(bytes.length),
        type,
      ]);
      expect(body.equals(method === "GET" ? bytes : Buffer.alloc(0))).toBe(true);
    }
};

const refer = async (repository: string, { referrers }: DataSet): Promise<void> => {
  for (const [subject, goals] of referrers)
    for (const type of [undefined, ...new Set(goals.map(({ artifactType }) => artifactType ?? ""))]) {
      const asked = type === undefined ? "" : `?artifactType=${encodeURIComponent(type)}`;
      const answer = await suite.raw("GET", `/v2/${repository}/referrers/${subject}${asked}`);
      const index = JSON.parse(answer.body.toString()) as { manifests: DescriptorJson[] };
      const expected = goals.filter(({ artifactType = "" }) => type === undefined || artifactType === type);
      const ordered = (list: readonly DescriptorJson[]): DescriptorJson[] => list.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
      expect([answer.status, answer.headers["content-type"], ordered(index.manifests)]).toEqual([200, MEDIA.ociIndex, ordered(expected)]);
      expect(answer.headers["oci-filters-applied"]).toBe(type === undefined ? undefined : "artifactType");
    }
};

const remove = async (repository: string, { blobs, manifests, tags }: DataSet): Promise<void> => {
  const paths = [
    ...[...tags.keys()].map((tag) => `manifests/${tag}`),
    ...[...manifests.keys()].toReversed().map((digest) => `manifests/${digest}`),
    ...[...blobs.keys()].map((digest) => `blobs/${digest}`),
  ];
  for (const path of paths) {
    expect([path, (await suite.raw("DELETE", `/v2/${repository}/${path}`)).status]).toEqual([path, 202]);
    expect([path, (await suite.raw("HEAD", `/v2/${repository}/${path}`)).status]).toEqual([path, 404]);
  }
};

// All in one repository, as the official suite does it: what one leaves behind stands in the way of the next.
test.each(SETS)("official data set: %s is pushed, listed, pulled, referred to and deleted", async (name, make) => {
  const set = make(name);
  await push("conformance/repo1", set);
  await pull("conformance/repo1", set);
  await refer("conformance/repo1", set);
  await remove("conformance/repo1", set);
});
