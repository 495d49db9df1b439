import type { Evidence } from "../checklist/index.ts";
import { join } from "node:path";
import { byDigest, hexOf, type StateFolder, type VerifiedDigest } from "../core/index.ts";
import { registryStore, rememberingStore, requireVerified, type TrustedKey, verifyDigest } from "../trust/index.ts";
import type { ResolvedService } from "./images.ts";
import type { RegistryClient } from "../image/index.ts";

/** Where copies of the signatures of deployed images are kept, a folder each. */
export const signaturesFolder = (state: StateFolder): string => join(state.folder, "signatures");

/**
 * Checks one image's signature against the keys that are trusted now. `fallback`: with the copy that was kept when it was deployed, where the registry has lost it or is away.
 * @throws NOT_SIGNED with the reason of every signature that does not count
 */
export const verifyImage = async (
  { client, state, keys }: { readonly client: RegistryClient; readonly state: StateFolder; readonly keys: readonly TrustedKey[] },
  image: ResolvedService,
  fallback = false,
): Promise<VerifiedDigest> => {
  const store = rememberingStore(registryStore(client), join(signaturesFolder(state), hexOf(image.digest)), { fallback });
  return requireVerified(await verifyDigest(store, byDigest(image.repository, image.digest), image.digest, keys));
};

export const signedEvidence = (image: ResolvedService, verified: VerifiedDigest, at: number): Evidence => ({
  item: "signed",
  subject: { kind: "image", service: image.service, digest: image.manifest },
  kind: "signature",
  verdict: { state: "proven" },
  source: "trust/verify",
  because: `signed by ${verified.keyFingerprint.slice(7, 19)} (${verified.keyPath})`,
  at,
});
