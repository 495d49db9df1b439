import { expect, test } from "vitest";
import { digestOf, fakeClock, parseReference, redact } from "../../core/index.ts";
import { collect, MEDIA } from "../index.ts";
import { parseChallenges } from "./challenge.ts";
import { isInternalAddress, sameOwner } from "./endpoint.ts";
import { guardedTarget } from "./redirect.ts";
import { retryAfterMs } from "./retry.ts";
import { clientOf } from "./client-of.fixture.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.fixture.ts";

const MANIFEST = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: { mediaType: MEDIA.ociEmpty, digest: digestOf("{}"), size: 2 },
    layers: [],
  }),
);
const DIGEST = digestOf(MANIFEST);
const PASSWORD = "correct-horse-battery";
const withPassword = async (): Promise<{ username: string; password: string }> => ({ username: "ann", password: PASSWORD });

const at = (server: ScriptedServer, name = "team/app:1.0.0") => parseReference(`${server.host}/${name}`);

test("a bearer token is fetched with credentials once, for the scope that is needed, and used again", async () => {
  await using server = await scriptedServer((request, response, heard) => {
    if (heard.url.startsWith("/token")) return response.end(JSON.stringify({ token: "tok-123456", expires_in: 300 }));
    if (heard.authorization !== "Bearer tok-123456") {
      response.writeHead(401, {
        "www-authenticate": `Bearer realm="http://${request.headers.host}/token",service="reg",scope="repository:team/app:pull"`,
      });
      return response.end();
    }
    response.writeHead(200, { "content-type": MEDIA.ociManifest, "docker-content-digest": DIGEST });
    response.end(MANIFEST);
  });
  const client = clientOf({ credentials: withPassword });
  expect((await client.manifest(at(server))).digest).toBe(DIGEST);
  await client.manifest(at(server));
  expect(server.heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /v2/team/app/manifests/1.0.0",
    "GET /token?service=reg&scope=repository%3Ateam%2Fapp%3Apull&account=ann&client_id=seaworthy",
    "GET /v2/team/app/manifests/1.0.0",
    "GET /v2/team/app/manifests/1.0.0",
  ]);
  expect(server.heard[1]?.authorization).toBe(`Basic ${Buffer.from(`ann:${PASSWORD}`).toString("base64")}`);
});

test("an expired token is renewed; an identity token is posted, not shown", async () => {
  let issued = 0;
  await using server = await scriptedServer((request, response, heard) => {
    if (heard.url === "/token") return response.end(JSON.stringify({ access_token: `token-number-${(issued += 1)}` }));
    if (heard.authorization !== `Bearer token-number-${issued}` || issued === 0) {
      response.writeHead(401, { "www-authenticate": `Bearer realm="http://${request.headers.host}/token",service="reg"` });
      return response.end();
    }
    response.writeHead(200);
    response.end("{}");
  });
  const clock = fakeClock();
  const client = clientOf({ clock, credentials: async () => ({ identityToken: "refresh-me" }) });
  await client.ping(server.host);
  await clock.sleep(3_600_000);
  await client.ping(server.host);
  expect(issued).toBe(2);
  expect(server.heard.find(({ url }) => url === "/token")?.body).toContain("grant_type=refresh_token&refresh_token=refresh-me");
});

test("basic credentials, and a refusal that does not tell them", async () => {
  await using server = await scriptedServer((_request, response) => {
    response.writeHead(401, { "www-authenticate": 'Basic realm="x"' });
    response.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: `no entry for ${PASSWORD}` }] }));
  });
  const error: unknown = await clientOf({ credentials: withPassword })
    .manifest(at(server))
    .catch((thrown: unknown) => thrown);
  expect(server.heard.map(({ authorization }) => authorization?.slice(0, 6))).toEqual([undefined, "Basic "]);
  expect(error).toMatchObject({ code: "REGISTRY_REFUSED", message: expect.stringContaining(`${server.host}/team/app:1.0.0`) });
  expect(redact(JSON.stringify(error)) + String(error)).not.toContain(Buffer.from(`ann:${PASSWORD}`).toString("base64"));
});

test("a token service of strangers never sees credentials", async () => {
  await using server = await scriptedServer((_request, response) => {
    response.writeHead(401, { "www-authenticate": 'Bearer realm="https://evil.example/token",service="reg"' });
    response.end();
  });
  await expect(clientOf({ credentials: withPassword }).ping(server.host)).rejects.toThrow(
    /belongs to another domain; credentials are not sent there/,
  );
});

