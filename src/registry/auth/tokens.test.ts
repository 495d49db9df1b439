import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { fakeClock, systemClock } from "../../core/index.ts";
import { temporaryFolder } from "../registry.fixture.ts";
import { openAccounts } from "./accounts.ts";
import { administer, basic, startGuarded } from "./guarded.fixture.ts";
import { readJwt, writeJwt } from "./jwt.ts";
import { createTokenKeys, type TokenKeys } from "./token-keys.ts";
import { createTokens, parseScopes, type Tokens } from "./tokens.ts";

const HOUR = 3600_000;
const content = { accountId: 1, version: 1, access: [{ type: "repository", name: "a", actions: ["pull"] }] } as const;

let clock: ReturnType<typeof fakeClock>;
let keys: TokenKeys;
let tokens: Tokens;
const folderKeys = (folder: string): TokenKeys => createTokenKeys(openAccounts(folder, clock).database, clock, HOUR);

beforeEach(() => {
  clock = fakeClock();
  keys = folderKeys(temporaryFolder());
  tokens = createTokens(keys, clock);
});

const again = (
  text: string,
  change: (parts: { header: Record<string, unknown>; claims: Record<string, unknown> }) => void,
  key = keys.signing().privateKey,
): string => {
  const jwt = readJwt(text);
  const parts = { header: { ...jwt?.header }, claims: { ...jwt?.claims } };
  change(parts);
  return writeJwt(parts.header, parts.claims, (signed) => sign(null, Buffer.from(signed), key));
};

describe("a token of this registry", () => {
  test("is read while it lives, and by its use only", async () => {
    const text = tokens.issue("access", content, 600);
    expect(tokens.read("access", text)).toMatchObject(content);
    expect(tokens.read("refresh", text)).toBeUndefined();
    expect(tokens.read("access", tokens.issue("refresh", content, 600))).toBeUndefined();
    await clock.sleep(599_000);
    expect(tokens.read("access", text)).toBeDefined();
    await clock.sleep(2000);
    expect(tokens.read("access", text)).toBeUndefined();
    expect(createTokens(keys, clock).read("access", text)).toBeUndefined();
  });

  test("changed again by us with the same key still reads: the helper of the next tests changes only what it names", () => {
    expect(
      tokens.read(
        "access",
        again(tokens.issue("access", content, 600), () => undefined),
      ),
    ).toMatchObject(content);
  });

  const attacker = generateKeyPairSync("ed25519");
  test.each<[string, (text: string) => string]>([
    ["alg none", (text) => `${Buffer.from('{"alg":"none","typ":"JWT"}').toString("base64url")}.${text.split(".")[1]}.`],
    ["alg none with its signature", (text) => again(text, ({ header }) => (header["alg"] = "none"))],
    [
      "alg HS256 by the public key",
      (text) => {
        const [, claims = ""] = text.split(".");
        const header = Buffer.from(JSON.stringify({ alg: "HS256", typ: "JWT", kid: keys.signing().kid })).toString("base64url");
        const secret = String(keys.verifying(keys.signing().kid)?.export({ type: "spki", format: "pem" }));
        return `${header}.${claims}.${createHmac("sha256", secret).update(`${header}.${claims}`).digest("base64url")}`;
      },
    ],
    [
      "a jwk in its header",
      (text) => again(text, ({ header }) => (header["jwk"] = attacker.publicKey.export({ format: "jwk" })), attacker.privateKey),
    ],
    [
      "a jwk in its header, signed by us",
      (text) => again(text, ({ header }) => (header["jwk"] = attacker.publicKey.export({ format: "jwk" }))),
    ],
    ["a jku in its header", (text) => again(text, ({ header }) => (header["jku"] = "https://evil.example/keys"))],
    ["an x5c in its header", (text) => again(text, ({ header }) => (header["x5c"] = ["x"]))],
    ["crit in its header", (text) => again(text, ({ header }) => (header["crit"] = ["x"]))],
    ["another's signature under our kid", (text) => again(text, () => undefined, attacker.privateKey)],
    ["an unknown kid", (text) => again(text, ({ header }) => (header["kid"] = "../../etc/passwd"))],
    ["no kid", (text) => again(text, ({ header }) => delete header["kid"])],
    ["another issuer", (text) => again(text, ({ claims }) => (claims["iss"] = "someone"))],
    ["another audience", (text) => again(text, ({ claims }) => (claims["aud"] = "someone"))],
    ["audiences", (text) => again(text, ({ claims }) => (claims["aud"] = ["access"]))],
    ["an end in the past", (text) => again(text, ({ claims }) => (claims["exp"] = clock.now() / 1000 - 10))],
    ["no end", (text) => again(text, ({ claims }) => delete claims["exp"])],
    ["an end in words", (text) => again(text, ({ claims }) => (claims["exp"] = "9999999999"))],
    ["a beginning in the future", (text) => again(text, ({ claims }) => (claims["nbf"] = clock.now() / 1000 + 60))],
    ["an issue in the future", (text) => again(text, ({ claims }) => (claims["iat"] = clock.now() / 1000 + 60))],
    ["no access", (text) => again(text, ({ claims }) => delete claims["access"])],
    [
      "a changed claim under the old signature",
      (text) => {
        const [header = "", claims = "", signature = ""] = text.split(".");
        const wider = Buffer.from(Buffer.from(claims, "base64url").toString().replace('"a"', '"b"')).toString("base64url");
        return `${header}.${wider}.${signature}`;
      },
    ],
    ["no signature", (text) => `${text.split(".").slice(0, 2).join(".")}.`],
    ["four parts", (text) => `${text}.x`],
    ["nothing", () => ""],
    ["64 KiB", () => `a.${"b".repeat(65_536)}.c`],
  ])("with %s does not count", (_name, change) => {
    expect(tokens.read("access", change(tokens.issue("access", content, 600)))).toBeUndefined();
  });
});

