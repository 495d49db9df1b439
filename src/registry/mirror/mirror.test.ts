import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { byDigest, type Clock, digestOf, fakeClock, systemClock } from "../../core/index.ts";
import { collect, copyFromRegistry, copyToRegistry, MEDIA } from "../../image/index.ts";
import {
  makeImage,
  makeIndex,
  seed,
  smallManifest,
  startTestRegistry,
  temporaryFolder,
  temporaryLayout,
  type TestRegistry,
} from "../registry.fixture.ts";
import { scriptedUpstream } from "./scripted-upstream.fixture.ts";
import type { MirrorSettings } from "./settings.ts";

interface Pair extends AsyncDisposable {
  readonly upstream: TestRegistry;
  readonly mirror: TestRegistry;
  /** `METHOD /path` as upstream heard them. */
  readonly heard: string[];
  /** Where the upstream's repositories stand in the mirror. */
  readonly prefix: string;
}

const startPair = async (settings: Partial<MirrorSettings> = {}, clock: Clock = systemClock): Promise<Pair> => {
  const heard: string[] = [];
  const upstream = await startTestRegistry({
    log: ({ level, message }) => void (level === "debug" && heard.push(message)),
  });
  const mirror = await startTestRegistry({ clock, mirrors: [{ upstream: upstream.running.address, name: "up", ...settings }] });
  return {
    upstream,
    mirror,
    heard,
    prefix: "mirror/up",
    [Symbol.asyncDispose]: async () => {
      await mirror[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
};

const pushSmall = async (registry: TestRegistry, repository: string, tag: string, name: string): Promise<string> => {
  await seed(registry, repository);
  const { bytes, digest } = smallManifest(name);
  await registry.client.pushManifest(registry.at(`${repository}:${tag}`), bytes, MEDIA.ociManifest);
  return digest;
};

test("a cold image pulled by eight clients at once costs one upstream request for its manifest and one for each blob", async () => {
  await using pair = await startPair();
  const layout = await temporaryLayout();
  const digest = await makeImage(layout, [
    { path: "a", body: randomBytes(6_000_000) },
    { path: "b", body: randomBytes(3_000_000) },
  ]);
  await copyToRegistry(layout, digest, pair.upstream.client, pair.upstream.at("team/app:1.0.0"));
  pair.heard.length = 0;
  const pulled = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const into = await temporaryLayout();
      return (await copyFromRegistry(pair.mirror.client, pair.mirror.at(`${pair.prefix}/team/app:1.0.0`), into)).digest;
    }),
  );
  expect(pulled).toEqual(Array.from({ length: 8 }, () => digest));
  expect(pair.heard.filter((line) => line.includes("/manifests/"))).toHaveLength(1);
  const blobs = pair.heard.filter((line) => line.startsWith("GET ") && line.includes("/blobs/"));
  expect(new Set(blobs).size).toBe(3);
  expect(blobs).toHaveLength(3);
  // And from then on nothing at all.
  pair.heard.length = 0;
  await copyFromRegistry(pair.mirror.client, pair.mirror.at(`${pair.prefix}/team/app:1.0.0`), await temporaryLayout());
  expect(pair.heard).toEqual([]);
});

test("an index keeps its bytes, and a platform's manifest comes only when it is asked for", async () => {
  await using pair = await startPair();
  const layout = await temporaryLayout();
  const [amd, arm] = [await makeImage(layout), await makeImage(layout, undefined, "arm64")];
  const index = await makeIndex(layout, [
    { digest: amd, architecture: "amd64" },
    { digest: arm, architecture: "arm64" },
  ]);
  await copyToRegistry(layout, index, pair.upstream.client, pair.upstream.at("team/multi:latest"));
  pair.heard.length = 0;
  const answer = await pair.mirror.raw("GET", `/v2/${pair.prefix}/team/multi/manifests/latest`);
  expect(digestOf(answer.body)).toBe(index);
  expect(answer.headers["content-type"]).toBe(MEDIA.ociIndex);
  expect(pair.heard).toHaveLength(1);
  expect((await pair.mirror.raw("HEAD", `/v2/${pair.prefix}/team/multi/manifests/${arm}`)).status).toBe(200);
  expect(pair.heard.filter((line) => line.includes(amd))).toEqual([]);
});

