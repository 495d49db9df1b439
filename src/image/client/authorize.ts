import * as v from "valibot";
import { type Clock, rememberSecret, SeaworthyError } from "../../core/index.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credentials, CredentialSource } from "./credentials.ts";
import { isInternalAddress, sameOwner } from "./endpoint.ts";
import { refusal } from "./failure.ts";
import { type Answer, bytesBody, type Call, readBounded } from "./http.ts";

const MAX_TOKEN_BYTES = 1024 * 1024;
/** Distribution's token specification: absent means 60 s. */
const DEFAULT_LIFE_S = 60;

const tokenSchema = v.looseObject({
  token: v.exactOptional(v.string()),
  access_token: v.exactOptional(v.string()),
  expires_in: v.exactOptional(v.number()),
});

interface Token {
  readonly value: string;
  readonly expiresAt: number;
}

export interface Authorizer {
  /** The Authorization header for a request known to need one. */
  header(registry: string, scopes: readonly string[]): Promise<string | undefined>;
  /** After a 401: what to try next, undefined when there is nothing (else) to show. */
  answer(registry: string, refused: Answer, scopes: readonly string[]): Promise<string | undefined>;
}

interface Ports {
  readonly credentials: CredentialSource;
  readonly send: (call: Call) => Promise<Answer>;
  readonly clock: Clock;
  readonly trustedRealms: readonly string[];
}

const basic = (credentials: Credentials): string | undefined =>
  "password" in credentials ? `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}` : undefined;

/** The address of the token service. @throws REGISTRY_REFUSED when it would take credentials to a stranger or the request into our own network */
const realmOf = (challenge: Challenge, from: URL, withCredentials: boolean, trusted: readonly string[]): URL => {
  const realm = challenge.parameters["realm"] ?? "";
  const refuse = (why: string): never => {
    throw new SeaworthyError("REGISTRY_REFUSED", `${from.host} names the token service "${realm.slice(0, 200)}", ${why}`);
  };
  if (!URL.canParse(realm)) return refuse("which is no address");
  const url = new URL(realm);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && from.protocol === "http:")) refuse("which is not HTTPS");
  if (url.username !== "" || url.password !== "") refuse("which carries a user name");
  const known = sameOwner(url.hostname, from.hostname) || trusted.includes(url.hostname);
  if (!known && isInternalAddress(url.hostname) && !isInternalAddress(from.hostname)) refuse("which is an internal address");
  if (!known && withCredentials) refuse("which belongs to another domain; credentials are not sent there");
  return url;
};

const tokenCall = (realm: URL, challenge: Challenge, scopes: readonly string[], credentials: Credentials | undefined): Call => {
  const service = challenge.parameters["service"];
  if (credentials !== undefined && "identityToken" in credentials) {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: credentials.identityToken,
      client_id: "seaworthy",
      scope: scopes.join(" "),
    });
    if (service !== undefined) form.set("service", service);
    return {
      method: "POST",
      url: realm,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: bytesBody(Buffer.from(form.toString())),
    };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const authorization = credentials === undefined ? undefined : basic(credentials);
  return { method: "GET", url, headers: authorization === undefined ? {} : { authorization } };
};

/** Answers challenges: Basic, and Bearer tokens from a token service, anonymous where there are no credentials. Tokens are kept until they end. */
export const createAuthorizer = (ports: Ports): Authorizer => {
  const learned = new Map<string, { readonly challenge: Challenge; readonly from: URL }>();
  const tokens = new Map<string, Promise<Token>>();

  const fetchToken = async (registry: string, challenge: Challenge, from: URL, scopes: readonly string[]): Promise<Token> => {
    const credentials = await ports.credentials(registry);
    const realm = realmOf(challenge, from, credentials !== undefined, ports.trustedRealms);
    const answer = await ports.send(tokenCall(realm, challenge, scopes, credentials));
    const tried = `ask ${realm.host} for a token for ${registry}`;
    if (answer.status !== 200) {
      const error = await refusal(answer, tried);
      throw error.code === "IMAGE_NOT_FOUND" ? new SeaworthyError("REGISTRY_REFUSED", error.message) : error;
    }
    const body = Buffer.from(await readBounded(answer, MAX_TOKEN_BYTES)).toString("utf8");
    const read = v.safeParse(
      tokenSchema,
      (() => {
        try {
          return JSON.parse(body) as unknown;
        } catch {
          return undefined;
        }
      })(),
    );
    const value = read.success ? (read.output.token ?? read.output.access_token) : undefined;
    if (!read.success || value === undefined || !/^[\x21-\x7e]+$/.test(value))
      throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the answer holds no token`);
    rememberSecret(value);
    return { value, expiresAt: ports.clock.now() + Math.max(read.output.expires_in ?? DEFAULT_LIFE_S, 10) * 900 };
  };

  const bearer = async (registry: string, challenge: Challenge, from: URL, scopes: readonly string[], fresh: boolean): Promise<string> => {
    const key = [registry, challenge.parameters["realm"], challenge.parameters["service"], ...scopes.toSorted()].join("\n");
    const cached = fresh ? undefined : await tokens.get(key)?.catch(() => undefined);
    if (cached !== undefined && cached.expiresAt > ports.clock.now()) return `Bearer ${cached.value}`;
    const fetching = fetchToken(registry, challenge, from, scopes);
    tokens.set(key, fetching);
    return `Bearer ${(await fetching).value}`;
  };

  return {
    header: async (registry, scopes) => {
      const known = learned.get(registry);
      if (known === undefined) return undefined;
      if (known.challenge.scheme === "bearer") return bearer(registry, known.challenge, known.from, scopes, false);
      const credentials = await ports.credentials(registry);
      return credentials === undefined ? undefined : basic(credentials);
    },
    answer: async (registry, refused, scopes) => {
      const challenges = parseChallenges(refused.headers["www-authenticate"] ?? "");
      const challenge = challenges.find((each) => each.scheme === "bearer") ?? challenges.find((each) => each.scheme === "basic");
      if (challenge === undefined) return undefined;
      learned.set(registry, { challenge, from: refused.url });
      if (challenge.scheme === "bearer") {
        const asked = (challenge.parameters["scope"] ?? "").split(" ").filter((scope) => scope !== "");
        return bearer(
          registry,
          challenge,
          refused.url,
          [...new Set([...scopes, ...asked.filter((scope) => !scopes.some((own) => covers(own, scope)))])],
          true,
        );
      }
      const credentials = await ports.credentials(registry);
      return credentials === undefined ? undefined : basic(credentials);
    },
  };
};

/** `repository:a:pull,push` covers `repository:a:pull`. */
const covers = (own: string, asked: string): boolean => {
  const split = (scope: string): readonly [string, readonly string[]] => {
    const at = scope.lastIndexOf(":");
    return [scope.slice(0, at), scope.slice(at + 1).split(",")];
  };
  const [name, actions] = split(own);
  const [askedName, askedActions] = split(asked);
  return name === askedName && askedActions.every((action) => actions.includes(action));
};
