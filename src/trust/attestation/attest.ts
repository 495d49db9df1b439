import {
  byDigest,
  canonicalJson,
  type Clock,
  type Digest,
  digestOf,
  formatReference,
  isoTime,
  type Json,
  type Reference,
  SeaworthyError,
  systemClock,
} from "../../core/index.ts";
import { type Descriptor, MEDIA } from "../../image/index.ts";
import { appendLayer } from "../append-layer.ts";
import type { SigningKey } from "../keys.ts";
import { BUNDLE_TYPE, writeBundle } from "./bundle.ts";
import { sealed } from "./envelope.ts";
import { SIGNED } from "./predicates.ts";
import { type Attestation, readAttestations } from "./read.ts";
import { type Claim, STATEMENT_LIMIT_BYTES, writeStatement } from "./statement.ts";
import {
  attestationReference,
  type AttestationStore,
  BUNDLE_CONTENT,
  BUNDLE_PREDICATE_TYPE,
  ENVELOPE_TYPE,
  PREDICATE_TYPE,
} from "./store.ts";

export interface Attested {
  readonly digest: Digest;
  readonly predicateType: string;
  /** `already` when this key had attested the very same before. */
  readonly outcome: "attested" | "already";
}

export interface AttestOptions {
  /** An older statement of the same type by the same key makes room under the tag: of two scans the later one counts. */
  readonly replaces?: boolean;
  readonly clock?: Clock;
}

const EMPTY = Buffer.from("{}");

const pushBundle = async (
  store: AttestationStore,
  repository: Reference,
  subject: Descriptor,
  claim: Claim,
  key: SigningKey,
  clock: Clock,
): Promise<void> => {
  const name = `${repository.registry}/${repository.repository}`;
  const bundle = writeBundle(sealed(writeStatement("bundle", name, subject.digest, claim), key), key.publicKey);
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MEDIA.ociManifest,
      artifactType: BUNDLE_TYPE,
      config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(EMPTY), size: EMPTY.length },
      layers: [{ mediaType: BUNDLE_TYPE, digest: digestOf(bundle), size: bundle.length }],
      subject,
      annotations: {
        [BUNDLE_CONTENT]: "dsse-envelope",
        [BUNDLE_PREDICATE_TYPE]: claim.predicateType,
        "org.opencontainers.image.created": isoTime(clock.now()),
      },
    }),
  );
  await store.writeBlob(repository, digestOf(bundle), bundle);
  await store.writeBlob(repository, digestOf(EMPTY), EMPTY);
  await store.writeManifest(byDigest(repository, digestOf(manifest)), MEDIA.ociManifest, manifest);
};

const sameText = (predicate: object): string => canonicalJson(JSON.parse(JSON.stringify(predicate)) as Json);

/** @throws IMAGE_NOT_FOUND */
const subjectOf = async (store: AttestationStore, repository: Reference, digest: Digest): Promise<Descriptor> => {
  const reference = byDigest(repository, digest);
  const found = await store.readManifest(reference);
  if (found === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `${formatReference(reference)} is not in the registry: there is nothing to attest`, {
      hint: "Push the image first.",
    });
  return { mediaType: found.mediaType, digest, size: found.bytes.length };
};

const underTag = async (
  store: AttestationStore,
  repository: Reference,
  digest: Digest,
  claim: Claim,
  key: SigningKey,
  { before, clock }: { readonly before: readonly Attestation[]; readonly clock: Clock },
): Promise<void> => {
  const statement = writeStatement("tag", `${repository.registry}/${repository.repository}`, digest, claim);
  if (statement.length > STATEMENT_LIMIT_BYTES)
    throw new SeaworthyError(
      "INPUT_TOO_LARGE",
      `what is to be attested of ${digest} has ${statement.length} bytes; verifiers read at most ${STATEMENT_LIMIT_BYTES}`,
    );
  const bytes = Buffer.from(JSON.stringify(sealed(statement, key)));
  const layer: Descriptor = {
    mediaType: ENVELOPE_TYPE,
    size: bytes.length,
    digest: digestOf(bytes),
    // cosign's readers ask that the first is there, and find the signature in the envelope.
    annotations: { "dev.cosignproject.cosign/signature": "", [PREDICATE_TYPE]: claim.predicateType },
  };
  const old = new Set(before.map((one) => one.digest));
  await appendLayer(
    store,
    attestationReference(repository, digest),
    {
      layer,
      bytes,
      isThere: (one) => one.digest === layer.digest,
      isReplaced: (one) => old.has(one.digest),
      what: `the attestation of ${digest}`,
    },
    clock,
  );
};

/**
 * Signs a digest in the form of cosign 3: as soon as one bundle refers to an image, that looks at bundles only. Beside the signature under cosign's older tag,
 * and never instead of it. @throws IMAGE_NOT_FOUND; the store's own failures
 */
export const signAsBundle = async (
  store: AttestationStore,
  repository: Reference,
  digest: Digest,
  key: SigningKey,
  clock: Clock = systemClock,
): Promise<void> => {
  const subject = await subjectOf(store, repository, digest);
  const { good } = await readAttestations(store, repository, digest, [key.publicKey], (type) => type === SIGNED);
  if (good.some(({ form }) => form === "bundle")) return;
  await pushBundle(store, repository, subject, { predicateType: SIGNED, predicate: {} }, key, clock);
};

/**
 * Signs a claim about a digest and puts it beside the image twice, since no reader knows both forms: under cosign's tag `sha256-<hex>.att` (cosign before
 * version 3, Kyverno) and as a bundle that refers to the digest (cosign 3). What this key said before changes nothing.
 * @throws IMAGE_NOT_FOUND, INPUT_TOO_LARGE; STATE_NEEDS_PERSON when other writers kept replacing the tag; the store's own failures
 */
export const attest = async (
  store: AttestationStore,
  repository: Reference,
  digest: Digest,
  claim: Claim,
  key: SigningKey,
  { replaces = false, clock = systemClock }: AttestOptions = {},
): Promise<Attested> => {
  const { predicateType } = claim;
  const subject = await subjectOf(store, repository, digest);
  const { good } = await readAttestations(store, repository, digest, [key.publicKey], (type) => type === predicateType);
  const wanted = sameText(claim.predicate);
  const said = new Set(good.filter(({ predicate }) => sameText(predicate) === wanted).map(({ form }) => form));
  const before = good.filter(({ form }) => form === "tag");
  if (!said.has("tag")) await underTag(store, repository, subject.digest, claim, key, { before: replaces ? before : [], clock });
  if (!said.has("bundle")) await pushBundle(store, repository, subject, claim, key, clock);
  return { digest, predicateType, outcome: said.size === 2 ? "already" : "attested" };
};
