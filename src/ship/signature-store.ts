import { byDigest, hasCode } from "../core/index.ts";
import { collect, type RegistryClient } from "../image/index.ts";
import type { SignatureStore } from "../trust/index.ts";

/** The registry as trust needs it: what is not there is an answer, everything else a failure. */
export const signatureStore = (client: RegistryClient): SignatureStore => ({
  readManifest: async (reference) => {
    try {
      return await client.manifest(reference);
    } catch (error) {
      if (hasCode(error, "IMAGE_NOT_FOUND")) return undefined;
      throw error;
    }
  },
  readBlob: async (repository, digest, maxBytes) => {
    try {
      return await collect(client.blob(repository, digest), maxBytes, byDigest(repository, digest).digest);
    } catch (error) {
      if (hasCode(error, "IMAGE_NOT_FOUND")) return undefined;
      throw error;
    }
  },
  writeBlob: async (repository, digest, bytes) => {
    if (!(await client.hasBlob(repository, digest))) await client.pushBlob(repository, bytes, digest);
  },
  writeManifest: async (reference, mediaType, bytes) => {
    await client.pushManifest(reference, bytes, mediaType);
  },
});
