import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { expect, onTestFinished, test } from "vitest";
import { redact } from "../../core/index.ts";
import { bytesBody } from "../../image/index.ts";
import { createS3Client, type S3Client } from "./client.ts";
import { listObjects } from "./listing.ts";
import { type Fault, type S3Server, startS3Server } from "./s3-server.fixture.ts";
import { s3Schema, type S3Settings } from "./settings-schema.ts";
import { sha256Hex } from "./sign.ts";

const environmentOf = (server: S3Server): NodeJS.ProcessEnv => ({
  AWS_ACCESS_KEY_ID: server.accessKeyId,
  AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
  ...(server.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: server.sessionToken }),
});

const clientOf = (
  server: S3Server,
  more: Partial<Record<keyof S3Settings, unknown>> = {},
  env = environmentOf(server),
  lookup?: LookupFunction,
): S3Client => {
  const settings = v.parse(s3Schema, { bucket: server.bucket, endpoint: server.endpoint, ...more });
  const client = createS3Client({ settings, dataFolder: "/nowhere", env, backoffMs: 1, ...(lookup === undefined ? {} : { lookup }) });
  onTestFinished(() => client.close());
  return client;
};

const put = (client: S3Client, key: string, bytes: Uint8Array) =>
  client.text({ method: "PUT", key, body: { ...bytesBody(bytes), sha256: sha256Hex(bytes) } });

test("keys of any characters, put, listed over pages, got, deleted", async () => {
  await using server = await startS3Server({ pageSize: 2 });
  const client = clientOf(server);
  const keys = ["a", "a b+c", "é/ü?&=", "x!'()*~", "z"].toSorted();
  for (const key of keys) await put(client, key, Buffer.from(key));
  const listed: string[] = [];
  for await (const { key, sizeBytes } of listObjects(client, "")) {
    listed.push(key);
    expect(sizeBytes).toBe(Buffer.byteLength(key));
  }
  expect(listed.toSorted()).toEqual(keys);
  expect((await client.text({ method: "GET", key: "é/ü?&=" })).text).toBe("é/ü?&=");
  for (const key of keys) await client.text({ method: "DELETE", key });
  expect(server.objects.size).toBe(0);
});

test.each([
  ["503 SlowDown", { kind: "error", status: 503, code: "SlowDown", headers: { "retry-after": "0" } }],
  ["500 InternalError after the work was done", { kind: "error", status: 500, code: "InternalError", after: true }],
  ["400 RequestTimeout", { kind: "error", status: 400, code: "RequestTimeout" }],
  ["429 without a body's code", { kind: "error", status: 429, code: "" }],
  ["a connection that is reset", { kind: "reset" }],
  ["a connection that is reset after the work was done", { kind: "reset", after: true }],
  ["bytes that were damaged on the way", { kind: "error", status: 400, code: "XAmzContentSHA256Mismatch" }],
] as const satisfies readonly (readonly [string, Fault])[])("%s, twice: it is asked again", async (_name, fault) => {
  await using server = await startS3Server();
  const client = clientOf(server);
  let left = 2;
  server.fault = () => (left-- > 0 ? fault : undefined);
  await put(client, "key", Buffer.from("bytes"));
  expect(server.objects.get("key")?.bytes.toString()).toBe("bytes");
});

