import { byTag, type Digest, hexOf, type Reference } from "../core/index.ts";

/** Where signatures are kept: the registry that holds the image, seen through the four calls that signing needs. */
export interface SignatureStore {
  /** By tag or digest. Undefined when the registry has none; any other failure throws. At most 4 MiB are read. */
  readManifest(reference: Reference): Promise<StoredManifest | undefined>;
  /** The blob's bytes, checked against its digest. @throws INPUT_TOO_LARGE over `maxBytes`; undefined when there is none. */
  readBlob(repository: Reference, digest: Digest, maxBytes: number): Promise<Uint8Array | undefined>;
  writeBlob(repository: Reference, digest: Digest, bytes: Uint8Array): Promise<void>;
  writeManifest(reference: Reference, mediaType: string, bytes: Uint8Array): Promise<void>;
}

export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** cosign's tag for the signatures of a digest: `sha256-<hex>.sig` (cosign pkg/oci/remote, `normalize`). */
export const signatureReference = (repository: Reference, digest: Digest): Reference =>
  byTag(repository, `${digest.startsWith("sha256:") ? "sha256" : "sha512"}-${hexOf(digest)}.sig`);