describe("keys", () => {
  test("of a process are those of another on the same folder, also after a rotation", () => {
    const folder = temporaryFolder();
    const [here, there] = [folderKeys(folder), folderKeys(folder)];
    const old = createTokens(here, clock).issue("access", content, 600);
    expect(createTokens(there, clock).read("access", old)).toBeDefined();
    const kid = there.rotate(false);
    expect(here.signing().kid).toBe(kid);
    expect(createTokens(here, clock).read("access", old)).toBeDefined();
  });

  test("that are replaced verify until what they signed has ended, not longer", async () => {
    const text = tokens.issue("access", content, 10 * 3600);
    keys.rotate(false);
    expect(readJwt(tokens.issue("access", content, 600))?.header["kid"]).not.toBe(readJwt(text)?.header["kid"]);
    await clock.sleep(HOUR - 1000);
    expect(tokens.read("access", text)).toBeDefined();
    await clock.sleep(2000);
    expect(tokens.read("access", text)).toBeUndefined();
  });

  test("that are forgotten end their tokens at once, also those that were read before", () => {
    const text = tokens.issue("access", content, 600);
    expect(tokens.read("access", text)).toBeDefined();
    keys.rotate(true);
    expect(tokens.read("access", text)).toBeUndefined();
  });

  test("are replaced by themselves after 30 days", async () => {
    const { kid } = keys.signing();
    await clock.sleep(29 * 24 * HOUR);
    expect(keys.signing().kid).toBe(kid);
    await clock.sleep(2 * 24 * HOUR);
    expect(keys.signing().kid).not.toBe(kid);
  });
});

test("scopes are read from the right: a name may hold a port's colon, an action never", () => {
  expect(parseScopes(["repository:a/b:pull,push repository:c:delete", "registry:catalog:*"])).toEqual([
    { type: "repository", name: "a/b", actions: ["pull", "push"] },
    { type: "repository", name: "c", actions: ["delete"] },
    { type: "registry", name: "catalog", actions: ["*"] },
  ]);
  expect(parseScopes(["repository(plugin):a:pull"])).toEqual([{ type: "repository", name: "a", actions: ["pull"] }]);
  expect(parseScopes(["repository:a", "x:a:pull", "repository:a:PULL", "registry:other:*", "repository:a:fly"])).toEqual([
    { type: "repository", name: "a", actions: [] },
  ]);
  expect(parseScopes(Array.from({ length: 1000 }, (_, at) => `repository:r${at}:pull`))).toHaveLength(100);
});

