import type { AddressInfo } from "node:net";
import { isIP } from "node:net";
import { type Clock, type Digest, forTerminal, SeaworthyError, systemClock, wordsOf } from "../core/index.ts";
import { openAccess } from "./auth/index.ts";
import { createRegistryServer } from "./http/server.ts";
import type { Admission, LogEntry } from "./http/service.ts";
import type { Reached } from "./store/points.ts";
import { openStore } from "./store/store.ts";
import { isImmutableTag } from "./tag-policy.ts";

const EXPIRE_EVERY_MS = 5 * 60_000;
const CLOSE_WITHIN_MS = 10_000;

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
  /** For tests of crashes: told of each place where one has to be survived. */
  readonly reached?: Reached;
}

export interface RunningRegistry {
  /** `host:port` as it stands in references and URLs. */
  readonly address: string;
  /** Finishes what is under way (10 s at most), then frees the data folder. */
  close(): Promise<void>;
}

/** A log for people: warnings and errors, one line each. */
export const warningsTo =
  (stream: { readonly write: (text: string) => void }) =>
  ({ level, message }: LogEntry): void => {
    if (level === "warning" || level === "error") stream.write(`${forTerminal(`registry: ${message}`)}\n`);
  };

const listenError = (error: NodeJS.ErrnoException, where: string): unknown => {
  switch (error.code) {
    case "EADDRINUSE":
      return new SeaworthyError("PORT_TAKEN", `the registry cannot listen on ${where}: something else does`, {
        cause: error,
        hint: "Free the port, or choose another with --listen.",
      });
    case "EACCES":
      return new SeaworthyError("PERMISSION_DENIED", `the registry may not listen on ${where}`, { cause: error });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new SeaworthyError("INPUT_INVALID", `the registry cannot listen on ${where}: this machine does not have that address`, {
        cause: error,
      });
    default:
      return error;
  }
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
  const store = await openStore(options.dataFolder, {
    clock,
    reserveBytes: options.reserveBytes ?? 32 * 1024 * 1024,
    rules: { isImmutable: (_repository, tag) => isImmutableTag(tag) },
    ...(options.reached === undefined ? {} : { reached: options.reached }),
  });
  const server = createRegistryServer({
    store,
    access: openAccess,
    log,
    admit: options.admit ?? (async () => undefined),
    liveDigests: options.liveDigests ?? (async () => new Set()),
  });
  const host = isIP(listen.host) === 6 ? `[${listen.host}]` : listen.host;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(listen.port, listen.host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    store.close();
    throw listenError(error as NodeJS.ErrnoException, `${host}:${listen.port}`);
  }
  server.on("error", (error) => log({ level: "error", message: `the listener failed: ${wordsOf(error)}` }));
  const address = `${host}:${(server.address() as AddressInfo).port}`;
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
    const deadline = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS);
    // A connection that answers its last request stays open for the next one; nobody will answer that.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    clearTimeout(deadline);
    clearInterval(idle);
    store.close();
  };
  let closing: Promise<void> | undefined;
  return { address, close: () => (closing ??= stop()) };
};
