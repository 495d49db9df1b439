import { statfs } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { type Clock, type Digest, forTerminal, systemClock, wordsOf } from "../core/index.ts";
import { openAccess, openGuard, type OriginOptions, originReader } from "./auth/index.ts";
import { createFiguresServer } from "./http/figures-server.ts";
import { createRegistryServer, createTlsRegistryServer } from "./http/server.ts";
import { keepUp } from "./control/periodic.ts";
import { serveControl } from "./control/server.ts";
import type { Admission, LogEntry } from "./http/service.ts";
import { type Contents, contentsOf } from "./contents.ts";
import { readTls, reloadTls, type TlsFiles } from "./http/tls.ts";
import { createAccountStorage, createLimits, type LimitOptions } from "./limits/index.ts";
import { type Listening, listenOn } from "./listen.ts";
import { createMirrors, type MirrorSettings } from "./mirror/index.ts";
import { createMirrorListeners } from "./mirror-listeners.ts";
import { currentPolicy } from "./policy/current.ts";
import { readPolicy } from "./policy/policy.ts";
import { createMirrorSettings, createReload, type ReloadReport } from "./reload.ts";
import type { Reached } from "./store/points.ts";
import { openStore } from "./store/store.ts";
import { auditOf, createFigures, createReadiness, type Served, watchUpkeep } from "./watch/index.ts";

const EXPIRE_EVERY_MS = 5 * 60_000;

export interface RegistryOptions {
  /** Made when it is not there. One registry at a time may serve it. */
  readonly dataFolder: string;
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** True: anyone who reaches it may push, pull and delete, and it says so in its log. False: by the accounts of the data folder. */
  readonly open: boolean;
  /** How clients reach it, and whose word counts about who they are. */
  readonly origin?: OriginOptions;
  /** Absent: plain HTTP. The files are looked at again while it serves. */
  readonly tls?: TlsFiles;
  readonly limits?: LimitOptions;
  /** A listener of its own for /metrics, /healthz and /readyz, for whoever reaches it. */
  readonly figuresListen?: { readonly host: string; readonly port: number };
  /** Told of each request when it is over. */
  readonly accessLog?: (served: Served) => void;
  /** Default: warnings and errors to stderr. */
  readonly log?: (entry: LogEntry) => void;
  /** Asked before each push, pull and delete of a manifest: the reason to refuse, undefined to let it pass. */
  readonly admit?: (admission: Admission, contents: Contents) => Promise<string | undefined>;
  /** Digests that run somewhere; these cannot be deleted. */
  readonly liveDigests?: () => Promise<ReadonlySet<Digest>>;
  /** Free bytes below which pushes are refused. Default 32 MiB. */
  readonly reserveBytes?: number;
  readonly clock?: Clock;
  /** Registries that this one keeps copies of, under `mirror/<name>/`. Default: those of `registry.yaml`. */
  readonly mirrors?: readonly MirrorSettings[];
  /** Resolves the names of upstreams in place of the system. */
  readonly lookup?: LookupFunction;
  /** Whether retention, collection and scrub run by themselves, as `registry.yaml` says. Default false: by command only. */
  readonly keepUp?: boolean;
  /** For tests of crashes: told of each place where one has to be survived. */
  readonly reached?: Reached;
}

export interface RunningRegistry {
  /** `host:port` as it stands in references and URLs. */
  readonly address: string;
  /** Finishes what is under way (10 s at most), then frees the data folder. */
  close(): Promise<void>;
  /** Reads `registry.yaml` again: all of it is in effect when this resolves, for what begins from then on. @throws what is wrong with it, the old settings in effect */
  reload(): Promise<ReloadReport>;
  /** `host:port` of the listeners that act as an upstream's mirror, by upstream. */
  readonly mirrorAddresses: ReadonlyMap<string, string>;
  /** `host:port` of /metrics, where it has a listener of its own. */
  readonly figuresAddress: string | undefined;
}

/** A log for people: warnings and errors, one line each. */
export const warningsTo =
  (stream: { readonly write: (text: string) => void }) =>
  ({ level, message }: LogEntry): void => {
    if (level === "warning" || level === "error") stream.write(`${forTerminal(`registry: ${message}`)}\n`);
  };

/**
 * Starts a registry on a data folder.
 * @throws USAGE without `open` when there are no accounts; LOCKED when another process serves the folder; PORT_TAKEN, PERMISSION_DENIED, DISK_FULL
 */
