import { join } from "node:path";
import { hasCode, isSeaworthyError, SeaworthyError, type StateFolder, systemClock, wordsOf } from "../core/index.ts";
import { createRegistryClient, type RegistryClient } from "../image/index.ts";
import type { Project } from "../project/index.ts";
import { startRegistry } from "../registry/index.ts";
import { recordedDigests } from "../release/index.ts";

/** The registry of a voyage: a client, and where images without a repository of their own go. */
export interface Harbour extends AsyncDisposable {
  readonly client: RegistryClient;
  /** `host:port` of the embedded registry. */
  readonly address: string;
  /** Makes sure that the embedded registry is served: the process that did may have ended since, or an earlier release may have used it and this one does not. @throws PORT_TAKEN, REGISTRY_UNREACHABLE */
  readonly serve: () => Promise<void>;
}

/** Whether this project needs the embedded registry at all. */
const needsEmbedded = (project: Project): boolean =>
  project.settings.registry.repository === undefined &&
  project.services.some((service) => service.build !== undefined && service.spec.image === undefined);

/**
 * Opens the registry that images go through: the user's own, or the embedded one on loopback, which runs as long as this process
 * unless another process of the same state folder serves it already.
 * @throws PORT_TAKEN when something else listens on its port
 */
export const openHarbour = async (project: Project, state: StateFolder, signal?: AbortSignal): Promise<Harbour> => {
  const { port } = project.settings.registry;
  const address = `127.0.0.1:${port}`;
  const client = createRegistryClient(signal === undefined ? {} : { signal });
  let server: Served | undefined;
  const ending = new AbortController();
  let following: Promise<void> | undefined;
  /** The process that serves it may end before this one does: then it is this one's to serve, before a client's next attempt. */
  const follow = async (): Promise<void> => {
    while (server === undefined && !ending.signal.aborted) {
      await systemClock.sleep(FOLLOW_MS, ending.signal).catch(() => undefined);
      if (ending.signal.aborted) return;
      // Why it cannot be served is said to whoever asks for it, who may have opened it meanwhile: then this attempt has failed, and takes nothing away.
      const opened = await open(state, port).catch(() => undefined);
      server ??= opened;
    }
  };
  const serve = async (): Promise<void> => {
    if (server !== undefined) return;
    try {
      const opened = await embedded(state, port, client);
      server ??= opened;
      if (server === undefined) following ??= follow();
    } catch (error) {
      // A project that has a registry of its own may have it there.
      if (needsEmbedded(project) || !hasCode(error, "PORT_TAKEN")) throw error;
    }
  };
  if (needsEmbedded(project)) await serve();
  return {
    client,
    address,
    serve,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await following;
      client.close();
      await server?.close();
    },
  };
};

type Served = Awaited<ReturnType<typeof startRegistry>>;

/** Between two looks whether another process still serves the registry: less than a client waits before it tries again. */
const FOLLOW_MS = 200;

const open = (state: StateFolder, port: number): Promise<Served> =>
  startRegistry({
    dataFolder: join(state.folder, "registry"),
    listen: { host: "127.0.0.1", port },
    open: true,
    log: () => undefined,
    liveDigests: async () => new Set(recordedDigests(state.folder)),
  });

const embedded = async (state: StateFolder, port: number, client: RegistryClient): Promise<Served | undefined> => {
  try {
    return await open(state, port);
  } catch (error) {
    // Another process of this state folder holds the data, so it is the one that serves it.
    if (!hasCode(error, "LOCKED")) throw error;
    try {
      await client.ping(`127.0.0.1:${port}`);
      return undefined;
    } catch (cause) {
      throw new SeaworthyError(
        "REGISTRY_UNREACHABLE",
        `another process serves the embedded registry, but it does not answer on 127.0.0.1:${port}: ${wordsOf(cause)}`,
        {
          cause,
          hint: isSeaworthyError(error) ? error.message : wordsOf(error),
        },
      );
    }
  }
};
