import { SeaworthyError } from "../errors.ts";
import { sha256Hex } from "./sha256.ts";

declare const brand: unique symbol;

/** A content digest, `sha256:<64 hex>` or `sha512:<128 hex>` (OCI image-spec, descriptor.md, "Digests"). Only `parseDigest` and `digestOf` make one. */
export type Digest = `${"sha256" | "sha512"}:${string}` & { readonly [brand]: "Digest" };

const DIGEST = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

export const isDigest = (text: string): text is Digest => DIGEST.test(text);

/** @throws INPUT_INVALID when the text is not a digest of a registered algorithm. */
export const parseDigest = (text: string): Digest => {
  if (!isDigest(text))
    throw new SeaworthyError("INPUT_INVALID", `"${text.slice(0, 160)}" is not a digest: expected sha256:<64 hex digits>`);
  return text;
};

export const digestOf = (bytes: Uint8Array | string): Digest => `sha256:${sha256Hex(bytes)}` as Digest;

/** The hex part, as used in `blobs/sha256/<hex>` and in signature tags. */
export const hexOf = (digest: Digest): string => digest.slice(digest.indexOf(":") + 1);

export const algorithmOf = (digest: Digest): "sha256" | "sha512" => (digest.startsWith("sha256:") ? "sha256" : "sha512");

/** Twelve hex digits: what a person compares by eye. */
export const shortDigest = (digest: Digest): string => hexOf(digest).slice(0, 12);
