import { type KeyObject, sign, verify } from "node:crypto";
import { SeaworthyError } from "../core/index.ts";

/** How a key signs: the hash by the curve, as cosign chooses it. `undefined` hashes inside the algorithm (Ed25519). */
const HASH_OF_CURVE: Readonly<Record<string, string>> = { prime256v1: "sha256", secp384r1: "sha384", secp521r1: "sha512" };
const CURVE_NAMES: Readonly<Record<string, string>> = { secp224r1: "P-224" };
const RSA_BITS = { least: 2048, most: 4096 };

type Algorithm = { readonly name: string; readonly hash: string | undefined };

/** What the key may be used for. @throws INPUT_INVALID for kinds cosign refuses too: RSA outside 2048 to 4096 bits, other curves, DSA. */
export const algorithmOf = (key: KeyObject, path: string): Algorithm => {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case "ec": {
      const curve = details?.namedCurve ?? "unknown";
      const hash = HASH_OF_CURVE[curve];
      if (hash === undefined)
        throw new SeaworthyError(
          "INPUT_INVALID",
          `${path}: ECDSA curve ${CURVE_NAMES[curve] ?? curve} not allowed: use P-256, P-384 or P-521`,
        );
      return { name: `ECDSA ${curve} ${hash}`, hash };
    }
    case "rsa": {
      const bits = details?.modulusLength ?? 0;
      if (bits < RSA_BITS.least || bits > RSA_BITS.most)
        throw new SeaworthyError(
          "INPUT_INVALID",
          `${path}: RSA key size not supported: ${bits}: use ${RSA_BITS.least} to ${RSA_BITS.most} bits`,
        );
      return { name: `RSA ${bits} sha256`, hash: "sha256" };
    }
    case "ed25519":
      return { name: "Ed25519", hash: undefined };
    default:
      throw new SeaworthyError(
        "INPUT_INVALID",
        `${path}: a ${key.asymmetricKeyType ?? "symmetric"} key cannot sign images: use ECDSA, RSA or Ed25519`,
      );
  }
};

/** ECDSA in DER, RSA as PKCS#1 v1.5, which are node:crypto's defaults. */
export const signBytes = (key: KeyObject, bytes: Uint8Array, path: string): Buffer => sign(algorithmOf(key, path).hash, bytes, key);

export const verifyBytes = (key: KeyObject, bytes: Uint8Array, signature: Uint8Array, path: string): boolean => {
  try {
    return verify(algorithmOf(key, path).hash, bytes, key, signature);
  } catch {
    // OpenSSL throws where the signature is not even DER.
    return false;
  }
};
