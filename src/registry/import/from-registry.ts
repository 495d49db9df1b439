import { hasCode, SeaworthyError } from "../../core/index.ts";
import { createRegistryClient, createSession, listCatalog, registrySource, type RegistryClientOptions } from "../../image/index.ts";
import type { ImportSource } from "./source.ts";

/**
 * Another registry, or one repository of it.
 * @param registry `host[:port]`
 * @param repository only this one; without it the registry must have a catalogue
 */
export const fromRegistry = (registry: string, repository: string | undefined, options: RegistryClientOptions = {}): ImportSource => {
  const client = createRegistryClient(options);
  return {
    where: repository === undefined ? registry : `${registry}/${repository}`,
    repositories: async () => {
      if (repository !== undefined) return [repository];
      const session = createSession(options);
      try {
        return await listCatalog(session, registry);
      } catch (error) {
        if (!hasCode(error, "IMAGE_NOT_FOUND", "REGISTRY_REFUSED")) throw error;
        throw new SeaworthyError("REGISTRY_REFUSED", `${registry} does not say which repositories it has`, {
          cause: error,
          hint: `Name one at a time: ${registry}/REPOSITORY. Docker Hub, GHCR and the clouds' registries have no list that a client may read.`,
        });
      } finally {
        session.close();
      }
    },
    tags: (name) => client.tags({ registry, repository: name }),
    open: (name, tag) => registrySource(client, { registry, repository: name, tag }),
    close: () => client.close(),
  };
};
