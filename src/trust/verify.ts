import {
  byDigest,
  type Digest,
  formatReference,
  forTerminal,
  hasCode,
  type Reference,
  SeaworthyError,
  type VerifiedDigest,
  wordsOf,
} from "../core/index.ts";
import { checkSignature, refuseUnread, type SignedName } from "./check-signature.ts";
import type { TrustedKey } from "./keys.ts";
import { PAYLOAD_LIMIT_BYTES } from "./payload.ts";
import { explainRefusal, type Refusal } from "./refusal.ts";
import { readSignatureLayers } from "./signature-manifest.ts";
import { signatureReference, type SignatureStore } from "./signature-store.ts";

/** An expected outcome, either way: being unsigned is a fact about an image, not a failure of the check. */
export type Verification =
  | { readonly verified: true; readonly image: VerifiedDigest }
  | {
      readonly verified: false;
      readonly reference: Reference;
      readonly digest: Digest;
      readonly keys: readonly TrustedKey[];
      readonly refusals: readonly Refusal[];
    };

export interface VerifyOptions {
  /** Whether the signed name counts too. Default `any`: a digest promoted to another repository stays signed. */
  readonly name?: SignedName;
}

/** Reads one payload; the registry's own damage is a reason to refuse it, its absence is a failure of the check. */
const readPayload = async (store: SignatureStore, repository: Reference, digest: Digest): Promise<Uint8Array | string> => {
  try {
    return (await store.readBlob(repository, digest, PAYLOAD_LIMIT_BYTES)) ?? `its payload ${digest} is not in the registry`;
  } catch (error) {
    if (hasCode(error, "INPUT_TOO_LARGE", "INPUT_INVALID", "REGISTRY_REFUSED")) return wordsOf(error);
    throw error;
  }
};

/**
 * Looks for one good signature of `digest` by one of `keys` at cosign's tag `sha256-<hex>.sig`.
 * @param repository tag and digest of it are not looked at.
 * @throws REGISTRY_UNREACHABLE and the store's other failures: not being able to look is not the same as finding nothing.
 */
export const verifyDigest = async (
  store: SignatureStore,
  repository: Reference,
  digest: Digest,
  keys: readonly TrustedKey[],
  options: VerifyOptions = {},
): Promise<Verification> => {
  const reference = signatureReference(repository, digest);
  const refused = (refusals: readonly Refusal[]): Verification => ({
    verified: false,
    reference: byDigest(repository, digest),
    digest,
    keys,
    refusals,
  });
  const found = await store.readManifest(reference);
  if (found === undefined) return refused([{ kind: "unsigned" }]);
  let layers: ReturnType<typeof readSignatureLayers>;
  try {
    layers = readSignatureLayers(found.mediaType, found.bytes, formatReference(reference));
  } catch (error) {
    if (hasCode(error, "INPUT_INVALID", "INPUT_TOO_LARGE"))
      return refused([{ kind: "not-a-signature", signature: 0, because: wordsOf(error) }]);
    throw error;
  }
  const refusals: Refusal[] = [];
  for (const [at, layer] of layers.entries()) {
    const unread = refuseUnread(layer, at);
    const payload = unread ?? (await readPayload(store, repository, layer.digest));
    if (typeof payload === "string") refusals.push({ kind: "tampered", signature: at, because: payload });
    else if ("kind" in payload) refusals.push(payload);
    else {
      const checked = checkSignature(layer, payload, at, { digest, keys, name: options.name ?? { match: "any" } });
      if (checked.kind === "good") {
        const facts = {
          digest,
          keyFingerprint: checked.key.fingerprint,
          keyPath: checked.key.path,
          signedReference: checked.claim.reference,
        };
        // The one place that makes the brand.
        return { verified: true, image: facts as VerifiedDigest };
      }
      refusals.push(checked);
    }
  }
  return refused(refusals.length === 0 ? [{ kind: "unsigned" }] : refusals);
};

const MOST_REASONS = 10;

/** The verified digest, or an end to the command. @throws NOT_SIGNED with the reason each signature was refused for, and the keys that are trusted. */
export const requireVerified = (verification: Verification): VerifiedDigest => {
  if (verification.verified) return verification.image;
  const { reference, digest, keys, refusals } = verification;
  const reasons = refusals.slice(0, MOST_REASONS).map((refusal) => forTerminal(explainRefusal(refusal)));
  const more = refusals.length > MOST_REASONS ? [`and ${refusals.length - MOST_REASONS} more signatures that do not count`] : [];
  const trusted = keys.length === 0 ? ["no key is trusted"] : keys.map((key) => `trusted: ${key.fingerprint} (${key.path})`);
  throw new SeaworthyError(
    "NOT_SIGNED",
    `${formatReference(reference)} is not signed by a trusted key: ${reasons[0] ?? "no signature counts"}`,
    {
      problems: [...reasons, ...more, ...trusted],
      details: { digest, refusals, trusted: keys.map((key) => key.fingerprint) },
    },
  );
};
