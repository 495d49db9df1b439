import { hasBlob } from "./has-blob.ts";
import { discard } from "./http.ts";
import { deleteManifest, putManifest } from "./manifests.ts";
import { openBlob, readVerifiedBlob } from "./open-blob.ts";
import { mountBlob, pushBlob } from "./push-blob.ts";
import { getManifest, resolve } from "./read-manifest.ts";
import { referrers } from "./referrers.ts";
import { createSession } from "./session.ts";
import { listTags } from "./tags.ts";
import type { RegistryClient, RegistryClientOptions } from "./types.ts";

/** A client for every registry the user's credentials reach. Connections are kept alive until `close`. */
export const createRegistryClient = (options: RegistryClientOptions = {}): RegistryClient => {
  const session = createSession(options);
  return {
    ping: async (registry) =>
      discard(await session.expect({ registry, scopes: [], method: "GET", at: "", tried: `reach the registry ${registry}` }, [200])),
    resolve: (reference) => resolve(session, reference),
    manifest: (reference) => getManifest(session, reference),
    blob: (repository, digest, sizeBytes) => readVerifiedBlob(session, repository, digest, sizeBytes === undefined ? {} : { sizeBytes }),
    openBlob: (repository, digest, options) => openBlob(session, repository, digest, options),
    hasBlob: (repository, digest) => hasBlob(session, repository, digest),
    pushBlob: (repository, source, digest, options) => pushBlob(session, repository, source, digest, options),
    mountBlob: (repository, digest, from) => mountBlob(session, repository, digest, from),
    pushManifest: (reference, bytes, mediaType) => putManifest(session, reference, bytes, mediaType),
    deleteManifest: (reference) => deleteManifest(session, reference),
    tags: (repository) => listTags(session, repository),
    referrers: (repository, digest, artifactType) => referrers(session, repository, digest, artifactType),
    close: () => session.close(),
  };
};
