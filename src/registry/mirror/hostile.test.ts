import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { get as httpGet, type IncomingMessage, type ServerResponse } from "node:http";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digestOf, fakeClock } from "../../core/index.ts";
import { MEDIA } from "../../image/index.ts";
import { smallManifest, startTestRegistry, type TestRegistry } from "../registry.fixture.ts";
import { scriptedUpstream } from "./scripted-upstream.fixture.ts";
import type { MirrorSettings } from "./settings.ts";

const startMirror = (upstream: string, settings: Partial<MirrorSettings> = {}, options: Parameters<typeof startTestRegistry>[0] = {}) =>
  startTestRegistry({ mirrors: [{ upstream, name: "up", ...settings }], ...options });

const MANIFEST = "/v2/mirror/up/team/app/manifests";
const BLOB = "/v2/mirror/up/team/app/blobs";

const sendManifest = (response: ServerResponse, bytes: Uint8Array, headers: Record<string, string> = {}): void => {
  response.writeHead(200, { "content-type": MEDIA.ociManifest, "content-length": bytes.length, ...headers });
  response.end(bytes);
};

/** Status, or why the connection broke. */
const fetched = (
  registry: TestRegistry,
  path: string,
): Promise<{ readonly status: number; readonly bytes: number; readonly whole: boolean }> =>
  new Promise((resolve) => {
    const [host = "", port = ""] = registry.running.address.split(":");
    const request = httpGet({ host, port, path }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.on("error", () => undefined);
      response.on("close", () => resolve({ status: response.statusCode ?? 0, bytes, whole: response.complete }));
    });
    request.on("error", () => resolve({ status: 0, bytes: 0, whole: false }));
  });

const fillsIn = (registry: TestRegistry): readonly string[] => readdirSync(join(registry.folder, "fills"));

test.each([
  ["other bytes of the same size", (bytes: Buffer) => Buffer.alloc(bytes.length, 1), undefined],
  ["more than was announced, without a length", (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(100)]), undefined],
])("a blob with %s never becomes whole for anyone and is not kept", async (_what, lie) => {
  const bytes = randomBytes(900_000);
  const digest = digestOf(bytes);
  await using upstream = await scriptedUpstream((_request, response) => {
    response.writeHead(200, { "content-length": lie(bytes).length });
    response.end(lie(bytes));
  });
  await using mirror = await startMirror(upstream.host);
  const answer = await fetched(mirror, `${BLOB}/${digest}`);
  expect(answer.whole && answer.status === 200).toBe(false);
  expect(answer.bytes).toBeLessThan(lie(bytes).length);
  await expect.poll(() => fillsIn(mirror)).toEqual([]);
  const second = await fetched(mirror, `${BLOB}/${digest}`);
  expect(second.whole && second.status === 200).toBe(false);
  expect(upstream.heard.length).toBeGreaterThan(1);
});

test("a blob larger than its manifest says is refused before a byte of it is taken", async () => {
  const layer = randomBytes(1000);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: digestOf("{}"), size: 2 },
      layers: [{ mediaType: MEDIA.ociLayer, digest: digestOf(layer), size: 1000 }],
    }),
  );
  await using upstream = await scriptedUpstream((request, response) => {
    if (request.url?.includes("/manifests/") === true) return sendManifest(response, manifest);
    response.writeHead(200, { "content-length": 50_000_000 });
    response.end(Buffer.alloc(50_000_000));
  });
  await using mirror = await startMirror(upstream.host);
  expect((await mirror.raw("GET", `${MANIFEST}/latest`)).status).toBe(200);
  const answer = await mirror.raw("GET", `${BLOB}/${digestOf(layer)}`);
  expect([answer.status, answer.message]).toEqual([502, expect.stringMatching(/announces 50000000 bytes .* its manifest says 1000/)]);
});

