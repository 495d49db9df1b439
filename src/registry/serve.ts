import type { LookupFunction } from "node:net";
import { type Clock, type Digest, forTerminal, SeaworthyError, systemClock, wordsOf } from "../core/index.ts";
import { openAccess } from "./auth/index.ts";
import { createRegistryServer } from "./http/server.ts";
import type { Admission, LogEntry } from "./http/service.ts";
import { type Listening, listenOn } from "./listen.ts";
import { createMirrors, type MirrorSettings } from "./mirror/index.ts";
import type { Reached } from "./store/points.ts";
import { openStore } from "./store/store.ts";
import { isImmutableTag } from "./tag-policy.ts";

const EXPIRE_EVERY_MS = 5 * 60_000;

export interface RegistryOptions {
  /** Made when it is not there. One registry at a time may serve it. */
  readonly dataFolder: string;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Must be true: this registry has no accounts yet, so anyone who reaches it may push, pull and delete. It says so in its log. */
  readonly open: boolean;
  /** Default: warnings and errors to stderr. */
  readonly log?: (entry: LogEntry) => void;
  /** Asked before each push, pull and delete of a manifest: the reason to refuse, undefined to let it pass. */
  readonly admit?: (admission: Admission) => Promise<string | undefined>;
  /** Digests that run somewhere; these cannot be deleted. */
  readonly liveDigests?: () => Promise<ReadonlySet<Digest>>;
  /** Free bytes below which pushes are refused. Default 32 MiB. */
  readonly reserveBytes?: number;
  readonly clock?: Clock;
  /** Registries that this one keeps copies of, under `mirror/<name>/`. */
  readonly mirrors?: readonly MirrorSettings[];
  /** Resolves the names of upstreams in place of the system. */
  readonly lookup?: LookupFunction;
  /** For tests of crashes: told of each place where one has to be survived. */
  readonly reached?: Reached;
}

export interface RunningRegistry {
  /** `host:port` as it stands in references and URLs. */
  readonly address: string;
  /** Finishes what is under way (10 s at most), then frees the data folder. */
  close(): Promise<void>;
  /** `host:port` of the listeners that act as an upstream's mirror, by upstream. */
  readonly mirrorAddresses: ReadonlyMap<string, string>;
}

/** A log for people: warnings and errors, one line each. */
export const warningsTo =
  (stream: { readonly write: (text: string) => void }) =>
  ({ level, message }: LogEntry): void => {
    if (level === "warning" || level === "error") stream.write(`${forTerminal(`registry: ${message}`)}\n`);
  };

/**
 * Starts a registry on a data folder.
 * @throws USAGE unless `open`; LOCKED when another process serves the folder; PORT_TAKEN, PERMISSION_DENIED, DISK_FULL
 */
export const startRegistry = async (options: RegistryOptions): Promise<RunningRegistry> => {
  const { listen, log = warningsTo(process.stderr), clock = systemClock } = options;
  if (!options.open)
    throw new SeaworthyError("USAGE", "a registry with accounts is not available in this version", {
      hint: "Serve it on a loopback address with --open, where anyone on this machine may push, pull and delete.",
    });
  const reserveBytes = options.reserveBytes ?? 32 * 1024 * 1024;
  const store = await openStore(options.dataFolder, {
    clock,
    reserveBytes,
    rules: { isImmutable: (_repository, tag) => isImmutableTag(tag) },
    ...(options.reached === undefined ? {} : { reached: options.reached }),
  });
  const service = {
    store,
    access: openAccess,
    mirrors: createMirrors(options.mirrors ?? [], {
      dataFolder: options.dataFolder,
      store,
      clock,
      reserveBytes,
      reached: options.reached ?? (() => undefined),
      log: (message) => log({ level: "warning", message }),
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    }),
    log,
    admit: options.admit ?? (async () => undefined),
    liveDigests: options.liveDigests ?? (async () => new Set<Digest>()),
  };
  const listeners: Listening[] = [];
  const mirrorAddresses = new Map<string, string>();
  try {
    listeners.push(await listenOn(createRegistryServer(service), listen, log));
    for (const mirror of options.mirrors ?? []) {
      if (mirror.listen === undefined) continue;
      const listening = await listenOn(createRegistryServer(service, mirror.upstream), mirror.listen, log);
      listeners.push(listening);
      mirrorAddresses.set(mirror.upstream, listening.address);
    }
  } catch (error) {
    await Promise.all(listeners.map((each) => each.stop()));
    await service.mirrors.close();
    store.close();
    throw error;
  }
  const address = listeners[0]?.address ?? "";
  log({
    level: "warning",
    message: `OPEN REGISTRY at ${address}: anyone who can reach it may push, pull and delete images. For laptops and tests only.`,
  });
  const sweeper = setInterval(() => {
    store.uploads
      .expire()
      .catch((error: unknown) => log({ level: "error", message: `abandoned uploads could not be removed: ${wordsOf(error)}` }));
  }, EXPIRE_EVERY_MS);
  sweeper.unref();

  const stop = async (): Promise<void> => {
    clearInterval(sweeper);
    await Promise.all(listeners.map((each) => each.stop()));
    await service.mirrors.close();
    store.close();
  };
  let closing: Promise<void> | undefined;
  return { address, mirrorAddresses, close: () => (closing ??= stop()) };
};
