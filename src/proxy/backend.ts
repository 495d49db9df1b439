import type { Weight } from "../core/index.ts";

/** One service's place in the proxy: who asks for it, how its servers are checked, and the servers themselves. */
export interface Backend {
  /** `<project>.<service>`, unique on the host. */
  readonly name: string;
  /** Lower-case host names; `*` takes what no other backend claims. */
  readonly hosts: readonly string[];
  readonly check: {
    readonly path: string;
    /** Sent as the Host header of health checks. */
    readonly host: string;
  };
  readonly servers: readonly Server[];
}

/** One container behind the proxy. */
export interface Server {
  /** Never used twice: named by release and replica, e.g. `r7-1`. */
  readonly name: string;
  /** IPv4 address inside the project's ingress network. */
  readonly address: string;
  readonly port: number;
  readonly weight: Weight;
}

/** What decides about a reload: everything of a backend but its servers, which the runtime API can change. */
export const structureOf = (backends: readonly Backend[], httpPort: number): string =>
  JSON.stringify({ httpPort, backends: backends.map(({ name, hosts, check }) => ({ name, hosts, check })) });
