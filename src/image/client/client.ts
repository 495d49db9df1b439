import { refusal } from "./failure.ts";
import { discard } from "./http.ts";
import { deleteManifest, getManifest, putManifest, referrers, resolve } from "./manifests.ts";
import { openBlob, readVerifiedBlob } from "./open-blob.ts";
import { mountBlob, pushBlob } from "./push-blob.ts";
import { createSession, scopeOf } from "./session.ts";
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
    hasBlob: async (repository, digest) => {
      const tried = `look for blob ${digest} in ${repository.registry}/${repository.repository}`;
      const answer = await session.ask({
        registry: repository.registry,
        scopes: [scopeOf(repository, "pull,push")],
        method: "HEAD",
        at: `${repository.repository}/blobs/${digest}`,
        tried,
      });
      if (answer.status !== 200 && answer.status !== 404) throw await refusal(answer, tried);
      await discard(answer);
      return answer.status === 200;
    },
    pushBlob: (repository, source, digest) => pushBlob(session, repository, source, digest),
    mountBlob: (repository, digest, from) => mountBlob(session, repository, digest, from),
    pushManifest: (reference, bytes, mediaType) => putManifest(session, reference, bytes, mediaType),
    deleteManifest: (reference) => deleteManifest(session, reference),
    tags: (repository) => listTags(session, repository),
    referrers: (repository, digest, artifactType) => referrers(session, repository, digest, artifactType),
    close: () => session.close(),
  };
};
