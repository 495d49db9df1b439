import { type Clock, type Digest, digestOf, type Reference, systemClock } from "../core/index.ts";
import type { Descriptor } from "../image/index.ts";
import { appendLayer } from "./append-layer.ts";
import type { SigningKey } from "./keys.ts";
import { payloadFor } from "./payload.ts";
import { KEY_HINT, SIGNATURE, SIMPLE_SIGNING_TYPE } from "./signature-manifest.ts";
import { signatureReference, type SignatureStore } from "./signature-store.ts";

export interface Signed {
  readonly digest: Digest;
  /** Where the signature is. */
  readonly reference: Reference;
  /** `already` when this key had signed the same payload before. */
  readonly outcome: "signed" | "already";
}

const isOurs = (layer: Descriptor, payload: Buffer, payloadDigest: Digest, key: SigningKey): boolean =>
  layer.digest === payloadDigest &&
  layer.mediaType === SIMPLE_SIGNING_TYPE &&
  key.publicKey.verifies(payload, Buffer.from(layer.annotations?.[SIGNATURE] ?? "", "base64"));

/**
 * Signs one digest as `cosign sign --key` (before version 3) does: a layer in the image at tag `sha256-<hex>.sig` of the same repository,
 * beside the signatures that are there. Signing again with the same key changes nothing.
 * @param repository tag and digest of it are not looked at.
 * @throws STATE_NEEDS_PERSON when other writers kept replacing the tag; the store's own failures.
 */
export const signDigest = async (
  store: SignatureStore,
  repository: Reference,
  digest: Digest,
  key: SigningKey,
  clock: Clock = systemClock,
): Promise<Signed> => {
  const reference = signatureReference(repository, digest);
  const payload = payloadFor(`${repository.registry}/${repository.repository}`, digest);
  const payloadDigest = digestOf(payload);
  const layer: Descriptor = {
    mediaType: SIMPLE_SIGNING_TYPE,
    size: payload.length,
    digest: payloadDigest,
    annotations: { [KEY_HINT]: key.publicKey.fingerprint, [SIGNATURE]: Buffer.from(key.sign(payload)).toString("base64") },
  };
  const isThere = (each: Descriptor): boolean => isOurs(each, payload, payloadDigest, key);
  const outcome = await appendLayer(store, reference, { layer, bytes: payload, isThere, what: `the signature of ${digest}` }, clock);
  return { digest, reference, outcome: outcome === "added" ? "signed" : "already" };
};