test("a body without a length ends at what the manifest says, however long upstream goes on", async () => {
  const layer = randomBytes(200_000);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      config: { mediaType: MEDIA.ociConfig, digest: digestOf("{}"), size: 2 },
      layers: [{ mediaType: MEDIA.ociLayer, digest: digestOf(layer), size: layer.length }],
    }),
  );
  let sent = 0;
  await using upstream = await scriptedUpstream((request, response) => {
    if (request.url?.includes("/manifests/") === true) return sendManifest(response, manifest);
    response.writeHead(200);
    const more = (): void => {
      if (response.destroyed) return;
      sent += 65_536;
      response.write(Buffer.alloc(65_536), () => setImmediate(more));
    };
    more();
  });
  await using mirror = await startMirror(upstream.host);
  await mirror.raw("GET", `${MANIFEST}/latest`);
  const answer = await fetched(mirror, `${BLOB}/${digestOf(layer)}`);
  expect(answer.whole).toBe(false);
  expect(answer.bytes).toBeLessThan(layer.length);
  await expect.poll(() => fillsIn(mirror)).toEqual([]);
  expect(sent).toBeLessThan(100_000_000);
});

test("a fetch that breaks off goes on where it was, and readers notice nothing", async () => {
  const bytes = randomBytes(3_000_000);
  await using upstream = await scriptedUpstream((request, response) => {
    const [, start = "0"] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    const rest = bytes.subarray(Number(start));
    response.writeHead(request.headers.range === undefined ? 200 : 206, {
      "content-length": rest.length,
      ...(request.headers.range === undefined ? {} : { "content-range": `bytes ${start}-2999999/3000000` }),
    });
    if (rest.length <= 1_000_000) response.end(rest);
    else response.write(rest.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 50));
  });
  await using mirror = await startMirror(upstream.host);
  const path = `${BLOB}/${digestOf(bytes)}`;
  const answers = await Promise.all([mirror.raw("GET", path), mirror.raw("GET", path)]);
  expect(answers.map(({ body }) => body.equals(bytes))).toEqual([true, true]);
  expect(upstream.heard.map(({ headers }) => headers.range !== undefined)).toEqual(upstream.heard.map((_one, at) => at > 0));
});

test("a reader that goes away, and one that does not read, hold up neither the fetch nor the others", async () => {
  const bytes = randomBytes(20_000_000);
  let release: () => void = () => undefined;
  const halfway = new Promise<void>((resolve) => (release = resolve));
  await using upstream = await scriptedUpstream(async (_request, response) => {
    response.writeHead(200, { "content-length": bytes.length });
    response.write(bytes.subarray(0, 10_000_000));
    await halfway;
    response.end(bytes.subarray(10_000_000));
  });
  await using mirror = await startMirror(upstream.host);
  const path = `${BLOB}/${digestOf(bytes)}`;
  const [host = "", port = ""] = mirror.running.address.split(":");
  const begin = (): Promise<IncomingMessage> => new Promise((resolve) => httpGet({ host, port, path, agent: false }, resolve));
  const [leaving, idle] = await Promise.all([begin(), begin()]);
  idle.pause();
  leaving.destroy();
  // What is there already is answered while the rest is not sent yet.
  const early = await mirror.raw("GET", path, { headers: { range: "bytes=5000000-5000099" } });
  expect([early.status, early.body.equals(bytes.subarray(5_000_000, 5_000_100))]).toEqual([206, true]);
  const whole = mirror.raw("GET", path);
  release();
  expect((await whole).body.equals(bytes)).toBe(true);
  expect(upstream.heard).toHaveLength(1);
  idle.destroy();
});

test("a manifest with other bytes than its digest, too many bytes, or none that is one, is 502 and not kept", async () => {
  const { bytes, digest } = smallManifest("good");
  const other = smallManifest("other");
  await using upstream = await scriptedUpstream((request, response) => {
    if (request.url?.endsWith("/huge") === true) {
      response.writeHead(200, { "content-type": MEDIA.ociManifest });
      response.end(Buffer.alloc(5 * 1024 * 1024, 32));
    } else if (request.url?.endsWith("/page") === true) {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html>log in to the network</html>");
    } else sendManifest(response, other.bytes, request.url?.endsWith("/liar") === true ? { "docker-content-digest": digest } : {});
  });
  await using mirror = await startMirror(upstream.host);
  for (const name of [digest, "liar", "huge", "page"]) expect((await mirror.raw("GET", `${MANIFEST}/${name}`)).status).toBe(502);
  expect(bytes.length).toBeGreaterThan(0);
});

