import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import * as v from "valibot";
import { type Clock, SeaworthyError, wordsOf } from "../../../core/index.ts";
import { isSafeUrl } from "./rule.ts";

const MAX_BYTES = 256 * 1024;
const TIMEOUT_MS = 5000;
const FRESH_MS = 10 * 60_000;
/** When the issuer is away, its keys of before count for so long. */
const STALE_MS = 24 * 3600_000;
/** A name of a key that is not there may be a new key; whoever invents names must not make us ask each time. */
const ASK_AGAIN_MS = 30_000;
const MAX_KEYS = 100;

export type Algorithm = "RS256" | "ES256";

export interface IssuerKeys {
  /** The issuer's key of this name, if it fits the algorithm. @throws when the issuer cannot be asked */
  find(issuer: string, kid: string, algorithm: Algorithm): Promise<KeyObject | undefined>;
}

const discoverySchema = v.looseObject({ issuer: v.string(), jwks_uri: v.string() });
const setSchema = v.looseObject({
  keys: v.pipe(v.array(v.looseObject({ kty: v.string(), kid: v.optional(v.string()) })), v.maxLength(MAX_KEYS)),
});

/** @throws with words that name the address, on anything but a small JSON document from a safe address */
const fetchJson = async (url: string): Promise<unknown> => {
  if (!isSafeUrl(url)) throw new SeaworthyError("INPUT_INVALID", `${url.slice(0, 200)} is not an https address`);
  try {
    const answer = await fetch(url, {
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { accept: "application/json" },
    });
    if (answer.status !== 200 || answer.body === null) throw new Error(`HTTP ${answer.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch (error) {
    throw new SeaworthyError("REGISTRY_UNREACHABLE", `cannot read ${url}: ${wordsOf(error)}`, { cause: error });
  }
};

const keyOf = (jwk: JsonWebKey): KeyObject | undefined => {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return undefined;
  }
};

/** What the header of a token says about its algorithm must be what its issuer's key is for. */
const fits = (key: KeyObject, algorithm: Algorithm): boolean => {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  return algorithm === "RS256" ? key.asymmetricKeyType === "rsa" && modulusLength >= 2048 : namedCurve === "prime256v1";
};

interface Fetched {
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly at: number;
}

const load = async (issuer: string, now: number): Promise<Fetched> => {
  const base = issuer.replace(/\/$/, "");
  const discovery = v.safeParse(discoverySchema, await fetchJson(`${base}/.well-known/openid-configuration`));
  // OpenID Connect Discovery 1.0 section 4.3: the issuer must say its own name.
  if (!discovery.success || discovery.output.issuer !== issuer)
    throw new SeaworthyError("REGISTRY_REFUSED", `${base}/.well-known/openid-configuration is not that of ${issuer}`);
  const set = v.safeParse(setSchema, await fetchJson(discovery.output.jwks_uri));
  if (!set.success) throw new SeaworthyError("REGISTRY_REFUSED", `${discovery.output.jwks_uri} holds no set of keys`);
  const keys = new Map<string, KeyObject>();
  for (const { kid, ...jwk } of set.output.keys) {
    const key = kid === undefined ? undefined : keyOf(jwk);
    if (kid !== undefined && key !== undefined) keys.set(kid, key);
  }
  return { keys, at: now };
};

/** Keys of issuers by OpenID Connect discovery, kept for ten minutes. */
export const createIssuerKeys = (clock: Clock): IssuerKeys => {
  const known = new Map<string, Fetched>();
  const loading = new Map<string, { readonly since: number; readonly loaded: Promise<Fetched> }>();

  const refresh = async (issuer: string): Promise<Fetched> => {
    const before = loading.get(issuer);
    // One question at a time, and none for half a minute after one, whatever came of it.
    if (before !== undefined && clock.now() - before.since < ASK_AGAIN_MS) return before.loaded;
    const loaded = load(issuer, clock.now());
    loading.set(issuer, { since: clock.now(), loaded });
    const fetched = await loaded;
    known.set(issuer, fetched);
    return fetched;
  };

  return {
    find: async (issuer, kid, algorithm) => {
      const cached = known.get(issuer);
      const age = cached === undefined ? Number.POSITIVE_INFINITY : clock.now() - cached.at;
      let set = cached;
      if (set === undefined || age > FRESH_MS || !set.keys.has(kid)) {
        try {
          set = await refresh(issuer);
        } catch (error) {
          if (cached === undefined || age > STALE_MS) throw error;
        }
      }
      const key = set?.keys.get(kid);
      return key !== undefined && fits(key, algorithm) ? key : undefined;
    },
  };
};
