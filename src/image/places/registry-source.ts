import { byDigest, byTag, type Digest, formatReference, hasCode, hexOf, type Reference } from "../../core/index.ts";
import type { RegistryClient } from "../client/types.ts";
import { parseManifest } from "../values/manifest.ts";
import type { Attached, ImageSource } from "./source.ts";

/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md */
const COSIGN = ["sig", "att", "sbom"];

/** An image in a registry. A reference without tag and digest means `latest`. @throws what RegistryClient throws */
export const registrySource = async (
  client: Pick<RegistryClient, "manifest" | "blob" | "resolve" | "referrers">,
  reference: Reference,
): Promise<ImageSource> => {
  const named = reference.tag === undefined && reference.digest === undefined ? byTag(reference, "latest") : reference;
  const { digest: root, bytes, mediaType } = await client.manifest(named);
  const first = parseManifest(bytes, { digest: root, mediaType });
  const cosign = async (digest: Digest): Promise<readonly Attached[]> => {
    const found: Attached[] = [];
    for (const suffix of COSIGN) {
      const tag = `sha256-${hexOf(digest)}.${suffix}`;
      try {
        found.push({ digest: (await client.resolve(byTag(reference, tag))).digest, tag });
      } catch (error) {
        if (!hasCode(error, "IMAGE_NOT_FOUND")) throw error;
      }
    }
    return found;
  };
  return {
    where: formatReference(named),
    root,
    tags: named.tag === undefined ? [] : [named.tag],
    isMadeUp: false,
    repository: { registry: reference.registry, repository: reference.repository },
    manifest: async (digest) => {
      if (digest === root) return first;
      const read = await client.manifest(byDigest(reference, digest));
      return parseManifest(read.bytes, { digest, mediaType: read.mediaType });
    },
    blob: ({ digest, size }) => client.blob(reference, digest, size),
    attached: async (digest) => [
      ...(await client.referrers(reference, digest)).map((entry) => ({ digest: entry.digest })),
      ...(await cosign(digest)),
    ],
    close: async () => undefined,
  };
};
