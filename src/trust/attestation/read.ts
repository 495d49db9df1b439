import { byDigest, type Digest, formatReference, hasCode, type Reference, wordsOf } from "../../core/index.ts";
import { type Descriptor, parseJsonObject, parseManifest } from "../../image/index.ts";
import type { TrustedKey } from "../keys.ts";
import { readSignatureLayers } from "../signature-manifest.ts";
import { BUNDLE_TYPES, envelopeIn } from "./bundle.ts";
import { opened } from "./envelope.ts";
import { readStatement, type Statement, STATEMENT_LIMIT_BYTES } from "./statement.ts";
import { attestationReference, type AttestationStore, BUNDLE_PREDICATE_TYPE, ENVELOPE_TYPE, PREDICATE_TYPE } from "./store.ts";

/** A statement about the digest that was asked for, by a trusted key. */
export interface Attestation extends Statement {
  readonly key: TrustedKey;
  /** A layer under cosign's tag, or a manifest that refers to the image. */
  readonly form: "tag" | "bundle";
  /** Of that layer, or of that manifest. */
  readonly digest: Digest;
}

export interface Attestations {
  readonly good: readonly Attestation[];
  /** Why each of the others does not count. */
  readonly refusals: readonly string[];
}

/** Base64 twice over, and some room. */
const DOCUMENT_LIMIT_BYTES = 2 * STATEMENT_LIMIT_BYTES;
/** What lies under one digest is as many statements as anybody pushed. */
const MOST_READ = 200;

interface Wanted {
  readonly digest: Digest;
  readonly keys: readonly TrustedKey[];
  readonly isWanted: (predicateType: string) => boolean;
}

type Read = Omit<Attestation, "form" | "digest"> | string | undefined;

const judged = (envelope: unknown, { digest, keys, isWanted }: Wanted): Read => {
  const good = opened(envelope, keys);
  if (typeof good === "string") return good;
  const statement = readStatement(good.statement);
  if (typeof statement === "string") return statement;
  if (!isWanted(statement.predicateType)) return undefined;
  if (!statement.subjects.includes(digest)) return `it is about another image: ${statement.subjects.join(", ") || "none"}`;
  return { ...statement, key: good.key };
};

/** A document of the registry; its damage is a reason, its absence too, and that nobody answers is a failure. */
const document = async (store: AttestationStore, repository: Reference, blob: Descriptor): Promise<object | string> => {
  if (blob.size > DOCUMENT_LIMIT_BYTES) return `it has ${blob.size} bytes; at most ${DOCUMENT_LIMIT_BYTES} are read`;
  try {
    const bytes = await store.readBlob(repository, blob.digest, DOCUMENT_LIMIT_BYTES);
    return bytes === undefined ? `its content ${blob.digest} is not in the registry` : parseJsonObject(bytes, "it", DOCUMENT_LIMIT_BYTES);
  } catch (error) {
    if (hasCode(error, "INPUT_TOO_LARGE", "INPUT_INVALID", "REGISTRY_REFUSED")) return wordsOf(error);
    throw error;
  }
};

const underTag = async (store: AttestationStore, repository: Reference, digest: Digest): Promise<readonly Descriptor[] | string> => {
  const reference = attestationReference(repository, digest);
  const found = await store.readManifest(reference);
  if (found === undefined) return [];
  try {
    return readSignatureLayers(found.mediaType, found.bytes, formatReference(reference));
  } catch (error) {
    if (hasCode(error, "INPUT_INVALID", "INPUT_TOO_LARGE")) return wordsOf(error);
    throw error;
  }
};

const inBundle = async (store: AttestationStore, repository: Reference, entry: Descriptor, wanted: Wanted): Promise<Read> => {
  const found = await store.readManifest(byDigest(repository, entry.digest));
  if (found === undefined) return "it is listed, and not in the registry";
  let layers: readonly Descriptor[];
  try {
    const manifest = parseManifest(found.bytes, { mediaType: found.mediaType, digest: entry.digest });
    if (manifest.kind === "index") return undefined;
    ({ layers } = manifest);
  } catch (error) {
    if (hasCode(error, "INPUT_INVALID", "INPUT_TOO_LARGE")) return wordsOf(error);
    throw error;
  }
  const [layer, ...others] = layers.filter(({ mediaType }) => BUNDLE_TYPES.test(mediaType));
  if (layer === undefined) return undefined;
  if (others.length > 0) return "it has more than one bundle";
  const bundle = await document(store, repository, layer);
  if (typeof bundle === "string") return bundle;
  const inside = envelopeIn(bundle);
  return typeof inside === "string" ? inside : judged(inside.envelope, wanted);
};

/** Said by whoever pushed it: where there are too many to read, the newest are read. */
const createdOf = ({ annotations }: Descriptor): string => annotations?.["org.opencontainers.image.created"] ?? "";

/**
 * What trusted keys say of a digest, in either of cosign's forms: layers of the image at `sha256-<hex>.att` (before version 3), and bundles that refer to the
 * digest. Annotations only save reading: what counts is what was signed.
 * @param repository tag and digest of it are not looked at.
 * @throws REGISTRY_UNREACHABLE and the store's other failures: not being able to look is not the same as finding nothing.
 */
export const readAttestations = async (
  store: AttestationStore,
  repository: Reference,
  digest: Digest,
  keys: readonly TrustedKey[],
  isWanted: (predicateType: string) => boolean = () => true,
): Promise<Attestations> => {
  const wanted = { digest, keys, isWanted };
  const good: Attestation[] = [];
  const refusals: string[] = [];
  const told = (form: Attestation["form"], of: Digest, name: string, read: Read): void => {
    if (typeof read === "string") refusals.push(`${name}: ${read}`);
    else if (read !== undefined) good.push({ ...read, form, digest: of });
  };
  const layers = await underTag(store, repository, digest);
  if (typeof layers === "string") refusals.push(layers);
  else
    for (const [at, layer] of layers.slice(-MOST_READ).entries()) {
      const type = layer.annotations?.[PREDICATE_TYPE];
      if (type !== undefined && !isWanted(type)) continue;
      const name = `attestation ${at + 1}`;
      if (layer.mediaType !== ENVELOPE_TYPE) told("tag", layer.digest, name, `its type is "${layer.mediaType.slice(0, 120)}"`);
      else {
        const envelope = await document(store, repository, layer);
        told("tag", layer.digest, name, typeof envelope === "string" ? envelope : judged(envelope, wanted));
      }
    }
  const bundles = (await store.referrers(repository, digest))
    .filter(({ artifactType, annotations }) => {
      const type = annotations?.[BUNDLE_PREDICATE_TYPE];
      return (artifactType === undefined || BUNDLE_TYPES.test(artifactType)) && (type === undefined || isWanted(type));
    })
    .toSorted((a, b) => (createdOf(a) < createdOf(b) ? 1 : -1));
  for (const entry of bundles.slice(0, MOST_READ))
    told("bundle", entry.digest, `bundle ${entry.digest.slice(0, 19)}`, await inBundle(store, repository, entry, wanted));
  if (bundles.length > MOST_READ || (typeof layers !== "string" && layers.length > MOST_READ))
    refusals.push(`there are more than ${MOST_READ} attestations; the others were not read`);
  return { good, refusals };
};