test("a tag is asked about once in its time, and only a tag that moved is fetched again", async () => {
  const clock = fakeClock();
  await using pair = await startPair({ freshForMs: 60_000 }, clock);
  const first = await pushSmall(pair.upstream, "team/app", "latest", "first");
  const at = `/v2/${pair.prefix}/team/app/manifests/latest`;
  const pull = async (): Promise<string | undefined> => (await pair.mirror.raw("GET", at)).headers["docker-content-digest"]?.toString();
  pair.heard.length = 0;
  expect([await pull(), await pull()]).toEqual([first, first]);
  expect(pair.heard).toHaveLength(1);
  const second = await pushSmall(pair.upstream, "team/app", "latest", "second");
  pair.heard.length = 0;
  expect(await pull()).toBe(first);
  await clock.sleep(61_000);
  expect(await pull()).toBe(second);
  expect(pair.heard.map((line) => line.split(" ")[0])).toEqual(["HEAD", "GET"]);
  pair.heard.length = 0;
  await clock.sleep(61_000);
  expect(await pull()).toBe(second);
  expect(pair.heard.map((line) => line.split(" ")[0])).toEqual(["HEAD"]);
});

test("upstream is gone: what is here is served with its age, what is not is 503 and never 404", async () => {
  const clock = fakeClock();
  await using pair = await startPair({ freshForMs: 60_000 }, clock);
  const digest = await pushSmall(pair.upstream, "team/app", "latest", "first");
  const at = `/v2/${pair.prefix}/team/app/manifests`;
  expect((await pair.mirror.raw("GET", `${at}/latest`)).status).toBe(200);
  expect((await pair.mirror.raw("GET", `${at}/none`)).status).toBe(404);
  await clock.sleep(100_000);
  await pair.upstream.running.close();
  const stale = await pair.mirror.raw("GET", `${at}/latest`);
  expect([stale.status, stale.headers["docker-content-digest"], stale.headers["age"]]).toEqual([200, digest, "100"]);
  // Distribution-spec, "Warnings": code 299, agent -, no date, at most 4096 bytes.
  expect(stale.headers["warning"]).toMatch(/^299 - "[^"]{1,200}"$/);
  expect((await pair.mirror.raw("GET", `${at}/${digest}`)).headers["age"]).toBeUndefined();
  const unknown = await pair.mirror.raw("GET", `${at}/none`);
  expect([unknown.status, unknown.code]).toEqual([503, "UNKNOWN"]);
  expect(Number(unknown.headers["retry-after"])).toBeGreaterThan(0);
  expect(unknown.message).toMatch(/cannot be asked/);
  expect((await pair.mirror.raw("GET", `/v2/${pair.prefix}/team/app/blobs/${digestOf("nothing")}`)).status).toBe(503);
  expect((await pair.mirror.raw("GET", `/v2/${pair.prefix}/team/app/tags/list`)).status).toBe(503);
});

test("a tag that upstream deleted is gone here too, and what it stood for can still be pulled by digest", async () => {
  const clock = fakeClock();
  await using pair = await startPair({ freshForMs: 1000 }, clock);
  const digest = await pushSmall(pair.upstream, "team/app", "latest", "first");
  const at = `/v2/${pair.prefix}/team/app/manifests`;
  await pair.mirror.raw("GET", `${at}/latest`);
  await pair.upstream.raw("DELETE", "/v2/team/app/manifests/latest");
  await clock.sleep(2000);
  expect((await pair.mirror.raw("GET", `${at}/latest`)).status).toBe(404);
  expect((await pair.mirror.raw("GET", `${at}/${digest}`)).status).toBe(200);
});

test("nothing is pushed under mirror/, whether a mirror of that name is set up or not, and local names never lead upstream", async () => {
  await using pair = await startPair();
  await pushSmall(pair.upstream, "team/app", "latest", "first");
  for (const repository of ["mirror/up/team/app", "mirror/other/app", "mirror/up"]) {
    const upload = await pair.mirror.raw("POST", `/v2/${repository}/blobs/uploads/`);
    expect([upload.status, upload.code]).toEqual([403, "DENIED"]);
    const { bytes } = smallManifest("mine");
    const put = await pair.mirror.raw("PUT", `/v2/${repository}/manifests/latest`, {
      body: bytes,
      headers: { "content-type": MEDIA.ociManifest },
    });
    expect([put.status, put.code]).toEqual([403, "DENIED"]);
  }
  pair.heard.length = 0;
  expect((await pair.mirror.raw("GET", "/v2/team/app/manifests/latest")).status).toBe(404);
  expect((await pair.mirror.raw("GET", "/v2/mirror/other/app/manifests/latest")).code).toBe("NAME_UNKNOWN");
  expect(pair.heard).toEqual([]);
  // A local repository of the same name and its tag are another thing.
  const mine = await pushSmall(pair.mirror, "team/app", "latest", "mine");
  const theirs = await pair.mirror.raw("GET", "/v2/mirror/up/team/app/manifests/latest");
  expect((await pair.mirror.raw("GET", "/v2/team/app/manifests/latest")).headers["docker-content-digest"]).toBe(mine);
  expect(theirs.headers["docker-content-digest"]).not.toBe(mine);
});