test("429: the copy is served, upstream is left alone as long as it asked for, and what is not here says so", async () => {
  const clock = fakeClock();
  let limited = false;
  const { bytes, digest } = smallManifest("one");
  await using upstream = await scriptedUpstream((_request, response) => {
    if (limited) {
      response.writeHead(429, { "retry-after": "600", "content-type": "application/json" });
      response.end('{"errors":[{"code":"TOOMANYREQUESTS","message":"you have reached your pull rate limit"}]}');
    } else
      sendManifest(response, bytes, {
        "docker-content-digest": digest,
        "ratelimit-limit": "100;w=21600",
        "ratelimit-remaining": "76;w=21600",
      });
  });
  await using mirror = await startMirror(upstream.host, { freshForMs: 1000 }, { clock });
  const first = await mirror.raw("GET", `${MANIFEST}/latest`);
  expect([first.headers["ratelimit-remaining"], first.headers["ratelimit-limit"]]).toEqual(["76;w=21600", "100;w=21600"]);
  limited = true;
  await clock.sleep(5000);
  const asked = upstream.heard.length;
  const stale = await mirror.raw("GET", `${MANIFEST}/latest`);
  expect([stale.status, stale.headers["age"]]).toEqual([200, "5"]);
  const unknown = await mirror.raw("GET", `${MANIFEST}/none`);
  expect([unknown.status, unknown.code, unknown.headers["retry-after"]]).toEqual([429, "TOOMANYREQUESTS", "600"]);
  expect(unknown.message).toMatch(/limits how often it is asked/);
  expect(upstream.heard.length - asked).toBe(1);
  limited = false;
  await clock.sleep(601_000);
  expect((await mirror.raw("GET", `${MANIFEST}/latest`)).headers["age"]).toBeUndefined();
});

