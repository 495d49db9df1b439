import { resolve } from "node:path";
import { parseByteSize, parseDuration, redact, SeaworthyError } from "../../core/index.ts";
import {
  type LimitOptions,
  type LogEntry,
  type RegistryOptions,
  type RunningRegistry,
  type Served,
  startRegistry,
  warningsTo,
} from "../../registry/index.ts";
import { type Outcome, type OutputFlags, reporting } from "../outcome.ts";

export interface Flags extends OutputFlags {
  readonly data: string;
  readonly listen: string;
  readonly open?: boolean;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly publicUrl?: string;
  readonly trustProxy?: readonly string[];
  readonly metrics?: string;
  readonly log?: "text" | "json";
  readonly maxBlob?: string;
  readonly repositoryQuota?: string;
  readonly uploads?: number;
  readonly rate?: number;
  readonly tags?: readonly string[];
  readonly signedBy?: readonly string[];
  readonly scannedBy?: readonly string[];
  readonly scannedWithin?: string;
}

const parseListen = (text: string, flag = "--listen"): { readonly host: string; readonly port: number } => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new SeaworthyError("USAGE", `${flag} ${text} is not HOST:PORT, as in 127.0.0.1:5417`);
  return { host: match[1] ?? (match[2] === "" || match[2] === undefined ? "0.0.0.0" : match[2]), port };
};

/** One JSON document a line: what happens, and each request when it is over. */
const jsonLog = (write: (text: string) => void) => {
  const line = (value: object): void => write(`${redact(JSON.stringify({ at: new Date().toISOString(), ...value }))}\n`);
  return {
    log: ({ level, message, fields }: LogEntry): void => {
      if (level !== "debug") line({ level, message, ...fields });
    },
    accessLog: ({ ms, ...served }: Served): void => line({ level: "info", message: "request", ...served, ms: Math.round(ms * 10) / 10 }),
  };
};

const tlsOf = ({ tlsCert, tlsKey }: Flags, cwd: string): Pick<RegistryOptions, "tls"> => {
  if (tlsCert === undefined && tlsKey === undefined) return {};
  if (tlsCert === undefined || tlsKey === undefined) throw new SeaworthyError("USAGE", "--tls-cert and --tls-key belong together");
  return { tls: { certificate: resolve(cwd, tlsCert), key: resolve(cwd, tlsKey) } };
};

const requireCount = (flag: string, value: number | undefined): void => {
  if (value !== undefined && !(Number.isInteger(value) && value > 0))
    throw new SeaworthyError("USAGE", `${flag} is a whole number above 0`);
};

const limitsOf = ({ maxBlob, repositoryQuota, uploads, rate }: Flags): LimitOptions => {
  requireCount("--uploads", uploads);
  requireCount("--rate", rate);
  return {
    ...(maxBlob === undefined ? {} : { maxBlobBytes: parseByteSize(maxBlob) }),
    ...(repositoryQuota === undefined ? {} : { repositoryQuotaBytes: parseByteSize(repositoryQuota) }),
    ...(uploads === undefined ? {} : { uploadsPerAccount: uploads }),
    ...(rate === undefined ? {} : { requestsPerSecond: rate }),
  };
};

const originOf = ({ publicUrl, trustProxy }: Flags): NonNullable<RegistryOptions["origin"]> => ({
  ...(publicUrl === undefined ? {} : { publicUrl }),
  ...(trustProxy === undefined ? {} : { trustedProxies: trustProxy }),
});

/** As a release's own scan may be by default. */
const SCANNED_WITHIN = "7d";

