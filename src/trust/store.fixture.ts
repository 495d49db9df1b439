import { byDigest, type Digest, digestOf, formatReference, type Reference } from "../core/index.ts";
import type { AttestationStore } from "./attestation/store.ts";
import type { StoredManifest } from "./signature-store.ts";

/** A registry's worth of state for tests: the same contract, kept in maps that a test may tamper with. */
export interface MapStore extends AttestationStore {
  readonly manifests: Map<string, StoredManifest>;
  readonly blobs: Map<Digest, Uint8Array>;
}

export const mapStore = (): MapStore => {
  const manifests = new Map<string, StoredManifest>();
  const blobs = new Map<Digest, Uint8Array>();
  const name = (reference: Reference): string => formatReference(reference);
  return {
    manifests,
    blobs,
    readManifest: async (reference) => manifests.get(name(reference)),
    readBlob: async (_repository, digest) => blobs.get(digest),
    referrers: async (repository, digest) =>
      [...manifests].flatMap(([at, { mediaType, bytes }]) => {
        const { subject, artifactType, annotations } = JSON.parse(Buffer.from(bytes).toString());
        const own = digestOf(bytes);
        if (subject?.digest !== digest || at !== name(byDigest(repository, own))) return [];
        return [{ mediaType, digest: own, size: bytes.length, artifactType, annotations }];
      }),
    writeBlob: async (_repository, digest, bytes) => void blobs.set(digest, bytes),
    writeManifest: async (reference, mediaType, bytes) => void manifests.set(name(reference), { mediaType, bytes }),
  };
};