test("a redirect to another origin goes without Authorization, and the bytes are checked", async () => {
  const bytes = Buffer.from("layer bytes");
  await using storage = await scriptedServer((_request, response) => response.end(bytes));
  await using server = await scriptedServer((_request, response, heard) => {
    if (heard.authorization === undefined) response.writeHead(401, { "www-authenticate": "Basic realm=x" });
    else response.writeHead(307, { location: `http://${storage.host}/bucket/blob?sig=1` });
    response.end();
  });
  const client = clientOf({ credentials: withPassword });
  expect(Buffer.from(await collect(client.blob(at(server), digestOf(bytes), bytes.length), 100, "blob"))).toEqual(bytes);
  expect(storage.heard).toEqual([{ method: "GET", url: "/bucket/blob?sig=1", authorization: undefined, body: "" }]);
  await expect(collect(client.blob(at(server), digestOf("other")), 100, "blob")).rejects.toThrow(/do not have the digest/);
  await expect(collect(client.blob(at(server), digestOf(bytes), 5), 100, "blob")).rejects.toThrow(/longer than the 5 bytes/);
});

test("redirects in a circle, and without end, stop", async () => {
  await using server = await scriptedServer((_request, response) => {
    response.writeHead(302, { location: "/v2/again" });
    response.end();
  });
  await expect(clientOf().ping(server.host)).rejects.toThrow(/redirects more than 5 times/);
});

test.each([
  ["https://registry.example/v2/", "http://registry.example/x", "https://registry.example/x"],
  ["https://registry.example/v2/", "/x?_state=a%2Fb", "https://registry.example/x?_state=a%2Fb"],
  ["https://registry.example/v2/", "https://storage.example/x", "https://storage.example/x"],
  ["https://registry.example/v2/", "http://storage.example/x", undefined],
  ["https://registry.example/v2/", "https://169.254.169.254/latest", undefined],
  ["https://registry.example/v2/", "https://[::ffff:127.0.0.1]/x", undefined],
  ["https://registry.example/v2/", "https://0x7f.1/x", undefined],
  ["https://registry.example/v2/", "https://10.0.0.1/x", undefined],
  ["https://registry.example/v2/", "https://user:pass@storage.example/x", undefined],
  ["https://registry.example/v2/", "file:///etc/passwd", undefined],
  ["http://127.0.0.1:5000/v2/", "http://127.0.0.1:9000/x", "http://127.0.0.1:9000/x"],
  ["https://10.0.0.5/v2/", "https://10.0.0.6/x", "https://10.0.0.6/x"],
  ["https://10.0.0.5/v2/", "https://169.254.169.254/latest", undefined],
  ["http://127.0.0.1:5000/v2/", "http://100.100.100.200/latest", undefined],
  ["http://127.0.0.1:5000/v2/", "http://[fd00:ec2::254]/latest", undefined],
])("from %s to %s", (from, location, expected) => {
  if (expected === undefined)
    expect(() => guardedTarget(location, { url: new URL(from), peer: undefined })).toThrow(
      expect.objectContaining({ code: "REGISTRY_REFUSED" }),
    );
  else expect(guardedTarget(location, { url: new URL(from), peer: undefined }).href).toBe(expected);
});

test("who may see credentials: the same host or the same registrable domain", () => {
  expect(sameOwner("registry-1.docker.io", "auth.docker.io")).toBe(true);
  expect(sameOwner("registry.gitlab.com", "gitlab.com")).toBe(true);
  expect(sameOwner("ghcr.io", "ghcr.io")).toBe(true);
  expect(sameOwner("docker.io.evil.example", "auth.docker.io")).toBe(false);
  expect(sameOwner("a.co.uk", "b.co.uk")).toBe(false);
  expect(sameOwner("one.azurecr.io", "two.azurecr.io")).toBe(false);
  expect(sameOwner("10.0.0.1", "10.0.0.2")).toBe(false);
  expect(sameOwner("com", "example.com")).toBe(false);
  expect(isInternalAddress("[fd00:ec2::254]")).toBe(true);
  expect(isInternalAddress("8.8.8.8")).toBe(false);
});

test("busy registries are asked again, as long as they say; refusals are not", async () => {
  let left = 3;
  await using server = await scriptedServer((_request, response) => {
    left -= 1;
    response.writeHead(left > 0 ? 503 : 200, left > 0 ? { "retry-after": "7" } : {});
    response.end("{}");
  });
  const clock = fakeClock();
  await clientOf({ clock }).ping(server.host);
  expect([server.heard.length, clock.elapsed()]).toEqual([3, 14_000]);

  await using full = await scriptedServer((_request, response) => {
    response.writeHead(429);
    response.end("slow down");
  });
  await expect(clientOf({ attempts: 3 }).ping(full.host)).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringMatching(/429: slow down/),
  });
  expect(full.heard).toHaveLength(3);

  await using closed = await scriptedServer((_request, response) => {
    response.writeHead(403);
    response.end();
  });
  await expect(clientOf().ping(closed.host)).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
  expect(closed.heard).toHaveLength(1);
  expect(retryAfterMs("Wed, 21 Oct 2026 07:28:00 GMT", Date.parse("2026-10-21T07:27:30Z"))).toBe(30_000);
  expect(retryAfterMs("100000", 0)).toBe(100_000_000);
});

