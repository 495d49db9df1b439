import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { basic, startGuarded } from "../guarded.fixture.ts";
import { writeJwt } from "../jwt.ts";
import { matchesSubject, requireCiRule } from "./rule.ts";

const AUDIENCE = "registry.example";
const SUBJECT = "repo:acme/shop:ref:refs/heads/main";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** An issuer as GitHub and GitLab are one: discovery and keys over HTTP, here on loopback. */
let server: Server;
let issuer = "";
let asked: string[] = [];
let answerWith: (path: string) => { readonly status: number; readonly body: string } | undefined = () => undefined;
let registry: Awaited<ReturnType<typeof startGuarded>>;

const jwk = (key: KeyObject, kid: string): object => ({ ...key.export({ format: "jwk" }), kid, use: "sig" });

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const documents: Record<string, unknown> = {
      "/.well-known/openid-configuration": { issuer, jwks_uri: `${issuer}/keys` },
      "/keys": {
        keys: [jwk(rsa.publicKey, "rsa"), jwk(ec.publicKey, "ec"), jwk(weak.publicKey, "weak"), { kty: "OKP", kid: "odd" }, { kty: "RSA" }],
      },
    };
    const special = answerWith(path);
    response.writeHead(special?.status ?? 200).end(special?.body ?? JSON.stringify(documents[path] ?? {}));
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", () => done()));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(async () => {
  asked = [];
  answerWith = () => undefined;
  registry = await startGuarded();
  registry.users.addCi("shop", { issuer, audience: AUDIENCE, subject: "repo:acme/shop:*", claims: { repository_owner_id: "42" } }, [
    { pattern: "shop/**", actions: ["pull", "push"] },
  ]);
  return () => registry[Symbol.asyncDispose]();
});

const claims = (): Record<string, unknown> => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, aud: AUDIENCE, sub: SUBJECT, repository_owner_id: "42", iat: now, nbf: now - 5, exp: now + 300 };
};
const tokenOf = (change: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key: KeyObject = rsa.privateKey): string =>
  writeJwt({ alg: "RS256", kid: "rsa", typ: "JWT", ...header }, { ...claims(), ...change }, (signed) =>
    sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }),
  );

const login = async (token: string, name = "shop"): Promise<number> =>
  (await registry.raw("GET", "/v2/", { headers: { authorization: basic(name, token) } })).status;

test.each<[string, () => string]>([
  ["RS256", () => tokenOf()],
  ["ES256", () => tokenOf({}, { alg: "ES256", kid: "ec" }, ec.privateKey)],
  ["several audiences", () => tokenOf({ aud: ["x", AUDIENCE] })],
  ["a claim that is a number", () => tokenOf({ repository_owner_id: 42 })],
])("a pipeline's token is its password: %s", async (_name, make) => {
  const authorization = basic("shop", make());
  expect(await login(make())).toBe(200);
  const token = await registry.token(["repository:shop/web:pull,push,delete", "repository:team/app:pull"], authorization);
  const headers = { authorization: `Bearer ${token}` };
  expect((await registry.raw("POST", "/v2/shop/web/blobs/uploads/", { headers })).status).toBe(202);
  expect((await registry.raw("GET", "/v2/team/app/tags/list", { headers })).status).toBe(403);
});

test("by RFC 8693's exchange the pipeline need not know the account's name", async () => {
  const exchange = async (token: string): Promise<{ status: number; scope: string | undefined }> => {
    const form = new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      subject_token: token,
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      scope: "repository:shop/web:pull,push",
    });
    const answer = await registry.raw("POST", "/token", {
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
    });
    return {
      status: answer.status,
      scope: answer.status === 200 ? (JSON.parse(answer.body.toString()) as { scope: string }).scope : undefined,
    };
  };
  registry.users.addCi("other", { issuer, audience: AUDIENCE, subject: "repo:acme/other:*", claims: {} }, []);
  expect(await exchange(tokenOf())).toEqual({ status: 200, scope: "repository:shop/web:pull,push" });
  expect(await exchange(tokenOf({ sub: "repo:acme/none:x" }))).toEqual({ status: 401, scope: undefined });
  expect(await exchange("nonsense")).toEqual({ status: 401, scope: undefined });
});

