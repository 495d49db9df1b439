import type { Evidence } from "../checklist/index.ts";
import { byDigest, type VerifiedDigest } from "../core/index.ts";
import { registryStore, requireVerified, type TrustedKey, verifyDigest } from "../trust/index.ts";
import type { ResolvedService } from "./images.ts";
import type { RegistryClient } from "../image/index.ts";

/** Checks one image's signature. @throws NOT_SIGNED with the reason of every signature that does not count */
export const verifyImage = async (client: RegistryClient, image: ResolvedService, keys: readonly TrustedKey[]): Promise<VerifiedDigest> =>
  requireVerified(await verifyDigest(registryStore(client), byDigest(image.repository, image.digest), image.digest, keys));

export const signedEvidence = (image: ResolvedService, verified: VerifiedDigest, at: number): Evidence => ({
  item: "signed",
  subject: { kind: "image", service: image.service, digest: image.manifest },
  kind: "signature",
  verdict: { state: "proven" },
  source: "trust/verify",
  because: `signed by ${verified.keyFingerprint.slice(7, 19)} (${verified.keyPath})`,
  at,
});
