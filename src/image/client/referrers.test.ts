import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type Digest, digestOf, hexOf, parseReference } from "../../core/index.ts";
import { MEDIA, pushArtifact } from "../index.ts";
import { clientOf } from "./client-of.fixture.ts";
import { scriptedServer } from "./scripted-server.fixture.ts";

const SUBJECT = { mediaType: MEDIA.ociManifest, digest: digestOf("subject"), size: 7 };
const TAG = `sha256-${hexOf(SUBJECT.digest)}`;
const artifact = (name: string, artifactType = "application/vnd.test") => ({
  artifactType,
  config: { mediaType: MEDIA.ociEmpty, bytes: Buffer.from("{}") },
  layers: [{ mediaType: "text/plain", bytes: Buffer.from(name) }],
  subject: SUBJECT,
  annotations: { name },
});

/** A registry of manifests alone: every blob is there already. With `conditions`, PUT takes If-Match and If-None-Match. `before` runs before each PUT of the tag. */
const store = async (options: { conditions?: boolean; api?: boolean; before?: (tags: Map<string, Buffer>) => void } = {}) => {
  const kept = new Map<string, Buffer>();
  const conditions: string[] = [];
  const server = await scriptedServer((request, response, { method, url, body }) => {
    const name = decodeURIComponent(url.split("/").at(-1) ?? "");
    if (url.includes("/blobs/")) return void response.writeHead(200).end();
    if (url.includes("/referrers/"))
      return void response
        .writeHead(options.api === true ? 200 : 404)
        .end(options.api === true ? '{"schemaVersion":2,"manifests":[]}' : "");
    const found = kept.get(name);
    const etag = found === undefined ? undefined : `"${createHash("md5").update(found).digest("hex")}"`;
    if (method === "DELETE") return void response.writeHead(kept.delete(name) ? 202 : 404).end();
    if (method === "GET") {
      const headers = {
        "content-type": name.startsWith("sha256-") ? MEDIA.ociIndex : MEDIA.ociManifest,
        ...(options.conditions === true && etag !== undefined ? { etag } : {}),
      };
      return void response.writeHead(found === undefined ? 404 : 200, headers).end(found);
    }
    if (name === TAG) options.before?.(kept);
    const now = kept.get(name);
    const current = now === undefined ? undefined : `"${createHash("md5").update(now).digest("hex")}"`;
    const { "if-match": match, "if-none-match": none } = request.headers;
    if (match !== undefined) conditions.push("if-match");
    if (none !== undefined) conditions.push("if-none-match");
    if (options.conditions === true && ((match !== undefined && match !== current) || (none === "*" && current !== undefined)))
      return void response.writeHead(412).end();
    kept.set(name, Buffer.from(body));
    return void response.writeHead(201, options.api === true ? { "oci-subject": SUBJECT.digest } : {}).end();
  });
  return { server, kept, conditions, at: parseReference(`${server.host}/team/app`) };
};

const listed = (
  kept: ReadonlyMap<string, Buffer>,
): readonly { digest: Digest; artifactType?: string; annotations?: Record<string, string> }[] =>
  (JSON.parse(kept.get(TAG)?.toString() ?? '{"manifests":[]}') as { manifests: [] }).manifests;

test("where the registry does not list a referrer, the fallback tag does, with its type and annotations; and takes it off again", async () => {
  const { server, kept, at } = await store();
  await using _ = server;
  const client = clientOf();
  const first = await pushArtifact(client, at, artifact("one"));
  await pushArtifact(client, at, artifact("one"));
  const second = await pushArtifact(client, at, artifact("two", "application/vnd.other"));
  expect(listed(kept)).toEqual([
    {
      mediaType: MEDIA.ociManifest,
      digest: first.digest,
      size: first.bytes.length,
      artifactType: "application/vnd.test",
      annotations: { name: "one" },
    },
    {
      mediaType: MEDIA.ociManifest,
      digest: second.digest,
      size: second.bytes.length,
      artifactType: "application/vnd.other",
      annotations: { name: "two" },
    },
  ]);
  expect((await client.referrers(at, SUBJECT.digest)).map(({ digest }) => digest)).toEqual([first.digest, second.digest]);
  expect((await client.referrers(at, SUBJECT.digest, "application/vnd.other")).map(({ digest }) => digest)).toEqual([second.digest]);
  await client.deleteManifest({ ...at, digest: first.digest });
  expect(listed(kept).map(({ digest }) => digest)).toEqual([second.digest]);
});

test("a registry with the API is left alone", async () => {
  const { server, kept, at } = await store({ api: true });
  await using _ = server;
  await pushArtifact(clientOf(), at, artifact("one"));
  expect(kept.has(TAG)).toBe(false);
});

test.each([true, false])("twenty at once are all listed; conditions are taken by the registry: %s", async (conditions) => {
  const { server, kept, at } = await store({ conditions });
  await using _ = server;
  const client = clientOf();
  const pushed = await Promise.all(Array.from({ length: 20 }, (_each, nth) => pushArtifact(client, at, artifact(`number ${nth}`))));
  expect(new Set(listed(kept).map(({ digest }) => digest))).toEqual(new Set(pushed.map(({ digest }) => digest)));
});

test("somebody else's entry that came between is merged, not lost", async () => {
  const other = { mediaType: MEDIA.ociManifest, digest: digestOf("somebody else's"), size: 1 };
  let times = 0;
  const { server, kept, conditions, at } = await store({
    conditions: true,
    before: (tags) => {
      times += 1;
      if (times === 1) tags.set(TAG, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.ociIndex, manifests: [other] })));
    },
  });
  await using _ = server;
  const { digest } = await pushArtifact(clientOf(), at, artifact("one"));
  expect(listed(kept).map((entry) => entry.digest)).toEqual([other.digest, digest]);
  expect(conditions).toEqual(["if-none-match", "if-match"]);
});

test("pages of referrers are followed at home only, and end", async () => {
  const page = (name: string) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociIndex,
      manifests: [{ mediaType: MEDIA.ociManifest, digest: digestOf(name), size: 1 }],
    });
  const start = `/v2/team/app/referrers/${SUBJECT.digest}`;
  const paged = (next: (url: string) => string | undefined) =>
    scriptedServer((_request, response, { url }) => {
      const link = next(url);
      response.writeHead(200, { "content-type": MEDIA.ociIndex, ...(link === undefined ? {} : { link: `<${link}>; rel="next"` }) });
      response.end(page(url));
    });
  await using good = await paged((url) => (url === start ? `${start}?page=2` : undefined));
  const at = (host: string) => parseReference(`${host}/team/app`);
  expect((await clientOf().referrers(at(good.host), SUBJECT.digest)).map(({ digest }) => digest)).toEqual([
    digestOf(start),
    digestOf(`${start}?page=2`),
  ]);
  await using away = await paged(() => "http://127.0.0.2:1/v2/");
  await expect(clientOf().referrers(at(away.host), SUBJECT.digest)).rejects.toThrow(/lead elsewhere/);
  let pages = 0;
  await using endless = await paged(() => `${start}?page=${(pages += 1)}`);
  await expect(clientOf().referrers(at(endless.host), SUBJECT.digest)).rejects.toThrow(/do not end/);
  expect(pages).toBeLessThan(1000);
});