const admissionOf = async (
  { tags = [], signedBy = [], scannedBy = [], scannedWithin, open }: Flags,
  cwd: string,
): Promise<Pick<RegistryOptions, "admit">> => {
  if (scannedWithin !== undefined && scannedBy.length === 0)
    throw new SeaworthyError("USAGE", "--scanned-within asks for scans, and nobody says whose count", { hint: "Give --scanned-by KEY." });
  if (tags.length === 0 && signedBy.length === 0 && scannedBy.length === 0) return {};
  if (open === true && (signedBy.length > 0 || scannedBy.length > 0))
    throw new SeaworthyError(
      "USAGE",
      `${signedBy.length > 0 ? "--signed-by" : "--scanned-by"} asks nothing of whoever may push, and with --open everybody may`,
      { hint: "Make accounts with seaworthy registry users, and leave --open away." },
    );
  const { admissionBy } = await import("../registry-admission.ts");
  const paths = (files: readonly string[]): readonly string[] => files.map((path) => resolve(cwd, path));
  const within = scannedWithin ?? SCANNED_WITHIN;
  const scanned = scannedBy.length === 0 ? {} : { scanned: { keyPaths: paths(scannedBy), within, withinMs: parseDuration(within) } };
  return { admit: admissionBy({ tags, keyPaths: paths(signedBy), ...scanned }) };
};

/** Name and password in the clear are for anybody on the way to read. */
const warnOfPlainHttp = (flags: Flags, host: string, warn: (text: string) => void): void => {
  const isLocal = host === "localhost" || host === "::1" || host.startsWith("127.");
  if (flags.open !== true && flags.tlsCert === undefined && !isLocal && flags.publicUrl?.startsWith("https:") !== true)
    warn(
      "seaworthy: passwords and tokens cross the network in the clear: give --tls-cert and --tls-key, or put it behind a proxy and say so with --public-url https://...\n",
    );
};

/** SIGHUP: read `registry.yaml` again. The registry's log says so when it is refused. Returns how to end that. */
const reloadOnHangUp = (registry: RunningRegistry, done: (changed: readonly string[]) => void): (() => void) => {
  const reload = (): void =>
    void registry.reload().then(
      ({ changed }) => done(changed),
      () => undefined,
    );
  process.on("SIGHUP", reload);
  return () => void process.off("SIGHUP", reload);
};

export const run = reporting<Flags, []>(async (context, flags): Promise<Outcome> => {
  const { stderr, stdout } = context.process;
  const listen = parseListen(flags.listen);
  warnOfPlainHttp(flags, listen.host, (text) => stderr.write(text));
  const registry = await startRegistry({
    dataFolder: resolve(context.cwd, flags.data),
    listen,
    ...tlsOf(flags, context.cwd),
    origin: originOf(flags),
    limits: limitsOf(flags),
    ...(flags.metrics === undefined ? {} : { figuresListen: parseListen(flags.metrics, "--metrics") }),
    ...(await admissionOf(flags, context.cwd)),
    open: flags.open === true,
    // The registry itself warns that it is open.
    ...(flags.log === "json" ? jsonLog((text) => stderr.write(text)) : { log: warningsTo(stderr) }),
    keepUp: true,
  });
  const ready = {
    schema: "seaworthy/registry@1",
    address: registry.address,
    data: resolve(context.cwd, flags.data),
    ...(registry.figuresAddress === undefined ? {} : { metrics: registry.figuresAddress }),
  };
  const endReload = reloadOnHangUp(registry, (changed) => {
    if (flags.log !== "json") stderr.write(`seaworthy: registry.yaml was read again; changed: ${changed.join(", ") || "nothing"}\n`);
  });
  stderr.write(`seaworthy registry on ${registry.address}, its data in ${ready.data}. Ctrl-C ends it.\n`);
  // Whoever waits for the registry reads this line while it serves.
  if (flags.json === true) stdout.write(`${JSON.stringify({ ...ready, state: "listening" })}\n`);
  await new Promise<void>((done) => {
    if (context.signal.aborted) done();
    else context.signal.addEventListener("abort", () => done(), { once: true });
  });
  endReload();
  await registry.close();
  return { exit: 0, human: "", json: undefined };
});