describe("a registry's answers to tokens", () => {
  const pull = async (registry: Awaited<ReturnType<typeof startGuarded>>, authorization: string): Promise<number> =>
    (await registry.raw("GET", "/v2/team/app/tags/list", { headers: { authorization } })).status;

  test("a removed account, a new secret, rights taken away and an end: at once, for Basic, tokens and refresh tokens", async () => {
    await using registry = await startGuarded();
    const as = basic("bob", registry.secrets["bob"]);
    const login = async (): Promise<{ token: string; refresh_token: string }> =>
      JSON.parse(
        (
          await registry.raw("GET", "/token?scope=repository:team/app:pull&offline_token=true", { headers: { authorization: as } })
        ).body.toString(),
      );
    const refresh = async (token: string): Promise<number> =>
      (
        await registry.raw("POST", "/token", {
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: `grant_type=refresh_token&refresh_token=${token}`,
        })
      ).status;
    const before = await login();
    const bearer = `Bearer ${before.token}`;
    expect([await pull(registry, as), await pull(registry, bearer), await refresh(before.refresh_token)]).toEqual([404, 404, 200]);

    registry.users.revoke("bob", "all");
    expect([await pull(registry, as), await pull(registry, bearer)]).toEqual([403, 403]);
    registry.users.grant("bob", [{ pattern: "team/**", actions: ["pull"] }]);
    expect([await pull(registry, as), await pull(registry, bearer)]).toEqual([404, 404]);

    registry.users.renewSecret("bob");
    expect([await pull(registry, as), await pull(registry, bearer), await refresh(before.refresh_token)]).toEqual([401, 401, 401]);

    const other = basic("ann", registry.secrets["ann"]);
    const token = `Bearer ${await registry.token(["repository:team/app:pull"], other)}`;
    expect([await pull(registry, other), await pull(registry, token)]).toEqual([404, 404]);
    registry.users.remove("ann");
    expect([await pull(registry, other), await pull(registry, token)]).toEqual([401, 401]);
    // Who comes under the same name later is somebody else.
    registry.users.addRobot("ann", [{ pattern: "**", actions: ["pull"] }], undefined);
    expect([await pull(registry, other), await pull(registry, token)]).toEqual([401, 401]);
  });

  test("a robot's end", async () => {
    const folder = temporaryFolder();
    const clock = { ...systemClock, now: () => now };
    let now = Date.now();
    using users = administer(folder, clock);
    const { secret } = users.addRobot("late", [{ pattern: "**", actions: ["pull"] }], now + HOUR);
    await using registry = await startGuarded({ dataFolder: folder, clock });
    const as = basic("late", secret);
    const token = `Bearer ${await registry.token(["repository:team/app:pull"], as)}`;
    now += HOUR - 1000;
    expect(await pull(registry, as)).toBe(404);
    const fresh = `Bearer ${await registry.token(["repository:team/app:pull"], as)}`;
    expect(await pull(registry, fresh)).toBe(404);
    now += 2000;
    expect([await pull(registry, as), await pull(registry, token), await pull(registry, fresh)]).toEqual([401, 401, 401]);
    expect(await registry.token([], as)).toBeUndefined();
  });

  test("the token service takes a form as well, and refuses what it does not know", async () => {
    await using registry = await startGuarded();
    const post = async (body: string, headers: Readonly<Record<string, string>> = {}) =>
      registry.raw("POST", "/v2/token", { headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, body });
    const good = await post(
      `grant_type=password&username=bob&password=${registry.secrets["bob"]}&scope=repository:team/app:pull,push&service=x`,
    );
    expect(JSON.parse(good.body.toString())).toMatchObject({ token_type: "Bearer", expires_in: 600, scope: "repository:team/app:pull" });
    const { token, access_token, issued_at, ...others } = JSON.parse(good.body.toString()) as Record<string, string>;
    expect([access_token, issued_at]).toEqual([token, expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)]);
    expect(others).not.toHaveProperty("refresh_token");
    expect(good.headers["cache-control"]).toBe("no-store");
    expect((await post("grant_type=password&username=bob&password=wrong")).status).toBe(401);
    expect((await post("grant_type=password")).status).toBe(400);
    expect((await post("grant_type=magic")).status).toBe(400);
    expect(
      (await post(`grant_type=refresh_token&refresh_token=${(JSON.parse(good.body.toString()) as { token: string }).token}`)).status,
    ).toBe(401);
    expect((await post("x".repeat(70_000))).status).toBe(413);
    expect((await registry.raw("DELETE", "/token")).status).toBe(405);
    // A name and a password in a query would end in logs: they are not looked at there.
    const query = await registry.raw("GET", `/token?username=bob&password=${registry.secrets["bob"]}&scope=repository:team/app:pull`);
    expect(JSON.parse(query.body.toString())).toMatchObject({ scope: "" });
  });
});