test("a limit that is used up is not tried: HEAD goes on, GET waits for the window", async () => {
  const clock = fakeClock();
  let remaining = 0;
  let { digest } = smallManifest("one");
  let { bytes } = smallManifest("one");
  await using upstream = await scriptedUpstream((request, response) => {
    response.writeHead(200, {
      "content-type": MEDIA.ociManifest,
      "content-length": bytes.length,
      "docker-content-digest": digest,
      "ratelimit-remaining": `${remaining};w=21600`,
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
  });
  await using mirror = await startMirror(upstream.host, { freshForMs: 1000 }, { clock });
  await mirror.raw("GET", `${MANIFEST}/1.0.0`);
  const before = digest;
  ({ bytes, digest } = smallManifest("two"));
  await clock.sleep(5000);
  const stale = await mirror.raw("GET", `${MANIFEST}/1.0.0`);
  expect([stale.status, stale.headers["docker-content-digest"], stale.headers["age"]]).toEqual([200, before, "5"]);
  expect(upstream.heard.map(({ method }) => method)).toEqual(["GET", "HEAD"]);
  remaining = 100;
  // With the window over, the tag is followed although it looks like one that never moves: that rule is for what is pushed here.
  await clock.sleep(21_600_000);
  expect((await mirror.raw("GET", `${MANIFEST}/1.0.0`)).headers["docker-content-digest"]).toBe(digest);
});

test.each([500, 503])("%i is an outage, not an absence", async (status) => {
  await using upstream = await scriptedUpstream((_request, response) => {
    response.writeHead(status);
    response.end("oops");
  });
  await using mirror = await startMirror(upstream.host);
  expect((await mirror.raw("GET", `${MANIFEST}/latest`)).status).toBe(503);
});

test("an upstream that denies is believed, also for what is here: access that was taken away is no outage", async () => {
  const clock = fakeClock();
  let denied = false;
  const { bytes } = smallManifest("one");
  await using upstream = await scriptedUpstream((_request, response) => {
    if (!denied) return sendManifest(response, bytes);
    response.writeHead(403);
    response.end();
  });
  await using mirror = await startMirror(upstream.host, { freshForMs: 1000 }, { clock });
  await mirror.raw("GET", `${MANIFEST}/latest`);
  denied = true;
  await clock.sleep(5000);
  expect((await mirror.raw("GET", `${MANIFEST}/latest`)).status).toBe(403);
});

test("upstream sees its own credentials and nothing of who asks here", async () => {
  const { bytes } = smallManifest("one");
  await using upstream = await scriptedUpstream((request, response) => {
    if (request.headers.authorization === undefined) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="upstream"' });
      response.end();
    } else sendManifest(response, bytes);
  });
  await using mirror = await startMirror(upstream.host, { credentials: async () => ({ username: "robot", password: "of-upstream" }) });
  const headers = {
    authorization: `Basic ${Buffer.from("ann:hers").toString("base64")}`,
    cookie: "session=1",
    "x-forwarded-for": "10.1.2.3",
    "user-agent": "docker/20.10",
  };
  expect((await mirror.raw("GET", `${MANIFEST}/latest?secret=1`, { headers })).status).toBe(200);
  const sent = upstream.heard.map((request) => JSON.stringify([request.url, request.headers])).join("\n");
  expect(sent).toContain(Buffer.from("robot:of-upstream").toString("base64"));
  for (const word of [Buffer.from("ann:hers").toString("base64"), "session=1", "10.1.2.3", "docker/20.10", "secret"])
    expect(sent).not.toContain(word);
});

test("credentials go to no token service of another owner", async () => {
  let asked = 0;
  await using thief = await scriptedUpstream((_request, response) => {
    asked += 1;
    response.end("{}");
  });
  await using upstream = await scriptedUpstream((_request, response) => {
    response.writeHead(401, { "www-authenticate": `Bearer realm="http://localhost:${thief.port}/token",service="x"` });
    response.end();
  });
  const credentials = async () => ({ username: "robot", password: "of-upstream" });
  await using mirror = await startMirror(upstream.host, { credentials });
  const answer = await mirror.raw("GET", `${MANIFEST}/latest`);
  expect([answer.status, answer.message]).toEqual([403, expect.stringMatching(/belongs to another domain/)]);
  expect(asked).toBe(0);
});

/** Names that lead where the test says; everything else does not exist. */
const names =
  (addresses: Readonly<Record<string, string>>): LookupFunction =>
  (host, _options, done) => {
    const address = addresses[host];
    if (address === undefined) done(Object.assign(new Error(`no ${host}`), { code: "ENOTFOUND" }), []);
    else done(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
  };

test.each(["127.0.0.1", "169.254.169.254", "10.0.0.5", "::ffff:127.0.0.1", "fd00:ec2::254", "100.100.100.200", "0.0.0.0"])(
  "an upstream whose name leads to %s is not connected to, unless it is declared internal",
  async (address) => {
    const { bytes } = smallManifest("one");
    await using upstream = await scriptedUpstream((_request, response) => sendManifest(response, bytes));
    const host = `registry.example:${upstream.port}`;
    const lookup = names({ "registry.example": address });
    await using mirror = await startMirror(host, { plainHttp: true }, { lookup });
    const answer = await mirror.raw("GET", `${MANIFEST}/latest`);
    expect([answer.status, answer.message]).toEqual([503, expect.stringMatching(/an internal address; .*declared internal/)]);
    expect(upstream.heard).toEqual([]);
    if (address !== "127.0.0.1") return;
    await using inside = await startMirror(host, { plainHttp: true, internal: true }, { lookup });
    expect((await inside.raw("GET", `${MANIFEST}/latest`)).status).toBe(200);
  },
);

test.each([
  "http://127.0.0.1:PORT/",
  "http://evil.example:PORT/",
  "http://[::1]:PORT/",
  "http://2130706433:PORT/",
  "ftp://registry.example/",
])("an upstream that sends on to %s is not followed into our own network", async (target) => {
  let inside = 0;
  await using victim = await scriptedUpstream((_request, response) => {
    inside += 1;
    sendManifest(response, smallManifest("secret").bytes);
  });
  await using upstream = await scriptedUpstream((_request, response) => {
    response.writeHead(307, { location: target.replace("PORT", String(victim.port)) });
    response.end();
  });
  // The upstream's own address passes for one out in the world, so that only where it sends us is judged.
  const host = `registry.example:${upstream.port}`;
  const lookup = names({ "registry.example": "127.0.0.1", "evil.example": "127.0.0.1" });
  await using mirror = await startMirror(host, { plainHttp: true, internal: true }, { lookup });
  const answer = await mirror.raw("GET", `${MANIFEST}/latest`);
  expect(answer.status).toBeGreaterThanOrEqual(403);
  expect(inside).toBe(0);
});
