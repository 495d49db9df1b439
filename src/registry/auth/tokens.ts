import { createHash, randomUUID, sign, verify } from "node:crypto";
import type { Clock } from "../../core/index.ts";
import { forgetOldest } from "../forget-oldest.ts";
import { isTimely, type Jwt, readJwt, writeJwt } from "./jwt.ts";
import type { Action } from "./rights.ts";
import type { TokenKeys } from "./token-keys.ts";

/** What a token opens: a repository, or the list of them. */
export interface Scope {
  readonly type: "repository" | "registry";
  readonly name: string;
  readonly actions: readonly string[];
}

/** A token's content once it is believed. */
export interface Token {
  /** 0 for nobody. */
  readonly accountId: number;
  readonly version: number;
  readonly access: readonly Scope[];
  /** Seconds since the epoch. */
  readonly exp: number;
}

export type TokenUse = "access" | "refresh";

/** Seconds that a token of each use lives. */
export const ACCESS_S = 600;
export const REFRESH_S = 30 * 24 * 3600;
/** A pipeline's word is good for as long as a job. */
export const CI_REFRESH_S = 3600;

const ISSUER = "seaworthy-registry";
const MAX_CACHED = 2000;

export interface Tokens {
  issue(use: TokenUse, token: Omit<Token, "exp">, lifeS: number): string;
  /** Undefined for everything that this registry has not signed for this use, or that is over. */
  read(use: TokenUse, text: string): Token | undefined;
}

const isScope = (value: unknown): value is Scope => {
  const scope = value as Partial<Record<keyof Scope, unknown>> | null;
  return typeof scope === "object" && scope !== null && typeof scope.name === "string" && Array.isArray(scope.actions);
};

const believed = ({ claims }: Jwt, use: TokenUse): Token | undefined => {
  const { iss, aud, aid, ver, exp, access } = claims;
  if (iss !== ISSUER || aud !== use) return undefined;
  if (typeof aid !== "number" || typeof ver !== "number" || typeof exp !== "number" || !Array.isArray(access) || !access.every(isScope))
    return undefined;
  return { accountId: aid, version: ver, exp, access };
};

/** Tokens of this registry: EdDSA by a key that the header only names. `alg`, `jwk`, `jku` and `x5c` of a token choose nothing (CVE-2025-24976). */
export const createTokens = (keys: TokenKeys, clock: Clock): Tokens => {
  // A signature costs a tenth of a millisecond, and clients show the same token hundreds of times.
  const verified = new Map<string, { readonly kid: string; readonly token: Token }>();
  const nameOf = (use: TokenUse, text: string): string => createHash("sha256").update(use).update(text).digest("base64");

  const check = (use: TokenUse, text: string): { readonly kid: string; readonly token: Token } | undefined => {
    const jwt = readJwt(text);
    if (jwt === undefined) return undefined;
    const { alg, kid, typ, ...others } = jwt.header;
    if (alg !== "EdDSA" || typ !== "JWT" || typeof kid !== "string" || Object.keys(others).length > 0) return undefined;
    const key = keys.verifying(kid);
    if (key === undefined || !verify(null, Buffer.from(jwt.signed), key, jwt.signature)) return undefined;
    const token = believed(jwt, use);
    return token === undefined || !isTimely(jwt.claims, clock.now(), 5) ? undefined : { kid, token };
  };

  return {
    issue: (use, { accountId, version, access }, lifeS) => {
      const { kid, privateKey } = keys.signing();
      const now = Math.floor(clock.now() / 1000);
      const claims = {
        iss: ISSUER,
        aud: use,
        aid: accountId,
        ver: version,
        jti: randomUUID(),
        iat: now,
        nbf: now,
        exp: now + lifeS,
        access,
      };
      return writeJwt({ alg: "EdDSA", typ: "JWT", kid }, claims, (signed) => sign(null, Buffer.from(signed), privateKey));
    },
    read: (use, text) => {
      if (text.length > 16_384) return undefined;
      const name = nameOf(use, text);
      const found = verified.get(name) ?? check(use, text);
      if (found === undefined) return undefined;
      if (found.token.exp <= clock.now() / 1000 || keys.verifying(found.kid) === undefined) {
        verified.delete(name);
        return undefined;
      }
      if (!verified.has(name)) {
        verified.set(name, found);
        forgetOldest(verified, MAX_CACHED);
      }
      return found.token;
    },
  };
};

const MAX_SCOPES = 100;
const KNOWN_ACTIONS: ReadonlySet<string> = new Set<Action | "*">(["pull", "push", "delete", "*"]);

/**
 * Reads `repository:team/app:pull,push` (distribution, "Token Scope Documentation"); several in one text stand apart by spaces. What is of another kind
 * is left out, as the specification has it: the token then does not open it.
 */
export const parseScopes = (texts: readonly string[]): readonly Scope[] =>
  texts
    .flatMap((text) => text.slice(0, 20_000).split(" "))
    .slice(0, MAX_SCOPES)
    .flatMap((text): readonly Scope[] => {
      const match = /^(repository|registry)(?:\([a-z0-9]+\))?:(.{1,300}):([a-z*,]{0,100})$/.exec(text);
      const [, type, name = "", list = ""] = match ?? [];
      if (type === "registry") return name === "catalog" ? [{ type, name, actions: ["*"] }] : [];
      if (type !== "repository") return [];
      return [{ type, name, actions: list.split(",").filter((action) => KNOWN_ACTIONS.has(action)) }];
    });
