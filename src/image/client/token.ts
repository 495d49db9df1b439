import * as v from "valibot";
import { type Clock, rememberSecret, SeaworthyError } from "../../core/index.ts";
import type { Challenge } from "./challenge.ts";
import type { Credentials } from "./credentials/types.ts";
import { isInternalAddress, isMetadataAddress, sameOwner } from "./endpoint.ts";
import { refusal } from "./failure.ts";
import { type Answer, bytesBody, type Call, readBounded } from "./http.ts";
import { isInside, reachFrom } from "./redirect.ts";

const MAX_TOKEN_BYTES = 1024 * 1024;
/** Distribution's token specification: absent means 60 s. */
const DEFAULT_LIFE_S = 60;
const LONGEST_LIFE_S = 24 * 3600;

const tokenSchema = v.looseObject({
  token: v.nullish(v.string()),
  access_token: v.nullish(v.string()),
  refresh_token: v.nullish(v.string()),
  expires_in: v.nullish(v.number()),
});

export interface Token {
  readonly value: string;
  readonly expiresAt: number;
  /** In place of the identity token that was shown. */
  readonly identityToken?: string;
}

interface TokenRequest {
  readonly registry: string;
  readonly challenge: Challenge;
  /** The answer that the challenge came with. */
  readonly from: Pick<Answer, "url" | "peer">;
  readonly scopes: readonly string[];
  readonly credentials: Credentials | undefined;
  readonly send: (call: Call) => Promise<Answer>;
  readonly clock: Clock;
  readonly trustedRealms: readonly string[];
}

/**
 * The address of the token service.
 * @throws REGISTRY_REFUSED when it would take credentials to a stranger (CVE-2026-33540, CVE-2020-15157) or the request into our own network
 */
const realmOf = ({ challenge, from, credentials, trustedRealms }: TokenRequest): { readonly url: URL; readonly isTrusted: boolean } => {
  const realm = challenge.parameters["realm"] ?? "";
  const refuse = (why: string, hint?: string): never => {
    throw new SeaworthyError(
      "REGISTRY_REFUSED",
      `${from.url.host} names the token service "${realm.slice(0, 200)}", ${why}`,
      hint === undefined ? {} : { hint },
    );
  };
  if (!URL.canParse(realm)) return refuse("which is no address");
  const url = new URL(realm);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && from.url.protocol === "http:")) refuse("which is not HTTPS");
  if (url.username !== "" || url.password !== "") refuse("which carries a user name");
  const isTrusted = trustedRealms.includes(url.host) || trustedRealms.includes(url.hostname);
  if (isTrusted || url.host === from.url.host) return { url, isTrusted };
  if (isMetadataAddress(url.hostname)) refuse("which tells machines of a cloud their credentials");
  if (url.hostname !== from.url.hostname && isInternalAddress(url.hostname) && !isInside(from)) refuse("which is an internal address");
  if (credentials !== undefined && !sameOwner(url.hostname, from.url.hostname))
    refuse(
      "which belongs to another domain; credentials are not sent there",
      `If it is the token service of this registry: SEAWORTHY_TOKEN_SERVICES=${url.host}`,
    );
  return { url, isTrusted };
};

const tokenCall = (request: TokenRequest): Call => {
  const { url: realm, isTrusted } = realmOf(request);
  const { challenge, scopes, credentials } = request;
  const reach = isTrusted ? "anywhere" : reachFrom(request.from, realm);
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
      reach,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: bytesBody(Buffer.from(form.toString())),
    };
  }
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  if (credentials === undefined || !("password" in credentials)) return { method: "GET", url, reach };
  url.searchParams.set("account", credentials.username);
  url.searchParams.set("client_id", "seaworthy");
  const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  return { method: "GET", url, reach, headers: { authorization } };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/**
 * Asks a token service (distribution, "Token Authentication Specification"; with an identity token, "OAuth2 Token Authentication").
 * @throws REGISTRY_REFUSED, REGISTRY_UNREACHABLE
 */
export const requestToken = async (request: TokenRequest): Promise<Token> => {
  const call = tokenCall(request);
  const tried = `ask ${call.url.host} for a token for ${request.registry}`;
  const answer = await request.send(call);
  if (answer.status !== 200) {
    const error = await refusal(answer, tried, { registry: request.registry });
    throw error.code === "IMAGE_NOT_FOUND" ? new SeaworthyError("REGISTRY_REFUSED", error.message) : error;
  }
  const body = parsed(Buffer.from(await readBounded(answer, MAX_TOKEN_BYTES)).toString("utf8"));
  const read = v.safeParse(tokenSchema, body);
  const value = read.success ? read.output.token || read.output.access_token : undefined;
  if (!read.success || !value || !/^[\x21-\x7e]+$/.test(value))
    throw new SeaworthyError("REGISTRY_REFUSED", `${tried}: the answer holds no token`);
  rememberSecret(value);
  const lifeS = Math.min(Math.max(read.output.expires_in ?? DEFAULT_LIFE_S, 10), LONGEST_LIFE_S);
  const identityToken = read.output.refresh_token;
  if (identityToken) rememberSecret(identityToken);
  return { value, expiresAt: request.clock.now() + lifeS * 900, ...(identityToken ? { identityToken } : {}) };
};
