import { byTag, type Digest, hexOf, type Reference } from "../../core/index.ts";
import type { Descriptor } from "../../image/index.ts";
import type { SignatureStore } from "../signature-store.ts";

/** A store that also tells what names a manifest as its subject. */
export interface AttestationStore extends SignatureStore {
  referrers(repository: Reference, digest: Digest): Promise<readonly Descriptor[]>;
}

export const ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json";
/** Of a layer of an `.att` image: how its predicate is to be read. A hint, as long as the statement was not verified. */
export const PREDICATE_TYPE = "predicateType";
/** The same of a bundle's manifest. */
export const BUNDLE_PREDICATE_TYPE = "dev.sigstore.bundle.predicateType";
export const BUNDLE_CONTENT = "dev.sigstore.bundle.content";

/** cosign's tag for what is attested of a digest: `sha256-<hex>.att`. */
export const attestationReference = (repository: Reference, digest: Digest): Reference =>
  byTag(repository, `${digest.startsWith("sha256:") ? "sha256" : "sha512"}-${hexOf(digest)}.att`);
