import { hasCode } from "../core/index.ts";
import { collect, type RegistryClient } from "../image/index.ts";
import type { AttestationStore } from "./attestation/store.ts";

/** Signatures and attestations in the image's own registry. */
export const registryStore = (client: RegistryClient): AttestationStore => {
  const unlessMissing = async <Found>(work: Promise<Found>): Promise<Found | undefined> => {
    try {
      return await work;
    } catch (error) {
      if (hasCode(error, "IMAGE_NOT_FOUND")) return undefined;
      throw error;
    }
  };
  return {
    readManifest: (reference) => unlessMissing(client.manifest(reference)),
    readBlob: (repository, digest, maxBytes) => unlessMissing(collect(client.blob(repository, digest), maxBytes, `blob ${digest}`)),
    referrers: (repository, digest) => client.referrers(repository, digest),
    writeBlob: async (repository, digest, bytes) => {
      if (!(await client.hasBlob(repository, digest))) await client.pushBlob(repository, bytes, digest);
    },
    writeManifest: async (reference, mediaType, bytes) => {
      await client.pushManifest(reference, bytes, mediaType);
    },
  };
};
