import { type Clock, digestOf, formatReference, type Reference, SeaworthyError } from "../core/index.ts";
import { type Descriptor, MEDIA } from "../image/index.ts";
import { MOST_SIGNATURES, readSignatureLayers, writeSignatureManifest } from "./signature-manifest.ts";
import type { SignatureStore } from "./signature-store.ts";

/** Two signers that append at once lose one signature: registries have no compare-and-swap, so the tag is read again after each write. */
const ATTEMPTS = 5;
const RETRY_MS = 200;

export interface Appended {
  readonly layer: Descriptor;
  readonly bytes: Uint8Array;
  /** Whether a layer of those that are there says the same already. */
  readonly isThere: (layer: Descriptor) => boolean;
  /** Whether a layer that is there makes room for the new one. Default: none does. */
  readonly isReplaced?: (layer: Descriptor) => boolean;
  /** What it is, for messages: "the signature of sha256:..." */
  readonly what: string;
}

/**
 * Puts a layer beside those of the image at a tag of cosign's.
 * @throws STATE_NEEDS_PERSON when other writers kept replacing the tag; the store's own failures.
 */
export const appendLayer = async (
  store: SignatureStore,
  reference: Reference,
  { layer, bytes, isThere, isReplaced = () => false, what }: Appended,
  clock: Clock,
): Promise<"added" | "already"> => {
  const read = async (): Promise<readonly Descriptor[]> => {
    const found = await store.readManifest(reference);
    return found === undefined ? [] : readSignatureLayers(found.mediaType, found.bytes, formatReference(reference));
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const layers = await read();
    if (layers.some(isThere)) return attempt === 0 ? "already" : "added";
    const kept = layers.filter((one) => !isReplaced(one));
    if (kept.length >= MOST_SIGNATURES)
      throw new SeaworthyError(
        "STATE_NEEDS_PERSON",
        `${formatReference(reference)} holds ${kept.length} signatures; verifiers read no more`,
        {
          hint: "Delete the signature tag and sign again with the keys that count.",
        },
      );
    if (attempt > 0) await clock.sleep(RETRY_MS * attempt);
    const { manifest, config } = writeSignatureManifest([...kept, layer]);
    await store.writeBlob(reference, layer.digest, bytes);
    await store.writeBlob(reference, digestOf(config), config);
    await store.writeManifest(reference, MEDIA.ociManifest, manifest);
  }
  if ((await read()).some(isThere)) return "added";
  throw new SeaworthyError(
    "STATE_NEEDS_PERSON",
    `${what} did not stay at ${formatReference(reference)}: another signer replaced it ${ATTEMPTS} times`,
    {
      hint: "Let one job sign at a time, then sign again.",
    },
  );
};