test.each([
  [507, ""],
  [403, JSON.stringify({ errors: [{ code: "DENIED", message: "no space left on device: the registry's disk is full" }] })],
  [500, "write /data: no space left on device"],
])("a registry whose disk is full (%i) is told from one that refuses", async (status, body) => {
  await using server = await scriptedServer((_request, response) => {
    response.writeHead(status);
    response.end(body);
  });
  const error = { code: "DISK_FULL", hint: expect.stringContaining("where the registry keeps its data") };
  await expect(clientOf({ attempts: 1 }).ping(server.host)).rejects.toMatchObject(error);
});

test("nobody there; silence; a connection that breaks", async () => {
  const gone = await scriptedServer(() => undefined);
  await gone[Symbol.asyncDispose]();
  await expect(clientOf({ attempts: 2 }).ping(gone.host)).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringContaining(gone.host),
  });
  await using silent = await scriptedServer(() => undefined);
  await expect(clientOf({ attempts: 1, idleTimeoutMs: 100 }).ping(silent.host)).rejects.toThrow(/no answer within 0.1 s/);
  const bytes = Buffer.alloc(1000);
  await using broken = await scriptedServer((request, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write(bytes.subarray(0, 500), () => request.socket.destroy());
  });
  await expect(collect(clientOf().blob(at(broken), digestOf(bytes)), 2000, "blob")).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
});

test("an upload that breaks is begun anew, from the first byte", async () => {
  let broke = false;
  let uploads = 0;
  await using server = await scriptedServer((request, response, heard) => {
    if (heard.method === "POST") {
      response.writeHead(202, { location: `/v2/team/app/blobs/uploads/${(uploads += 1)}?_state=a%2Bb` });
      return response.end();
    }
    if (!broke) {
      broke = true;
      request.socket.destroy();
      return undefined;
    }
    response.writeHead(201);
    return response.end();
  });
  await clientOf().pushBlob(at(server), Buffer.from("hello"));
  const puts = server.heard.filter(({ method }) => method === "PUT");
  expect(puts.map(({ url, body }) => [url, body])).toEqual(
    [1, 2].map((id) => [`/v2/team/app/blobs/uploads/${id}?_state=a%2Bb&digest=${encodeURIComponent(digestOf("hello"))}`, "hello"]),
  );
});

test("a manifest that is too large, or another than was asked for, is not taken", async () => {
  await using large = await scriptedServer((_request, response) => response.end(Buffer.alloc(4 * 1024 * 1024 + 1)));
  await expect(clientOf().manifest(at(large))).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  await using other = await scriptedServer((_request, response) => response.end(MANIFEST));
  await expect(clientOf().manifest(at(other, `team/app@${digestOf("asked")}`))).rejects.toThrow(/does not have the digest/);
});

test("resolve asks HEAD, and falls back to GET where HEAD tells no digest", async () => {
  await using server = await scriptedServer((_request, response) => {
    response.writeHead(200, { "content-type": MEDIA.ociManifest });
    response.end(MANIFEST);
  });
  expect(await clientOf().resolve(at(server))).toEqual({ digest: DIGEST, mediaType: MEDIA.ociManifest, sizeBytes: MANIFEST.length });
  expect(server.heard.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
});

test("tag pages are followed at home only and end", async () => {
  const pages = (links: Readonly<Record<string, string>>) =>
    scriptedServer((_request, response, heard) => {
      const link = links[heard.url];
      if (link !== undefined) response.setHeader("link", `<${link}>; rel="next"`);
      response.end(JSON.stringify({ name: "team/app", tags: [heard.url.includes("last") ? "b" : "a", "not a tag\u001b[31m"] }));
    });
  const first = "/v2/team/app/tags/list?n=1000";
  await using good = await pages({ [first]: "/v2/team/app/tags/list?n=1000&last=a" });
  expect(await clientOf().tags(at(good))).toEqual(["a", "b"]);
  await using circle = await pages({ [first]: first });
  await expect(clientOf().tags(at(circle))).rejects.toThrow(/in a circle/);
  await using away = await pages({ [first]: "http://127.0.0.2:1/x" });
  await expect(clientOf().tags(at(away))).rejects.toThrow(/lead elsewhere/);
});

test("challenges: commas in quotes, several in one header, escapes", () => {
  expect(parseChallenges('Bearer realm="https://a/t",service="s, x",scope="repository:a:pull,push", Basic realm="\\"q\\""')).toEqual([
    { scheme: "bearer", parameters: { realm: "https://a/t", service: "s, x", scope: "repository:a:pull,push" } },
    { scheme: "basic", parameters: { realm: '"q"' } },
  ]);
  expect(parseChallenges("Negotiate, Basic realm=x")).toEqual([
    { scheme: "negotiate", parameters: {} },
    { scheme: "basic", parameters: { realm: "x" } },
  ]);
  expect(parseChallenges("=,;\u0000")).toEqual([]);
});