export const startRegistry = async (options: RegistryOptions): Promise<RunningRegistry> => {
  const { listen, log = warningsTo(process.stderr), clock = systemClock } = options;
  const originOf = originReader(options.origin ?? {});
  const reserveBytes = options.reserveBytes ?? 32 * 1024 * 1024;
  const said = readPolicy(options.dataFolder);
  const policy = currentPolicy(said, clock);
  const mirrorsOf = createMirrorSettings(options.dataFolder);
  const mirrors = options.mirrors ?? mirrorsOf(said.settings.mirrors);
  const figures = createFigures();
  const guard = options.open
    ? undefined
    : openGuard(options.dataFolder, {
        clock,
        warn: (message) => log({ level: "warning", message }),
        refusedLogin: (why) => figures.count("seaworthy_registry_refused_logins_total", [why]),
      });
  const opened = await openStore(options.dataFolder, {
    clock,
    reserveBytes,
    policy,
    ...(options.reached === undefined ? {} : { reached: options.reached }),
  }).catch((error: unknown) => {
    guard?.close();
    throw error;
  });
  const watched = watchUpkeep(opened, figures.count, clock);
  const { store } = watched;
  const ask = (): void => {
    store.repositories("", 1);
    guard?.accounts.all();
  };
  const service = {
    store,
    access: guard?.access ?? openAccess,
    limits: createLimits(options.limits ?? {}, {
      uploads: store.uploads,
      usage: store.usage,
      accounts: guard === undefined ? undefined : createAccountStorage(guard.accounts, store.usage),
      clock,
    }),
    originOf,
    mirrors: createMirrors(mirrors, {
      dataFolder: options.dataFolder,
      store,
      clock,
      reserveBytes,
      reached: options.reached ?? (() => undefined),
      count: figures.count,
      log: (message) => log({ level: "warning", message }),
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    }),
    log,
    served: (served: Served) => {
      figures.saw(served);
      const entry = auditOf(served);
      if (entry !== undefined) guard?.audit.record(entry);
      options.accessLog?.(served);
      log({ level: "debug", message: `${served.method} ${served.path}`, fields: { status: served.status, ms: Math.round(served.ms) } });
    },
    fault: createReadiness({ dataFolder: options.dataFolder, reserveBytes, ask, storageFault: () => store.fault(), clock }),
    figures: async () => {
      const { bavail, bsize } = await statfs(options.dataFolder);
      return figures.text([
        { name: "process_resident_memory_bytes", value: process.memoryUsage.rss() },
        { name: "seaworthy_registry_open_uploads", value: store.uploads.openOf() },
        { name: "seaworthy_registry_free_bytes", value: bavail * bsize },
        ...watched.gauges(),
        ...service.mirrors.gauges(),
      ]);
    },
    admit: async (admission: Admission) =>
      admission.action === "pull" && service.mirrors.isExempt(admission.repository) ? undefined : options.admit?.(admission, contents),
    liveDigests: options.liveDigests ?? (async () => new Set<Digest>()),
  };
  const contents = contentsOf({ manifests: store.manifests, blobs: store.blobs, mirrors: service.mirrors });
  const listeners: Listening[] = [];
  let endControl = async (): Promise<void> => undefined;
  let figuresAddress: string | undefined;
  const serveAt = async (at: RegistryOptions["listen"], actsAs: () => string | undefined): Promise<Listening> => {
    const { tls } = options;
    const server = tls === undefined ? createRegistryServer(service, actsAs) : createTlsRegistryServer(service, readTls(tls), actsAs);
    const listening = await listenOn(server, at, log);
    if (tls !== undefined && "setSecureContext" in server) {
      const reload = reloadTls(server, tls, (level, message) => log({ level, message }));
      server.once("close", () => reload.close());
    }
    return listening;
  };
  const mirrorListeners = createMirrorListeners(serveAt);
  const reload = createReload(
    said.settings,
    { dataFolder: options.dataFolder, policy, mirrors: service.mirrors, listeners: mirrorListeners, log, count: figures.count },
    mirrorsOf,
  );
  const upkeep = { store, policy, clock, liveDigests: service.liveDigests, reload };
  try {
    endControl = await serveControl(options.dataFolder, upkeep);
    listeners.push(await serveAt(listen, () => undefined));
    if (options.figuresListen !== undefined) {
      const listening = await listenOn(createFiguresServer(service), options.figuresListen, log);
      listeners.push(listening);
      figuresAddress = listening.address;
    }
    (await mirrorListeners.prepare(mirrors))();
  } catch (error) {
    await endControl();
    await Promise.all([...listeners, mirrorListeners].map((each) => each.stop()));
    await service.mirrors.close();
    store.close();
    guard?.close();
    throw error;
  }
  const address = listeners[0]?.address ?? "";
  if (guard === undefined)
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
  const endUpkeep = options.keepUp === true ? keepUp(upkeep, log) : async () => undefined;

  const stop = async (): Promise<void> => {
    clearInterval(sweeper);
    await endUpkeep();
    await endControl();
    await Promise.all([...listeners, mirrorListeners].map((each) => each.stop()));
    await service.mirrors.close();
    store.close();
    guard?.close();
  };
  let closing: Promise<void> | undefined;
  return {
    address,
    reload: () => reload({ dryRun: false }),
    mirrorAddresses: mirrorListeners.addresses,
    figuresAddress,
    close: () => (closing ??= stop()),
  };
};
