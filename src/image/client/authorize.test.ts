import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { digestOf, fakeClock, parseReference } from "../../core/index.ts";
import { collect, MEDIA } from "../index.ts";
import { clientOf } from "./client-of.fixture.ts";
import { hostRules } from "./hosts/host-rules.ts";
import { loginHint } from "./login-hint.ts";
import { scriptedServer } from "./scripted-server.fixture.ts";

const MANIFEST = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA.ociManifest,
    config: { mediaType: MEDIA.ociEmpty, digest: digestOf("{}"), size: 2 },
    layers: [],
  }),
);
const withPassword = async () => ({ username: "ann", password: "correct-horse-battery" });
const at = (host: string, name = "team/app:1.0.0") => parseReference(`${host}/${name}`);

/** A registry whose token service is on the same host; `token` says what a request for a token is worth. */
const tokenServer = (token: (url: URL, body: string) => string, challenge = "") =>
  scriptedServer((request, response, { url, authorization, body }) => {
    const asked = new URL(url, "http://x");
    if (asked.pathname === "/token") return void response.end(token(asked, body));
    if (authorization?.startsWith("Bearer good") !== true) {
      response.writeHead(401, { "www-authenticate": `Bearer realm="http://${request.headers.host}/token",service="reg"${challenge}` });
      return void response.end();
    }
    response.writeHead(200, { "content-type": MEDIA.ociManifest });
    return void response.end(MANIFEST);
  });

test("many requests refused at once ask for one token", async () => {
  let issued = 0;
  await using server = await tokenServer(() => JSON.stringify({ token: `good-${(issued += 1)}`, expires_in: 300 }));
  const client = clientOf();
  await Promise.all(Array.from({ length: 12 }, () => client.manifest(at(server.host))));
  await Promise.all(Array.from({ length: 12 }, () => client.manifest(at(server.host))));
  expect(issued).toBe(1);
  expect(server.heard.filter(({ url, authorization }) => url.startsWith("/v2") && authorization !== undefined).length).toBe(24);
});

test("a registry that wants a wider scope is asked with it from then on", async () => {
  const scopes: string[][] = [];
  await using server = await tokenServer((url) => {
    scopes.push(url.searchParams.getAll("scope"));
    return JSON.stringify({ token: url.searchParams.getAll("scope").includes("registry:catalog:*") ? "good" : "narrow" });
  }, ',scope="repository:team/app:pull registry:catalog:*"');
  const client = clientOf();
  await client.manifest(at(server.host));
  await client.manifest(at(server.host));
  expect(scopes).toEqual([["repository:team/app:pull", "registry:catalog:*"]]);
  expect(server.heard).toHaveLength(4);
});

test("a token that the registry takes back is asked for anew, once", async () => {
  let issued = 0;
  await using server = await tokenServer(() => JSON.stringify({ token: `stale-${(issued += 1)}`, expires_in: 3600 }));
  await expect(clientOf().manifest(at(server.host))).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
  expect(issued).toBe(1);
  expect(server.heard.filter(({ url }) => url.startsWith("/v2"))).toHaveLength(2);
});

test("mounting asks for both repositories in one token", async () => {
  const scopes: string[][] = [];
  await using server = await tokenServer((url) => {
    scopes.push(url.searchParams.getAll("scope"));
    return '{"token":"good"}';
  });
  await clientOf()
    .mountBlob(at(server.host), digestOf("x"), "other/base")
    .catch(() => undefined);
  expect(scopes[0]).toEqual(["repository:team/app:pull,push", "repository:other/base:pull"]);
});

test("an identity token is posted, and the one given in its place is shown the next time (ACR)", async () => {
  const shown: (string | null)[] = [];
  await using server = await tokenServer((_url, body) => {
    shown.push(new URLSearchParams(body).get("refresh_token"));
    return JSON.stringify({ access_token: `good-${shown.length}`, refresh_token: `renewed-${shown.length}`, expires_in: 60 });
  });
  const clock = fakeClock();
  const client = clientOf({ clock, credentials: async () => ({ identityToken: "from-az-login" }) });
  for (let nth = 0; nth < 3; nth += 1) {
    await client.manifest(at(server.host));
    await clock.sleep(120_000);
  }
  expect(shown).toEqual(["from-az-login", "renewed-1", "renewed-1"]);
});

test("a token for the registry itself is shown as it is; an identity token is no password", async () => {
  await using server = await tokenServer(() => "{}");
  await clientOf({ credentials: async () => ({ registryToken: "good-own" }) }).manifest(at(server.host));
  expect(server.heard.map(({ authorization }) => authorization)).toEqual([undefined, "Bearer good-own"]);
  await using basic = await scriptedServer(
    (_request, response) => void response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end(),
  );
  await expect(clientOf({ credentials: async () => ({ identityToken: "id-token" }) }).ping(basic.host)).rejects.toThrow(/wants a password/);
});