test("a storage that stays away is given up, and what was tried is said", async () => {
  await using server = await startS3Server();
  server.fault = () => ({ kind: "error", status: 503, code: "SlowDown" });
  const client = clientOf(server);
  await expect(client.text({ method: "GET", key: "a/b" })).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringMatching(/^GET images\/a\/b at 127\.0\.0\.1:\d+: 503 SlowDown: the storage says SlowDown$/),
  });
  expect(server.seen).toHaveLength(6);
  const nobody = clientOf(server, { endpoint: "http://127.0.0.1:1" });
  await expect(nobody.text({ method: "GET", key: "a" })).rejects.toMatchObject({
    code: "REGISTRY_UNREACHABLE",
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("what cannot pass is not asked again: each refusal with its next step, none with a secret", async () => {
  await using server = await startS3Server();
  const refused = async (client: S3Client): Promise<string> => {
    server.seen.length = 0;
    const error: unknown = await client.text({ method: "GET", key: "key" }).catch((thrown: unknown) => thrown);
    expect(server.seen.length).toBeLessThanOrEqual(2);
    const said = JSON.stringify([error, (error as Error).message, (error as { hint: string }).hint]);
    expect([said.includes(server.secretAccessKey), said.includes("Signature=")]).toEqual([false, false]);
    return said;
  };
  expect(await refused(clientOf(server, {}, { ...environmentOf(server), AWS_SECRET_ACCESS_KEY: "another-secret" }))).toMatch(
    /403 SignatureDoesNotMatch.*secret key is not the one/,
  );
  expect(await refused(clientOf(server, {}, { ...environmentOf(server), AWS_ACCESS_KEY_ID: "NOBODY" }))).toMatch(/InvalidAccessKeyId/);
  expect(await refused(clientOf(server, { bucket: "elsewhere" }))).toMatch(/404 NoSuchBucket.*Make the bucket first/);
  expect(await refused(clientOf(server))).toMatch(/404 NoSuchKey/);
  server.fault = () => ({ kind: "error", status: 403, code: "AccessDenied" });
  expect(await refused(clientOf(server))).toMatch(/403 AccessDenied.*s3:ListBucket/);
  server.fault = undefined;
  server.skewMs = 47 * 60_000;
  expect(await refused(clientOf(server))).toMatch(/this machine's clock is 47 minutes behind the storage's.*Set the clock/);
  expect(redact(`the key ${server.secretAccessKey} leaked`)).not.toContain(server.secretAccessKey);
});

test("a bucket of another region is found by what the storage says, and the region is kept", async () => {
  await using server = await startS3Server();
  server.region = "eu-central-1";
  const client = clientOf(server);
  await put(client, "one", Buffer.from("1"));
  await put(client, "two", Buffer.from("2"));
  expect(server.seen.map(({ status }) => status)).toEqual([400, 200, 200]);
});

test("nobody but the storage itself may send us on: a redirect to another host is not followed", async () => {
  await using server = await startS3Server();
  await using other = await startS3Server();
  for (const status of [301, 307]) {
    server.fault = () => ({ kind: "error", status, code: "TemporaryRedirect", headers: { location: `${other.endpoint}/images/key` } });
    await expect(put(clientOf(server), "key", Buffer.from("1"))).rejects.toMatchObject({
      message: expect.stringContaining("is not followed"),
    });
  }
  expect(other.seen).toEqual([]);
});

test("the bucket in the host's name", async () => {
  await using server = await startS3Server();
  const endpoint = server.endpoint.replace("127.0.0.1", "s3.example");
  const lookup: LookupFunction = (_name, { all }, done) =>
    all === true ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4);
  const client = clientOf(server, { endpoint, addressing: "host" }, environmentOf(server), lookup);
  await put(client, "a/b", Buffer.from("1"));
  expect([server.seen[0]?.headers.host?.startsWith("images.s3.example:"), [...server.objects.keys()]]).toEqual([true, ["a/b"]]);
  expect(client.link("a/b", 60)).toMatch(/^http:\/\/images\.s3\.example:\d+\/a\/b\?/);
});

test("a link opens one object to whoever has it, with ranges, until it ends", async () => {
  await using server = await startS3Server();
  const client = clientOf(server);
  expect(client.link("a", 60)).toBeUndefined();
  await put(client, "a", Buffer.from("0123456789"));
  const link = client.link("a", 60) ?? "";
  const part = await fetch(link, { headers: { range: "bytes=2-4" } });
  expect([part.status, await part.text()]).toEqual([206, "234"]);
  expect((await fetch(link, { method: "PUT", body: "other" })).status).toBe(403);
  expect((await fetch(link.replace("/a?", "/b?"))).status).toBe(403);
  server.skewMs = 2 * 60_000;
  expect((await fetch(link)).status).toBe(403);
});

test("answers of a hostile storage: no end, no sense, no size", async () => {
  let body = "";
  const http = createServer((_request, response) => response.end(body));
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  onTestFinished(() => void http.close());
  const address = http.address();
  const endpoint = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  const settings = v.parse(s3Schema, { bucket: "images", endpoint });
  const client = createS3Client({
    settings,
    dataFolder: "/",
    env: { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "long-secret" },
    backoffMs: 1,
  });
  onTestFinished(() => client.close());
  const list = async (): Promise<unknown> => {
    const keys = [];
    for await (const { key } of listObjects(client, "")) keys.push(key);
    return keys;
  };
  body = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>";
  await expect(list()).rejects.toMatchObject({ message: expect.stringContaining("does not say where") });
  body = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>same</NextContinuationToken></ListBucketResult>";
  await expect(list()).rejects.toMatchObject({ message: expect.stringContaining("does not say where") });
  body = "<Contents>".repeat(200_000);
  expect(await list()).toEqual([]);
  body = `<ListBucketResult><Contents><Key>a&amp;b&#65;&#x42;&unknown;%zz</Key></Contents></ListBucketResult>`;
  expect(await list()).toEqual([""]);
  body = "x".repeat(9 * 1024 * 1024);
  await expect(list()).rejects.toMatchObject({ message: expect.stringContaining("broke off") });
});

test("keys: a named file, the environment, ~/.aws/credentials, a container's, an instance's role; none says where was looked", async () => {
  await using server = await startS3Server();
  const home = mkdtempSync(join(tmpdir(), "seaworthy-s3-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const good = { id: server.accessKeyId, secret: server.secretAccessKey };
  const wrong = { id: "wrong", secret: "wrong-secret" };
  const file = (path: string, profile: string, { id, secret }: typeof good): string => {
    writeFileSync(
      path,
      `# keys\n[other]\naws_access_key_id=x\naws_secret_access_key=y\n[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key=${secret}\n`,
    );
    return path;
  };
  const opens = async (env: NodeJS.ProcessEnv, credentials?: object): Promise<void> => {
    await put(
      clientOf(server, credentials === undefined ? {} : { credentials }, { HOME: home, AWS_EC2_METADATA_DISABLED: "true", ...env }),
      "k",
      Buffer.from("1"),
    );
  };
  const named = file(join(home, "keys"), "ci", good);
  await opens({ AWS_ACCESS_KEY_ID: wrong.id, AWS_SECRET_ACCESS_KEY: wrong.secret }, { file: named, profile: "ci" });
  await opens({ AWS_ACCESS_KEY_ID: good.id, AWS_SECRET_ACCESS_KEY: good.secret });
  await opens({ AWS_SHARED_CREDENTIALS_FILE: file(join(home, "shared"), "default", good) });
  await expect(opens({}, { file: named, profile: "nobody" })).rejects.toMatchObject({
    code: "INPUT_INVALID",
    message: expect.stringContaining("[nobody]"),
  });
  await expect(opens({})).rejects.toMatchObject({
    code: "INPUT_NOT_FOUND",
    message: expect.stringMatching(/AWS_ACCESS_KEY_ID.*credentials is not there.*switched off/),
  });

  // The two metadata services, and credentials that end.
  server.sessionToken = "session-token-1";
  let expires = Date.now() + 3_600_000;
  const asked: string[] = [];
  const metadata = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(`${request.method} ${path}`);
    const role = JSON.stringify({
      AccessKeyId: good.id,
      SecretAccessKey: good.secret,
      Token: server.sessionToken,
      Expiration: new Date(expires).toISOString(),
    });
    if (path === "/container") return response.writeHead(request.headers.authorization === "container-token" ? 200 : 401).end(role);
    if (request.method === "PUT") return response.end("imds-token");
    if (request.headers["x-aws-ec2-metadata-token"] !== "imds-token") return response.writeHead(401).end();
    return response.end(path.endsWith("/security-credentials/") ? "the role\n" : role);
  });
  await new Promise<void>((done) => metadata.listen(0, "127.0.0.1", done));
  onTestFinished(() => void metadata.close());
  const address = metadata.address();
  const service = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  await opens({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${service}/container`, AWS_CONTAINER_AUTHORIZATION_TOKEN: "container-token" });
  const env = { HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: service };
  const client = clientOf(server, {}, env);
  await put(client, "k", Buffer.from("1"));
  await put(client, "k", Buffer.from("2"));
  expect(asked.slice(1)).toEqual([
    "PUT /latest/api/token",
    "GET /latest/meta-data/iam/security-credentials/",
    "GET /latest/meta-data/iam/security-credentials/the%20role",
  ]);
  // The storage says that they have ended: new ones are fetched once, and the request is sent again.
  server.sessionToken = "session-token-2";
  await put(client, "k", Buffer.from("3"));
  expect([asked.length, server.objects.get("k")?.bytes.toString()]).toEqual([7, "3"]);
  // About to end: fetched before each use.
  expires = Date.now() + 60_000;
  const brief = clientOf(server, {}, env);
  await put(brief, "k", Buffer.from("4"));
  await put(brief, "k", Buffer.from("5"));
  expect(asked.length).toBe(13);
});

test.each([
  [{ bucket: "a" }, /3 to 63/],
  [{ bucket: "../x" }, /3 to 63/],
  [{ bucket: "abc", prefix: "/a" }, /between single slashes/],
  [{ bucket: "abc", prefix: "a/../b" }, /between single slashes/],
  [{ bucket: "abc", prefix: "a//b" }, /between single slashes/],
  [{ bucket: "abc", endpoint: "s3.example.com" }, /a scheme, a host/],
  [{ bucket: "abc", endpoint: "https://user:pw@s3.example.com" }, /no credentials/],
  [{ bucket: "abc", endpoint: "https://s3.example.com/bucket" }, /no path/],
  [{ bucket: "abc", endpoint: "ftp://s3.example.com" }, /a scheme/],
  [{ bucket: "abc", partSize: "1mb" }, /from 5mb/],
])("settings that cannot be meant: %j", (settings, words) => {
  const { issues } = v.safeParse(s3Schema, settings);
  expect(issues?.map(({ message }) => message).join()).toMatch(words);
});
