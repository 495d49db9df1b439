import type { Digest } from "./digest.ts";

declare const brand: unique symbol;

/**
 * A digest whose signature was checked against a trusted key. Only trust/verify.ts makes one; whoever starts containers asks for this type
 * instead of a `Digest`, so that an unchecked image cannot reach it by mistake.
 */
export interface VerifiedDigest {
  readonly [brand]: "VerifiedDigest";
  readonly digest: Digest;
  /** SHA-256 of the key's SPKI DER. */
  readonly keyFingerprint: Digest;
  /** Where the trusted key was read from. */
  readonly keyPath: string;
  /** `registry/repository` the signer put into the payload. */
  readonly signedReference: string;
}
