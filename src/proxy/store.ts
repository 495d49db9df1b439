import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, SeaworthyError, writeFileAtomic } from "../core/index.ts";
import { type Backend } from "./backend.ts";
import { CONFIG_FILE, HOSTS_FILE, renderConfig, renderHosts } from "./haproxy/render.ts";

/** What the proxy should be: one file a backend, and HAProxy's own configuration rendered from all of them. One unreadable backend never takes the others down. */
export interface ProxyStore {
  readonly configFolder: string;
  backends(): readonly Backend[];
  backend(name: string): Backend | undefined;
  put(backend: Backend): void;
  remove(name: string): void;
  /** Writes haproxy.cfg and hosts.map from the backends. */
  render(httpPort: number): void;
}

/** Folders as the proxy's container sees them. */
export const INSIDE = { configFolder: "/etc/seaworthy", socketFolder: "/run/seaworthy" } as const;

const NAME = /^[a-z0-9][a-z0-9_.-]{0,200}$/;

const readBackend = (path: string): Backend => {
  const value = JSON.parse(readTextFile(path)) as Backend;
  if (!NAME.test(value.name) || !Array.isArray(value.servers)) throw new SeaworthyError("STATE_NEEDS_PERSON", `${path} is not a backend`);
  return value;
};

export const openProxyStore = (folder: string): ProxyStore => {
  const backendFolder = join(folder, "backends");
  const configFolder = join(folder, "config");
  mkdirSync(backendFolder, { recursive: true, mode: 0o700 });
  mkdirSync(configFolder, { recursive: true, mode: 0o755 });
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new SeaworthyError("INPUT_INVALID", `"${name}" cannot name a backend`);
    return join(backendFolder, `${name}.json`);
  };
  const names = (): readonly string[] =>
    readdirSync(backendFolder)
      .filter((file) => file.endsWith(".json") && !file.startsWith("."))
      .map((file) => file.slice(0, -5))
      .toSorted();
  const backend = (name: string): Backend | undefined => (names().includes(name) ? readBackend(pathOf(name)) : undefined);
  const backends = (): readonly Backend[] => names().map((name) => readBackend(pathOf(name)));
  return {
    configFolder,
    backend,
    backends,
    put: (value) => writeFileAtomic(pathOf(value.name), `${JSON.stringify(value, undefined, 2)}\n`, 0o600),
    remove: (name) => rmSync(pathOf(name), { force: true }),
    render: (httpPort) => {
      const all = backends();
      writeFileAtomic(join(configFolder, HOSTS_FILE), renderHosts(all));
      writeFileAtomic(join(configFolder, CONFIG_FILE), renderConfig({ httpPort, backends: all, ...INSIDE }));
    },
  };
};
