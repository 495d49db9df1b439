import type { Digest } from "../core/index.ts";

/** Why one signature does not count, or why there is none. */
export type Refusal =
  /** The registry has no signatures of this digest at all. */
  | { readonly kind: "unsigned" }
  /** No trusted key made it. `fingerprint` is what the signature says of its key, when it says so. */
  | { readonly kind: "other-key"; readonly signature: number; readonly fingerprint?: string }
  /** It says a trusted key made it, and that key says no; or the stored bytes do not have their digest. */
  | { readonly kind: "tampered"; readonly signature: number; readonly because: string }
  /** A good signature of another image, copied here. */
  | { readonly kind: "other-digest"; readonly signature: number; readonly signed: Digest }
  /** A good signature of this digest under another name, where the name was asked for. */
  | { readonly kind: "other-name"; readonly signature: number; readonly signed: string }
  | { readonly kind: "not-a-signature"; readonly signature: number; readonly because: string }
  /** A certificate instead of a key: Fulcio, or a PKI of one's own. */
  | { readonly kind: "not-supported-yet"; readonly signature: number; readonly because: string };

const place = (refusal: { readonly signature: number }): string => `signature ${refusal.signature + 1}`;

/** One line for a person. */
export const explainRefusal = (refusal: Refusal): string => {
  switch (refusal.kind) {
    case "unsigned":
      return "there is no signature at all";
    case "other-key":
      return refusal.fingerprint === undefined
        ? `${place(refusal)} was made by none of the trusted keys, or changed afterwards`
        : `${place(refusal)} was made by another key; it names ${refusal.fingerprint}`;
    case "tampered":
      return `${place(refusal)} was changed: ${refusal.because}`;
    case "other-digest":
      return `${place(refusal)} is of another image: ${refusal.signed}`;
    case "other-name":
      return `${place(refusal)} is for another name: ${refusal.signed}`;
    case "not-a-signature":
      return `${place(refusal)} cannot be used: ${refusal.because}`;
    case "not-supported-yet":
      return `${place(refusal)} is not supported yet: ${refusal.because}`;
  }
};