test("a client that says whose mirror it asks (?ns=) and a listener that acts as one both read upstream's names", async () => {
  await using pair = await startPair({ listen: { host: "127.0.0.1", port: 0 } });
  const host = pair.upstream.running.address;
  const theirs = await pushSmall(pair.upstream, "team/app", "latest", "theirs");
  const mine = await pushSmall(pair.mirror, "team/app", "latest", "mine");
  const digestAt = async (path: string): Promise<unknown> => (await pair.mirror.raw("GET", path)).headers["docker-content-digest"];
  expect(await digestAt(`/v2/team/app/manifests/latest?ns=${host}`)).toBe(theirs);
  expect(await digestAt(`/v2/team/app/manifests/latest?ns=${pair.mirror.running.address}`)).toBe(mine);
  expect(await digestAt("/v2/team/app/manifests/latest")).toBe(mine);
  // Distribution-spec, "Registry Proxying": a request that `ns` scoped says so, and no other.
  const namespaceAt = async (query: string): Promise<unknown> =>
    (await pair.mirror.raw("HEAD", `/v2/team/app/manifests/latest${query}`)).headers["oci-namespace"];
  expect(await namespaceAt(`?ns=${host}`)).toBe(host);
  expect(await namespaceAt(`?ns=${pair.mirror.running.address}`)).toBeUndefined();
  expect(await namespaceAt("")).toBeUndefined();
  const other = await pair.mirror.raw("GET", "/v2/team/app/manifests/latest?ns=elsewhere.example");
  expect([other.status, other.code]).toEqual([404, "NAME_UNKNOWN"]);
  const listener = pair.mirror.running.mirrorAddresses.get(host) ?? "";
  const answer = await fetch(`http://${listener}/v2/team/app/manifests/latest`);
  expect(answer.headers.get("docker-content-digest")).toBe(theirs);
  expect((await fetch(`http://${listener}/v2/team/app/blobs/uploads/`, { method: "POST" })).status).toBe(403);
});

test("only the repositories that a mirror carries are fetched", async () => {
  await using pair = await startPair({ repositories: ["team/*"] });
  await pushSmall(pair.upstream, "team/app", "latest", "one");
  await pushSmall(pair.upstream, "secret/app", "latest", "two");
  pair.heard.length = 0;
  expect((await pair.mirror.raw("GET", "/v2/mirror/up/team/app/manifests/latest")).status).toBe(200);
  const refused = await pair.mirror.raw("GET", "/v2/mirror/up/secret/app/manifests/latest");
  expect([refused.status, refused.code]).toEqual([403, "DENIED"]);
  expect(pair.heard.filter((line) => line.includes("secret"))).toEqual([]);
});

test("tags, with their pages, and referrers are upstream's own", async () => {
  await using pair = await startPair();
  const subject = await pushSmall(pair.upstream, "team/app", "a", "a");
  for (const tag of ["b", "c", "d"]) await pushSmall(pair.upstream, "team/app", tag, tag);
  const referrer = smallManifest("signature", subject as ReturnType<typeof digestOf>);
  await pair.upstream.client.pushManifest(byDigest(pair.upstream.at("team/app"), referrer.digest), referrer.bytes, MEDIA.ociManifest);
  const page = await pair.mirror.raw("GET", "/v2/mirror/up/team/app/tags/list?n=2");
  expect(JSON.parse(page.body.toString())).toEqual({ name: "mirror/up/team/app", tags: ["a", "b"] });
  expect(await pair.mirror.client.tags(pair.mirror.at("mirror/up/team/app"))).toEqual(["a", "b", "c", "d"]);
  const { client } = pair.mirror;
  const found = await client.referrers(pair.mirror.at("mirror/up/team/app"), subject as ReturnType<typeof digestOf>);
  expect(found.map(({ digest }) => digest)).toEqual([referrer.digest]);
  expect(await client.referrers(pair.mirror.at("mirror/up/team/app"), subject as ReturnType<typeof digestOf>, "other/type")).toEqual([]);
});

