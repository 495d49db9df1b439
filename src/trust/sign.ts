import { type Clock, type Digest, digestOf, formatReference, type Reference, SeaworthyError, systemClock } from "../core/index.ts";
import { type Descriptor, MEDIA } from "../image/index.ts";
import type { SigningKey } from "./keys.ts";
import { payloadFor } from "./payload.ts";
import {
  KEY_HINT,
  MOST_SIGNATURES,
  readSignatureLayers,
  SIGNATURE,
  SIMPLE_SIGNING_TYPE,
  writeSignatureManifest,
} from "./signature-manifest.ts";
import { signatureReference, type SignatureStore } from "./signature-store.ts";

export interface Signed {
  readonly digest: Digest;
  /** Where the signature is. */
  readonly reference: Reference;
  /** `already` when this key had signed the same payload before. */
  readonly outcome: "signed" | "already";
}

/** Two signers that append at once lose one signature: registries have no compare-and-swap, so the tag is read again after each write. */
const ATTEMPTS = 5;
const RETRY_MS = 200;

const readLayers = async (store: SignatureStore, reference: Reference): Promise<readonly Descriptor[]> => {
  const found = await store.readManifest(reference);
  return found === undefined ? [] : readSignatureLayers(found.mediaType, found.bytes, formatReference(reference));
};

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
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const layers = await readLayers(store, reference);
    if (layers.some((each) => isOurs(each, payload, payloadDigest, key)))
      return { digest, reference, outcome: attempt === 0 ? "already" : "signed" };
    if (layers.length >= MOST_SIGNATURES)
      throw new SeaworthyError(
        "STATE_NEEDS_PERSON",
        `${formatReference(reference)} holds ${layers.length} signatures; verifiers read no more`,
        {
          hint: "Delete the signature tag and sign again with the keys that count.",
        },
      );
    if (attempt > 0) await clock.sleep(RETRY_MS * attempt);
    const { manifest, config } = writeSignatureManifest([...layers, layer]);
    await store.writeBlob(reference, payloadDigest, payload);
    await store.writeBlob(reference, digestOf(config), config);
    await store.writeManifest(reference, MEDIA.ociManifest, manifest);
  }
  const layers = await readLayers(store, reference);
  if (layers.some((each) => isOurs(each, payload, payloadDigest, key))) return { digest, reference, outcome: "signed" };
  throw new SeaworthyError(
    "STATE_NEEDS_PERSON",
    `the signature of ${digest} did not stay at ${formatReference(reference)}: another signer replaced it ${ATTEMPTS} times`,
    {
      hint: "Let one job sign at a time, then sign again.",
    },
  );
};