test("credentials kept by path are asked for by repository", async () => {
  const asked: (string | undefined)[] = [];
  await using server = await tokenServer(() => '{"token":"good"}');
  const credentials = async (_registry: string, repository?: string) => {
    asked.push(repository);
    return undefined;
  };
  await clientOf({ credentials }).manifest(at(server.host));
  expect(new Set(asked)).toEqual(new Set(["team/app"]));
});

test.each([
  ["http://169.254.169.254/latest/meta-data", /credentials/],
  ["http://user:pass@127.0.0.1/token", /user name/],
  ["file:///etc/passwd", /not HTTPS/],
  ["no address", /no address/],
  ["https://evil.example/token", /another domain/],
])("a token service at %s is not asked", async (realm, words) => {
  await using server = await scriptedServer(
    (_request, response) => void response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end(),
  );
  await expect(clientOf({ credentials: withPassword, attempts: 1 }).ping(server.host)).rejects.toThrow(words);
});

test("a stranger's token service is asked when its host is named, with the next step said otherwise", async () => {
  await using service = await scriptedServer((_request, response) => void response.end('{"token":"good"}'));
  const realm = `http://localhost:${service.host.split(":")[1]}/token`;
  await using server = await scriptedServer((_request, response, { authorization }) => {
    if (authorization === "Bearer good") return void response.end("{}");
    return void response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
  });
  const options = { credentials: withPassword, attempts: 1 };
  await expect(clientOf(options).ping(server.host)).rejects.toMatchObject({
    hint: expect.stringContaining(`SEAWORTHY_TOKEN_SERVICES=localhost:${service.host.split(":")[1]}`),
  });
  expect(service.heard).toEqual([]);
  await clientOf({ ...options, env: { SEAWORTHY_TOKEN_SERVICES: "other.example, localhost" } }).ping(server.host);
  expect(service.heard).toHaveLength(1);
});

test("a token service that redirects is not followed with a password", async () => {
  await using elsewhere = await scriptedServer((_request, response) => void response.end('{"token":"good"}'));
  await using server = await scriptedServer((request, response, { url }) => {
    if (url.startsWith("/token")) return void response.writeHead(307, { location: `http://${elsewhere.host}/token` }).end();
    return void response.writeHead(401, { "www-authenticate": `Bearer realm="http://${request.headers.host}/token"` }).end();
  });
  await expect(clientOf({ credentials: withPassword }).ping(server.host)).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
  expect(elsewhere.heard).toEqual([]);
});

test("a 401 from where a redirect led is not answered: the token stays at home", async () => {
  await using storage = await scriptedServer(
    (_request, response) => void response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end(),
  );
  await using server = await scriptedServer(
    (_request, response) => void response.writeHead(307, { location: `http://${storage.host}/blob` }).end(),
  );
  await expect(
    collect(clientOf({ credentials: withPassword, headers: { "x-meta-team": "a" } }).blob(at(server.host), digestOf("x")), 10, "blob"),
  ).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
  expect(storage.heard).toEqual([{ method: "GET", url: "/blob", authorization: undefined, body: "" }]);
});

test("a token answer that does not end, or is none, is refused", async () => {
  await using large = await tokenServer(() => JSON.stringify({ token: "good", padding: "x".repeat(1024 * 1024) }));
  await expect(clientOf().manifest(at(large.host))).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  for (const answer of ["{}", "[]", '{"token":""}', '{"token":"a\\r\\nb"}', "not json"]) {
    await using server = await tokenServer(() => answer);
    await expect(clientOf().manifest(at(server.host))).rejects.toThrow(/holds no token/);
  }
});

test("what is left of a limit is told; one that is used up is not asked again for hours", async () => {
  const limits: number[] = [];
  await using server = await scriptedServer((_request, response, { url }) => {
    const left = url.endsWith("/1.0.0") ? 7 : 0;
    const headers = { "ratelimit-limit": "100;w=21600", "ratelimit-remaining": `${left};w=21600`, "docker-ratelimit-source": "192.0.2.1" };
    response.writeHead(left === 0 ? 429 : 200, { "content-type": MEDIA.ociManifest, ...headers });
    response.end(left === 0 ? '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit"}]}' : MANIFEST);
  });
  const client = clientOf({ onRateLimit: ({ remaining, source }) => limits.push(source === "192.0.2.1" ? remaining : -1) });
  await client.manifest(at(server.host));
  await expect(client.manifest(at(server.host, "team/app:2.0.0"))).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringContaining("100 pulls in 6 h, 0 left"),
    hint: expect.stringContaining("docker login"),
  });
  expect(limits).toEqual([7, 0]);
  expect(server.heard).toHaveLength(2);
});

