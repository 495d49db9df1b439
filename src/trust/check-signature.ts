import { type Digest, digestOf, isDigest } from "../core/index.ts";
import type { Descriptor } from "../image/index.ts";
import type { TrustedKey } from "./keys.ts";
import { type Claim, PAYLOAD_LIMIT_BYTES, readClaim } from "./payload.ts";
import type { Refusal } from "./refusal.ts";
import { CERTIFICATE, KEY_HINT, SIGNATURE, SIMPLE_SIGNING_TYPE } from "./signature-manifest.ts";

/** What a good signature says, and which key made it. */
export interface GoodSignature {
  readonly kind: "good";
  readonly key: TrustedKey;
  readonly claim: Claim;
}

/**
 * `any`: the digest is enough, as for cosign. `repository`: the signed name must be this `registry/repository`, whatever its tag. `exact`: this very text
 * (containers-policy.json(5), matchRepository and matchExact).
 */
export type SignedName = { readonly match: "any" } | { readonly match: "repository" | "exact"; readonly name: string };

const withoutTag = (name: string): string => {
  const untagged = name.split("@", 1)[0] ?? name;
  const colon = untagged.lastIndexOf(":");
  return colon > untagged.lastIndexOf("/") ? untagged.slice(0, colon) : untagged;
};

const nameMatches = (signed: string, wanted: SignedName): boolean => {
  switch (wanted.match) {
    case "any":
      return true;
    case "repository":
      return withoutTag(signed) === withoutTag(wanted.name);
    case "exact":
      return signed === wanted.name;
  }
};

const BASE64 = /^[A-Za-z0-9+/]{4,4096}={0,2}$/;

/** What can be said without reading the payload; undefined when it is worth reading. */
export const refuseUnread = (layer: Descriptor, signature: number): Refusal | undefined => {
  const bad = (because: string): Refusal => ({ kind: "not-a-signature", signature, because });
  if (layer.mediaType !== SIMPLE_SIGNING_TYPE) return bad(`its type is "${layer.mediaType.slice(0, 120)}"`);
  if (layer.annotations?.[CERTIFICATE] !== undefined)
    return { kind: "not-supported-yet", signature, because: "it is checked by a certificate (keyless), and only keys are read so far" };
  if (layer.size > PAYLOAD_LIMIT_BYTES) return bad(`its payload has ${layer.size} bytes; at most ${PAYLOAD_LIMIT_BYTES} are read`);
  if (!BASE64.test(layer.annotations?.[SIGNATURE] ?? "")) return bad(`the annotation ${SIGNATURE} is missing or not base64`);
  return undefined;
};

/**
 * Judges one layer of a `.sig` image against the payload bytes as stored: signature first, and only what was signed is then read.
 * @param signature its place in the manifest, from 0.
 */
export const checkSignature = (
  layer: Descriptor,
  payload: Uint8Array,
  signature: number,
  wanted: { readonly digest: Digest; readonly keys: readonly TrustedKey[]; readonly name: SignedName },
): GoodSignature | Refusal => {
  const unread = refuseUnread(layer, signature);
  if (unread !== undefined) return unread;
  if (payload.length !== layer.size || digestOf(payload) !== layer.digest)
    return { kind: "tampered", signature, because: `the stored payload does not have its digest ${layer.digest}` };
  const bytes = Buffer.from(layer.annotations?.[SIGNATURE] ?? "", "base64");
  const key = wanted.keys.find((each) => each.verifies(payload, bytes));
  if (key === undefined) {
    const hint = layer.annotations?.[KEY_HINT];
    if (hint === undefined || !isDigest(hint)) return { kind: "other-key", signature };
    return wanted.keys.some((each) => each.fingerprint === hint)
      ? { kind: "tampered", signature, because: `it names the trusted key ${hint}, and that key did not sign these bytes` }
      : { kind: "other-key", signature, fingerprint: hint };
  }
  const claim = readClaim(payload);
  if (typeof claim === "string") return { kind: "not-a-signature", signature, because: claim };
  if (claim.digest !== wanted.digest) return { kind: "other-digest", signature, signed: claim.digest };
  if (!nameMatches(claim.reference, wanted.name)) return { kind: "other-name", signature, signed: claim.reference };
  return { kind: "good", key, claim };
};