test("a range of a blob that is not here is answered as a range, and the whole is here afterwards", async () => {
  await using pair = await startPair();
  const bytes = randomBytes(2_000_000);
  const { digest } = await pair.upstream.client.pushBlob(pair.upstream.at("team/app"), bytes);
  pair.heard.length = 0;
  const path = `/v2/mirror/up/team/app/blobs/${digest}`;
  const head = await pair.mirror.raw("HEAD", path);
  expect([head.status, head.headers["content-length"]]).toEqual([200, "2000000"]);
  const part = await pair.mirror.raw("GET", path, { headers: { range: "bytes=1000000-1000099" } });
  expect([part.status, part.headers["content-range"]]).toEqual([206, "bytes 1000000-1000099/2000000"]);
  expect(part.body.equals(bytes.subarray(1_000_000, 1_000_100))).toBe(true);
  expect((await pair.mirror.raw("GET", path)).body.equals(bytes)).toBe(true);
  expect(pair.heard.filter((line) => line.startsWith("GET"))).toHaveLength(1);
  expect((await collect(pair.mirror.client.blob(pair.mirror.at("mirror/up/team/app"), digest), 1e7, "blob")).length).toBe(2_000_000);
});

test("what a mirror has, it has after a restart, without upstream", async () => {
  const folder = temporaryFolder();
  const upstream = await startTestRegistry();
  const layout = await temporaryLayout();
  const digest = await makeImage(layout);
  await copyToRegistry(layout, digest, upstream.client, upstream.at("team/app:latest"));
  const mirrors = [{ upstream: upstream.running.address, name: "up" }];
  const first = await startTestRegistry({ dataFolder: folder, mirrors });
  await copyFromRegistry(first.client, first.at("mirror/up/team/app:latest"), await temporaryLayout());
  await first.running.close();
  await upstream[Symbol.asyncDispose]();
  await using again = await startTestRegistry({ dataFolder: folder, mirrors });
  expect((await copyFromRegistry(again.client, again.at("mirror/up/team/app:latest"), await temporaryLayout())).digest).toBe(digest);
});

test("mirrors are declared in registry.yaml, with credentials from a file that may change", async () => {
  const { bytes } = smallManifest("one");
  const seen: (string | undefined)[] = [];
  await using upstream = await scriptedUpstream((request, response) => {
    seen.push(request.headers.authorization);
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="upstream"' });
      response.end();
      return;
    }
    response.writeHead(200, { "content-type": MEDIA.ociManifest, "content-length": bytes.length });
    response.end(bytes);
  });
  const folder = temporaryFolder();
  writeFileSync(join(folder, "upstream-password"), "first-of-upstream\n");
  writeFileSync(
    join(folder, "registry.yaml"),
    `mirrors:\n  - upstream: ${upstream.host}\n    name: up\n    listen: 127.0.0.1:0\n    repositories: [team/**]\n    credentials: {username: robot, passwordFile: upstream-password}\n`,
  );
  await using mirror = await startTestRegistry({ dataFolder: folder });
  expect((await mirror.raw("GET", "/v2/mirror/up/team/app/manifests/latest")).status).toBe(200);
  expect(seen.at(-1)).toBe(`Basic ${Buffer.from("robot:first-of-upstream").toString("base64")}`);
  expect([...mirror.running.mirrorAddresses.keys()]).toEqual([upstream.host]);
  expect((await mirror.raw("GET", "/v2/mirror/up/other/app/manifests/latest")).status).toBe(403);
  writeFileSync(join(folder, "upstream-password"), "second-of-upstream\n");
  await mirror.raw("GET", "/v2/mirror/up/team/app/manifests/other");
  expect(seen.at(-1)).toBe(`Basic ${Buffer.from("robot:second-of-upstream").toString("base64")}`);
});

test.each([
  ["- upstream: https://ghcr.io", /expected a registry as it stands in image names/],
  ["- upstream: ghcr.io\n    name: a/b", /expected one part of a repository's name/],
  ["- upstream: ghcr.io\n    listen: nowhere", /expected HOST:PORT/],
  ["- upstream: ghcr.io\n    repositories: ['[a-z]']", /expected a pattern of repositories/],
  ["- upstream: ghcr.io\n    credentials: {username: a}", /passwordFile/],
  ["- upstream: ghcr.io\n    fresh: 1m", /unknown field "fresh" in mirrors.0; did you mean "freshFor"/],
  ["- upstream: ghcr.io\n  - upstream: ghcr.io", /expected each upstream and each name once/],
])("%s is refused at its place", async (text, said) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "registry.yaml"), `mirrors:\n  ${text}\n`);
  await expect(startTestRegistry({ dataFolder: folder })).rejects.toMatchObject({ problems: [expect.stringMatching(said)] });
});
