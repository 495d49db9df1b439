import { type Digest, isSeaworthyError } from "../../core/index.ts";
import { verified } from "../verified.ts";
import { refusal, unreachable } from "./failure.ts";
import { discard } from "./http.ts";
import { deleteManifest, getManifest, putManifest, referrers, resolve } from "./manifests.ts";
import { mountBlob, pushBlob } from "./push-blob.ts";
import { createSession, scopeOf, type Session } from "./session.ts";
import { listTags } from "./tags.ts";
import type { RegistryClient, RegistryClientOptions, Repository } from "./types.ts";

async function* openBlob(
  session: Session,
  repository: Repository,
  digest: Digest,
  size: number | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const where = `${repository.registry}/${repository.repository}`;
  const tried = `pull blob ${digest} from ${where}`;
  const answer = await session.expect(
    {
      registry: repository.registry,
      scopes: [scopeOf(repository, "pull")],
      method: "GET",
      at: `${repository.repository}/blobs/${digest}`,
      tried,
    },
    [200],
  );
  try {
    yield* verified(answer.stream, { digest, ...(size === undefined ? {} : { size }) }, where);
  } catch (error) {
    throw isSeaworthyError(error) ? error : unreachable(error, tried);
  } finally {
    answer.stream.destroy();
  }
}

/** A client for every registry the user's credentials reach. Connections are kept alive until `close`. */
export const createRegistryClient = (options: RegistryClientOptions = {}): RegistryClient => {
  const session = createSession(options);
  return {
    ping: async (registry) =>
      discard(await session.expect({ registry, scopes: [], method: "GET", at: "", tried: `reach the registry ${registry}` }, [200])),
    resolve: (reference) => resolve(session, reference),
    manifest: (reference) => getManifest(session, reference),
    blob: (repository, digest, sizeBytes) => openBlob(session, repository, digest, sizeBytes),
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
