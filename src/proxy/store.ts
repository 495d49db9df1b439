import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, SeaworthyError, wordsOf, writeFileAtomic } from "../core/index.ts";
import { type Backend, isBackendName, parseBackend } from "./backend.ts";
import { CERTIFICATE_FOLDER, type CertificateStore, openCertificateStore } from "./certificates/store.ts";
import { CERTIFICATE_LIST, MAX_RUNTIME_BYTES, renderCertificateList, type WantedCertificate } from "./haproxy/certificates.ts";
import { renderHoldScript } from "./haproxy/hold-script.ts";
import { HOLD_FILE, HOLD_SCRIPT_FILE, renderHolds } from "./haproxy/holds.ts";
import { LIMITS_FILE, renderLimits } from "./haproxy/limits.ts";
import { boundPorts, hasIpv6 } from "./haproxy/listeners.ts";
import { MAINTENANCE_FILE, maintenancePages, renderMaintenance } from "./haproxy/maintenance.ts";
import { renderSides, SIDES_FILE } from "./haproxy/sides.ts";
import { CONFIG_FILE, HOSTS_FILE, owners, renderConfig, renderHosts } from "./haproxy/render.ts";
import { REDIRECTS_BELOW_FILE, REDIRECTS_FILE, renderRedirects, tlsPorts } from "./haproxy/tls.ts";

/**
 * What the proxy should be: one file a backend, and HAProxy's own configuration rendered from all of them.
 * A file that cannot be read is left out and named by `broken`; it never takes the others down.
 */
export interface ProxyStore {
  readonly configFolder: string;
  readonly certificates: CertificateStore;
  /** Certificates as HAProxy should have them loaded; none while nobody is answered over TLS. */
  served(): readonly WantedCertificate[];
  /** Those that can be read. */
  backends(): readonly Backend[];
  /** @throws STATE_NEEDS_PERSON when its file cannot be read: what it had is then not known, and must not be guessed. */
  backend(name: string): Backend | undefined;
  /** Each file that cannot be read and why, in a sentence. */
  broken(): readonly string[];
  put(backend: Backend): void;
  remove(name: string): void;
  /** Writes haproxy.cfg and what it names, from the backends. */
  render(): void;
  /** The same in two: what it is to be now, and its writing. */
  draw(): { readonly structure: string; readonly write: () => void };
  /** Whether the files are what `render` would write. */
  isRendered(): boolean;
  /** Ports that the configuration is to listen on. */
  ports(): readonly number[];
  /** Ports of the configuration as it was written last; none when there is none. */
  listening(): readonly number[];
  /** Names everything of the configuration but the servers, which the runtime API can change: HAProxy says in `show info` which one it has loaded. */
  structure(): string;
}

/** Folders as HAProxy itself sees them. */
export interface InnerFolders {
  readonly configFolder: string;
  readonly socketFolder: string;
}

/** In the proxy's container. */
export const INSIDE: InnerFolders = { configFolder: "/etc/seaworthy", socketFolder: "/run/seaworthy" };

const isThere = (path: string, content: string): boolean => existsSync(path) && readTextFile(path) === content;

/** Spares the sync to disk of what did not change. */
const writeWhereOther = (path: string, content: string): void => {
  if (!isThere(path, content)) writeFileAtomic(path, content);
};