test("a registry that wants hours of patience is not waited for", async () => {
  await using server = await scriptedServer((_request, response) => void response.writeHead(429, { "retry-after": "7200" }).end());
  const clock = fakeClock();
  await expect(clientOf({ clock }).ping(server.host)).rejects.toMatchObject({ code: "REGISTRY_UNREACHABLE" });
  expect([server.heard.length, clock.elapsed()]).toEqual([1, 0]);
});

test("mirrors are asked in order, with patience for none; the registry's own answer is the last", async () => {
  await using none = await scriptedServer((_request, response) => void response.writeHead(404).end());
  await using broken = await scriptedServer((_request, response) => void response.writeHead(500).end());
  await using wrong = await scriptedServer((_request, response) => {
    response.writeHead(200, { "content-type": MEDIA.ociManifest }).end("{}");
  });
  await using good = await scriptedServer((_request, response) => {
    response.writeHead(200, { "content-type": MEDIA.ociManifest });
    response.end(MANIFEST);
  });
  const rules = (...hosts: readonly string[]) =>
    hostRules({ mirrors: hosts.map((host) => new URL(`http://${host}/prefix`)), insecure: [] }, []);
  const digest = digestOf(MANIFEST);
  const hub = { registry: "docker.io", repository: "library/alpine", digest };
  const found = await clientOf({ hosts: rules(none.host, broken.host, wrong.host, good.host) }).manifest(hub);
  expect(found.digest).toBe(digest);
  expect([none, broken, wrong, good].map(({ heard }) => heard.length)).toEqual([1, 2, 1, 1]);
  expect(good.heard[0]?.url).toBe(`/v2/prefix/library/alpine/manifests/${digest}`);
  const lookup = (_host: string, _options: unknown, done: (error: NodeJS.ErrnoException) => void): void =>
    done(Object.assign(new Error("nobody of that name"), { code: "ENOTFOUND" }));
  const error: unknown = await clientOf({ hosts: rules(none.host), lookup: lookup as never })
    .manifest(hub)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "REGISTRY_UNREACHABLE", message: expect.stringContaining(`of its mirrors, ${none.host}`) });
});

test("a mirror that breaks off and dies is left for the registry, at the byte where it broke", async () => {
  const bytes = randomBytes(3_000_000);
  let first = true;
  await using mirror = await scriptedServer((request, response) => {
    if (!first) return void request.socket.destroy();
    first = false;
    response.writeHead(200, { "content-length": bytes.length });
    return void response.write(bytes.subarray(0, 1_200_000), () => setTimeout(() => request.socket.destroy(), 20));
  });
  const ranges: (string | undefined)[] = [];
  await using home = await scriptedServer((request, response) => {
    const { range } = request.headers;
    ranges.push(range);
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const told = { "content-length": bytes.length - start, "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(206, told).end(bytes.subarray(start));
  });
  const rule = { prefix: "app.example", location: home.host, insecure: false, blocked: false, file: "registries.conf" };
  const hosts = hostRules({ mirrors: [], insecure: [] }, [{ ...rule, mirrors: [{ location: mirror.host, insecure: true, pulls: "all" }] }]);
  const at = { registry: "app.example", repository: "team/app" };
  expect(digestOf(await collect(clientOf({ hosts }).blob(at, digestOf(bytes), bytes.length), bytes.length, "blob"))).toBe(digestOf(bytes));
  expect(ranges).toEqual(["bytes=1200000-"]);
});

test.each([
  ["docker.io", /^Log in with docker login \(/],
  ["reg.example:5000", /docker login reg\.example:5000 /],
  ["ghcr.io", /read:packages/],
  ["123456789012.dkr.ecr.eu-west-1.amazonaws.com", /aws ecr get-login-password --region eu-west-1 \| docker login --username AWS/],
  ["europe-west1-docker.pkg.dev", /gcloud auth configure-docker europe-west1-docker\.pkg\.dev/],
  ["gcr.io", /gcloud auth configure-docker gcr\.io/],
  ["acme.azurecr.io", /az acr login --name acme/],
  ["acme.azurecr.io.evil.example", /docker login acme\.azurecr\.io\.evil\.example /],
])("how to log in at %s", (registry, words) => {
  expect(loginHint(registry)).toMatch(words);
});
