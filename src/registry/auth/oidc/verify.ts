import { verify } from "node:crypto";
import type { Clock } from "../../../core/index.ts";
import { isTimely, readJwt } from "../jwt.ts";
import type { IssuerKeys } from "./key-set.ts";
import { type CiRule, matchesSubject } from "./rule.ts";

const LEEWAY_S = 60;

/** Why a pipeline's token does not count; goes to the log. */
export type CiVerdict =
  | { readonly holds: true; readonly until: number; readonly subject: string }
  | { readonly holds: false; readonly because: string };

/** Claims are compared as text: GitHub has ids as text, GitLab some as numbers. */
const textOf = (value: unknown): string | undefined => (["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined);

/**
 * Whether a CI system's token fulfils a rule: signature by a key of the rule's issuer (RS256 or ES256), issuer, audience, times, subject, claims.
 * @throws when the issuer's keys cannot be read
 */
export const verifyCiToken = async (token: string, rule: CiRule, keys: IssuerKeys, clock: Clock): Promise<CiVerdict> => {
  const refuse = (because: string): CiVerdict => ({ holds: false, because });
  const jwt = readJwt(token);
  if (jwt === undefined) return refuse("it is not a token");
  const { alg, kid } = jwt.header;
  const { iss, aud, sub } = jwt.claims;
  // Before any question to anybody: whose keys are asked for is the rule's to say, never the token's.
  if (iss !== rule.issuer) return refuse("it has another issuer");
  if (alg !== "RS256" && alg !== "ES256") return refuse("its algorithm is neither RS256 nor ES256");
  if (typeof kid !== "string" || kid.length > 256) return refuse("it names no key");
  if (!(Array.isArray(aud) ? aud : [aud]).includes(rule.audience)) return refuse("it is for another audience");
  if (!isTimely(jwt.claims, clock.now(), LEEWAY_S)) return refuse("it is not valid at this time");
  if (typeof sub !== "string" || !matchesSubject(rule.subject, sub)) return refuse("its subject is another");
  const different = Object.entries(rule.claims).find(([name, value]) => textOf(jwt.claims[name]) !== value);
  if (different !== undefined) return refuse(`its claim ${different[0]} is another`);
  const key = await keys.find(rule.issuer, kid, alg);
  if (key === undefined) return refuse("its issuer has no such key");
  const good = verify("sha256", Buffer.from(jwt.signed), { key, dsaEncoding: "ieee-p1363" }, jwt.signature);
  return good ? { holds: true, until: Number(jwt.claims["exp"]) * 1000, subject: sub } : refuse("its signature is not its issuer's");
};