/** `httpPort` is listened on while no backend names a port. */
export const openProxyStore = (
  folder: string,
  httpPort: number,
  inside: InnerFolders = INSIDE,
  ipv6: () => boolean = hasIpv6,
): ProxyStore => {
  const backendFolder = join(folder, "backends");
  const configFolder = join(folder, "config");
  mkdirSync(backendFolder, { recursive: true, mode: 0o700 });
  mkdirSync(configFolder, { recursive: true, mode: 0o755 });
  const certificates = openCertificateStore(join(folder, CERTIFICATE_FOLDER), join(configFolder, CERTIFICATE_FOLDER));

  const pathOf = (name: string): string => {
    if (!isBackendName(name)) throw new SeaworthyError("INPUT_INVALID", `"${name.slice(0, 100)}" cannot name a backend`);
    return join(backendFolder, `${name}.json`);
  };
  const names = (): readonly string[] =>
    readdirSync(backendFolder)
      .filter((file) => file.endsWith(".json") && !file.startsWith("."))
      .map((file) => file.slice(0, -".json".length))
      .toSorted();

  const read = (name: string): Backend => {
    const path = join(backendFolder, `${name}.json`);
    try {
      const parsed: unknown = JSON.parse(readTextFile(path));
      const backend = parseBackend(typeof parsed === "object" && parsed !== null ? { httpPort, ...parsed } : parsed);
      if (backend.name !== name) throw new SeaworthyError("INPUT_INVALID", `it is about ${backend.name}`);
      return backend;
    } catch (error) {
      throw new SeaworthyError("STATE_NEEDS_PERSON", `${path} cannot be read: ${wordsOf(error)}`, {
        cause: error,
        hint: "Mend the file or bring it back from a backup. Without it the service loses its route with the next reload of the proxy.",
      });
    }
  };
  const readable = (name: string): readonly Backend[] => {
    try {
      return [read(name)];
    } catch {
      // Named by `broken`, and by whatever asks for this one.
      return [];
    }
  };
  const backends = (): readonly Backend[] => names().flatMap(readable);
  const portsOf = (all: readonly Backend[]): readonly number[] =>
    all.length === 0
      ? [httpPort]
      : [...new Set(all.flatMap(({ httpPort: port, interimPort = port }) => [port, interimPort]))].toSorted((a, b) => a - b);
  const served = () => {
    const pathOfPem = (id: string): string => `${inside.configFolder}/${CERTIFICATE_FOLDER}/${id}.pem`;
    return certificates.all().map((one) => ({ ...one, path: pathOfPem(one.id) }));
  };
  const inputOf = (all: readonly Backend[]) => ({
    httpPorts: portsOf(all),
    backends: all,
    certificates: served(),
    ipv6: ipv6(),
    ...inside,
  });
  const redirectsOf = (all: readonly Backend[]) => renderRedirects(owners(all), served());
  const structureOf = (all: readonly Backend[]): string => {
    const bare = renderConfig({ ...inputOf(all), structure: "", servers: false });
    const { exact, below } = redirectsOf(all);
    const hash = createHash("sha256").update(bare).update(renderHosts(all)).update(exact).update(below);
    // Read when HAProxy starts, as the configuration is.
    hash.update(renderHoldScript(inside.configFolder, all));
    for (const { id, sha1, sizeBytes } of served()) if (sizeBytes > MAX_RUNTIME_BYTES) hash.update(`${id} ${sha1}\n`);
    return hash.digest("hex").slice(0, 16);
  };

  /** The configuration last: what it names is there before it. */
  const rendered = (): { readonly files: readonly (readonly [string, string])[]; readonly structure: string } => {
    const all = backends();
    const { exact, below } = redirectsOf(all);
    const structure = structureOf(all);
    const files = [
      [HOSTS_FILE, renderHosts(all)],
      [HOLD_FILE, renderHolds(all)],
      [SIDES_FILE, renderSides(all)],
      [REDIRECTS_FILE, exact],
      [REDIRECTS_BELOW_FILE, below],
      [CERTIFICATE_LIST, renderCertificateList(served().map(({ path }) => path))],
      [LIMITS_FILE, renderLimits(all)],
      [MAINTENANCE_FILE, renderMaintenance(all)],
      ...maintenancePages(all),
      [HOLD_SCRIPT_FILE, renderHoldScript(inside.configFolder, all)],
      [CONFIG_FILE, renderConfig({ ...inputOf(all), structure })],
    ] as const;
    return { files, structure };
  };

  const draw: ProxyStore["draw"] = () => {
    const { files, structure } = rendered();
    return {
      structure,
      write: () => {
        for (const [name, content] of files) writeWhereOther(join(configFolder, name), content);
        // A worker that is on its way out has its pages in memory.
        for (const name of readdirSync(configFolder))
          if (name.startsWith("maintenance-") && !files.some(([known]) => known === name))
            rmSync(join(configFolder, name), { force: true });
      },
    };
  };

  return {
    configFolder,
    certificates,
    served: () =>
      tlsPorts(backends(), served()).length === 0
        ? []
        : served().map(({ id, path, sha1, chain }) => ({ path, sha1, chain, pem: () => certificates.pem(id) ?? "" })),
    backends,
    backend: (name) => (names().includes(name) ? read(name) : undefined),
    broken: () => [
      ...names().flatMap((name) => {
        try {
          read(name);
          return [];
        } catch (error) {
          return [wordsOf(error)];
        }
      }),
      ...certificates.broken(),
    ],
    put: (value) => writeFileAtomic(pathOf(value.name), `${JSON.stringify(parseBackend(value), undefined, 2)}\n`, 0o600),
    remove: (name) => rmSync(pathOf(name), { force: true }),
    draw,
    render: () => draw().write(),
    isRendered: () => rendered().files.every(([name, content]) => isThere(join(configFolder, name), content)),
    ports: () => {
      const all = backends();
      return [...portsOf(all), ...tlsPorts(all, served())];
    },
    listening: () => {
      const config = join(configFolder, CONFIG_FILE);
      return existsSync(config) ? boundPorts(readTextFile(config)) : [];
    },
    structure: () => structureOf(backends()),
  };
};