describe("does not count:", () => {
  const now = Math.floor(Date.now() / 1000);
  test.each<[string, () => string]>([
    ["another audience", () => tokenOf({ aud: "someone" })],
    ["no audience", () => tokenOf({ aud: undefined })],
    ["another issuer", () => tokenOf({ iss: "https://token.actions.githubusercontent.com" })],
    ["an issuer with a slash more", () => tokenOf({ iss: `${issuer}/` })],
    ["another owner's project", () => tokenOf({ sub: "repo:evil/shop:ref:refs/heads/main" })],
    ["a project whose name begins alike", () => tokenOf({ sub: "repo:acme/shopping:ref:refs/heads/main" })],
    ["a missing claim", () => tokenOf({ repository_owner_id: undefined })],
    ["another claim", () => tokenOf({ repository_owner_id: "43" })],
    ["an end in the past", () => tokenOf({ exp: now - 120 })],
    ["no end", () => tokenOf({ exp: undefined })],
    ["a beginning in the future", () => tokenOf({ nbf: now + 600 })],
    ["alg none", () => tokenOf({}, { alg: "none" })],
    ["alg HS256", () => tokenOf({}, { alg: "HS256" })],
    ["RS256 by an elliptic key's name", () => tokenOf({}, { kid: "ec" })],
    ["ES256 by an RSA key's name", () => tokenOf({}, { alg: "ES256" }, ec.privateKey)],
    ["a short RSA key", () => tokenOf({}, { kid: "weak" }, weak.privateKey)],
    ["another's signature", () => tokenOf({}, {}, stranger.privateKey)],
    [
      "another's signature with its key in the header",
      () => tokenOf({}, { jwk: stranger.publicKey.export({ format: "jwk" }) }, stranger.privateKey),
    ],
    ["an unknown key", () => tokenOf({}, { kid: "nobody" })],
    ["no key", () => tokenOf({}, { kid: undefined })],
    ["crit", () => tokenOf({}, { crit: ["exp"] })],
  ])("%s", async (_name, make) => {
    expect(await login(make())).toBe(401);
    expect(await login(tokenOf())).toBe(200);
  });

  test("a good token at an account without a rule, or a password at one with", async () => {
    expect(await login(tokenOf(), "bob")).toBe(401);
    expect(await login("a password")).toBe(401);
    expect(asked).toEqual([]);
  });
});

describe("the issuer's keys", () => {
  test("are read once for many tokens, and not again for invented names", async () => {
    for (let at = 0; at < 5; at++) expect(await login(tokenOf({ jti: at }))).toBe(200);
    expect(asked).toEqual(["/.well-known/openid-configuration", "/keys"]);
    for (let at = 0; at < 4; at++) expect(await login(tokenOf({}, { kid: `invented${at}` }))).toBe(401);
    expect(asked).toHaveLength(2);
  });

  test.each<[string, (path: string) => { status: number; body: string } | undefined]>([
    ["it is away", () => ({ status: 503, body: "" })],
    [
      "its document is that of another",
      (path) =>
        path.startsWith("/.well")
          ? { status: 200, body: JSON.stringify({ issuer: "https://evil.example", jwks_uri: `${issuer}/keys` }) }
          : undefined,
    ],
    [
      "its keys are over plain HTTP elsewhere",
      (path) =>
        path.startsWith("/.well") ? { status: 200, body: JSON.stringify({ issuer, jwks_uri: "http://10.0.0.1/keys" }) } : undefined,
    ],
    ["it redirects", () => ({ status: 302, body: "" })],
    ["it sends without end", () => ({ status: 200, body: "x".repeat(400_000) })],
    ["it sends no JSON", () => ({ status: 200, body: "<html>" })],
    [
      "it sends too many keys",
      (path) =>
        path === "/keys"
          ? { status: 200, body: JSON.stringify({ keys: Array.from({ length: 101 }, (_, at) => ({ kty: "RSA", kid: `${at}` })) }) }
          : undefined,
    ],
  ])("are not believed when %s", async (_name, answer) => {
    answerWith = answer;
    expect(await login(tokenOf())).toBe(401);
  });
});

test.each([
  ["repo:acme/shop:*", "repo:acme/shop:ref:refs/heads/main", true],
  ["repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main", true],
  ["repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/mainly", false],
  ["repo:acme/*:a*b*c", "repo:acme/x:a1b2c", true],
  ["repo:acme/*:a*b*c", "repo:acme/x:a1c", false],
  ["repo:acme/shop", "repo:acme/shop:x", false],
  ["repo:acme/aa*aa", "repo:acme/aaa", false],
])("subject %s over %s: %s", (pattern, subject, expected) => {
  expect(matchesSubject(pattern, subject)).toBe(expected);
});

test.each(["*", "repo:*", "repo:acme*", ""])("the subject %j would let in strangers", (subject) => {
  expect(() => requireCiRule({ issuer: "https://gitlab.com", audience: "x", subject, claims: {} })).toThrow();
});
test.each(["http://gitlab.example", "ftp://x", "https://u:p@x", "nonsense", "https://x/?a"])("the issuer %j is not one", (address) => {
  expect(() => requireCiRule({ issuer: address, audience: "x", subject: "a/b", claims: {} })).toThrow(/not an https address/);
});
