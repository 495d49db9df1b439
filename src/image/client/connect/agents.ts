import { lookup as lookUp } from "node:dns";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { LookupFunction } from "node:net";
import { SeaworthyError } from "../../../core/index.ts";
import { isInternalAddress, isMetadataAddress } from "../endpoint.ts";
import { certificateFolders, secureContextFor } from "./certificates.ts";
import { proxyFor } from "./proxy.ts";

/** Where a request may end up. What the user named may be anywhere; what a registry named may not lead into our own network. */
export type Reach = "anywhere" | "not-metadata" | "public";

export interface ConnectionOptions {
  /** Silence after which a connection is given up. */
  readonly idleTimeoutMs: number;
  /** Connections to one host at once; more requests wait. */
  readonly perHost: number;
  /** Hosts (`host[:port]`) whose certificates are not looked at. */
  readonly insecure: (host: string) => boolean;
  /** For the proxy's variables and the home folder. */
  readonly env: NodeJS.ProcessEnv;
  /** Default: where docker and containers look. */
  readonly certificateFolders?: readonly string[];
  /** Resolves names in place of the system. */
  readonly lookup?: LookupFunction;
}

export interface Agents {
  for(url: URL, reach: Reach): { readonly agent: HttpAgent; readonly isProxied: boolean };
  close(): void;
}

const refuses: Readonly<Record<Reach, (address: string) => boolean>> = {
  anywhere: () => false,
  "not-metadata": isMetadataAddress,
  public: isInternalAddress,
};

/** Resolves, and refuses a name that stands for an address out of reach: checked on the very address that is connected to, so a second answer changes nothing. */
const guarded =
  (reach: Reach, resolve: LookupFunction): LookupFunction =>
  (hostname, options, done) =>
    resolve(hostname, options, (error, address, family) => {
      const found = typeof address === "string" ? [address] : (address ?? []).map((each) => each.address);
      const bad = error === null ? found.find(refuses[reach]) : undefined;
      if (bad === undefined) return done(error, address, family);
      const words = `${hostname} is the internal address ${bad}; a registry elsewhere has no business to send us there`;
      return done(new SeaworthyError("REGISTRY_REFUSED", words), address, family);
    });

/** Kept-alive connections, apart by host, by how far they may reach and by the proxy between: what may go one way never uses the socket of another. */
export const createAgents = (options: ConnectionOptions): Agents => {
  const agents = new Map<string, HttpAgent>();
  const folders = options.certificateFolders ?? certificateFolders(options.env);
  const settings = { keepAlive: true, maxSockets: options.perHost, maxFreeSockets: 8, timeout: options.idleTimeoutMs };
  const lookup = options.lookup ?? lookUp;

  const make = (url: URL, reach: Reach, proxy: string | undefined): HttpAgent => {
    // Behind a proxy it is the proxy that resolves names.
    const way = proxy === undefined ? { lookup: reach === "anywhere" ? lookup : guarded(reach, lookup) } : {};
    if (url.protocol === "http:")
      return new HttpAgent({ ...settings, ...way, ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy } }) });
    const trust = options.insecure(url.host) ? { rejectUnauthorized: false } : { secureContext: secureContextFor(url, folders) };
    return new HttpsAgent({ ...settings, ...way, ...trust, ...(proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: proxy } }) });
  };

  return {
    for: (url, reach) => {
      const proxy = proxyFor(url, options.env);
      const key = [url.origin, reach, proxy].join("\n");
      const agent = agents.get(key) ?? make(url, reach, proxy);
      agents.set(key, agent);
      return { agent, isProxied: proxy !== undefined };
    },
    close: () => {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
};
