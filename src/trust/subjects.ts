import { byDigest, type Digest, formatReference, type Reference, SeaworthyError } from "../core/index.ts";
import { parseManifest } from "../image/index.ts";
import type { SignatureStore } from "./signature-store.ts";

/**
 * Everything that is signed for one image: its digest, and when that is an index every manifest in it, since whoever pulls
 * one platform by digest asks for that manifest's signature.
 * @throws IMAGE_NOT_FOUND, INPUT_INVALID
 */
export const digestsToSign = async (store: SignatureStore, repository: Reference, digest: Digest): Promise<readonly Digest[]> => {
  const reference = byDigest(repository, digest);
  const found = await store.readManifest(reference);
  if (found === undefined)
    throw new SeaworthyError("IMAGE_NOT_FOUND", `${formatReference(reference)} is not in the registry: there is nothing to sign`, {
      hint: "Push the image first.",
    });
  const manifest = parseManifest(found.bytes, { mediaType: found.mediaType, digest });
  return manifest.kind === "manifest" ? [digest] : [...new Set([digest, ...manifest.manifests.map((each) => each.digest)])];
};
