import { isHostName, isRequestTarget, parseWeight, SeaworthyError, type Weight } from "../core/index.ts";
import { type Front, wrongFront } from "./front.ts";
import { type ByHand, isByHand, isLimits, isMaintenancePage, type Limits, type MaintenancePage } from "./limits.ts";

/** One service's place in the proxy: who asks for it, how its servers are checked, and the servers themselves. */
export interface Backend {
  /** `<project>.<service>`, unique on the host; with `:next` behind it, where the service's next release is looked at before it serves. */
  readonly name: string;
  /** Lower-case host names; `*` takes what no other backend claims. At least one, but for a `:next`. */
  readonly hosts: readonly string[];
  readonly check: {
    readonly path: string;
    /** Sent as the Host header of health checks. */
    readonly host: string;
  };
  /** The port for HTTP that its project asked for. The proxy listens on every port that any of its backends names. */
  readonly httpPort: number;
  /** A second port to listen on while the first changes hands. */
  readonly interimPort?: number;
  readonly servers: readonly Server[];
  /** Absent: requests and answers pass as they are. */
  readonly front?: Front;
  /** Where its requests may have to wait while its only server is replaced: how long and how many. */
  readonly hold?: HoldBounds;
  /** Which of its requests its `:next` gets, while it gets any. */
  readonly steering?: Steering;
  /** Set while they wait: HAProxy itself lets them go at that moment, whoever has died. Whole seconds since the epoch. */
  readonly heldUntil?: number;
  /** What it takes from its clients; its `:next` has the same. */
  readonly limits?: Limits;
  /** What is shown while it is closed. Absent: a page of ours. */
  readonly maintenance?: MaintenancePage;
  /** What a person said about it; no declaration takes that away. */
  readonly byHand?: ByHand;
}

/** How requests are told apart that the next release gets before it serves. */
export interface Steering {
  /** `r7`: whom a client was assigned to holds for this release only. */
  readonly release: string;
  /** Parts of ten thousand. 0: only whoever asks for it by header. */
  readonly share: number;
  /** False: each request is drawn for itself, and no client gets a cookie. Absent: who came over stays. */
  readonly sticky?: false;
}

const NEXT = ":next";

/** Where a backend's next release is looked at. */
export const nextOf = (backend: string): string => `${backend}${NEXT}`;

/** The backend that a `:next` belongs to; itself for any other. */
export const mainOf = (backend: string): string => (backend.endsWith(NEXT) ? backend.slice(0, -NEXT.length) : backend);

/** What a hold may cost at most. Beyond either bound a request is answered 503 with Retry-After. */
export interface HoldBounds {
  /** Longest that one request waits; at most MAX_HOLD_SECONDS. */
  readonly seconds: number;
  /** Most that wait at once. */
  readonly requests: number;
}

/** HAProxy gives up a client that is silent for 60 s (`timeout client`), and one whose request waits is silent. */
export const MAX_HOLD_SECONDS = 50;
const MAX_HOLD_REQUESTS = 100_000;

/** One container behind the proxy. */
export interface Server {
  /** Never used twice: named by release and replica, e.g. `r7-1`. */
  readonly name: string;
  /** IPv4 address, fixed for the life of the container. */
  readonly address: string;
  readonly port: number;
  readonly weight: Weight;
  /** What it speaks: HTTP/2 in clear text without an upgrade (RFC 9113, 3.3). Absent: HTTP/1.1. */
  readonly protocol?: "h2c";
  /** The check that let it in, where its backend has another one now: it leaves with this rollout and is not judged by what it never promised. */
  readonly check?: Backend["check"];
}

/** The same servers behind another check: those that were let in by the old one keep it, until it is the backend's again. */
export const behindCheck = (servers: readonly Server[], before: Backend["check"], now: Backend["check"]): readonly Server[] =>
  servers.map(({ check = before, ...server }) => (check.path === now.path && check.host === now.host ? server : { ...server, check }));

const BACKEND_NAME = /^[a-z0-9][a-z0-9_-]*\.[A-Za-z0-9._-]+(?::next)?$/;
const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;
const OCTET = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);

const isPort = (port: unknown): port is number => typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535;

export const isBackendName = (text: string): boolean => text.length <= 200 && BACKEND_NAME.test(text);

/** The project that a backend belongs to: its name up to the first dot, which no project's name has. */
export const projectOf = (backend: string): string => backend.slice(0, Math.max(0, backend.indexOf(".")));

export const isServerName = (text: string): boolean => SERVER_NAME.test(text);

const wrongServer = ({ name, address, port, weight, protocol }: Partial<Server>): string | undefined => {
  if (typeof name !== "string" || !isServerName(name)) return `"${String(name)}" cannot name a server`;
  if (typeof address !== "string" || !IPV4.test(address)) return `the server ${name} has no IPv4 address`;
  if (!isPort(port)) return `the server ${name} has no port`;
  if (protocol !== undefined && protocol !== "h2c") return `the server ${name} speaks no known protocol`;
  try {
    parseWeight(weight ?? Number.NaN);
    return undefined;
  } catch {
    return `the server ${name} has no weight`;
  }
};

const isCount = (value: unknown, most: number): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most;

const isSteering = ({ release, share, sticky }: Partial<Steering>): boolean =>
  typeof release === "string" &&
  /^r\d{1,9}$/.test(release) &&
  typeof share === "number" &&
  Number.isInteger(share) &&
  share >= 0 &&
  share <= 10_000 &&
  !sticky;

const wrongByHand = ({ name, limits, maintenance, byHand }: Partial<Backend>): string | undefined => {
  if (limits !== undefined && !isLimits(limits)) return `${name} has limits that are none`;
  if (maintenance !== undefined && !isMaintenancePage(maintenance)) return `${name} has a page for maintenance that is none`;
  return byHand !== undefined && !isByHand(byHand) ? `what was said about ${name} by hand cannot be read` : undefined;
};

const wrong = (backend: Partial<Backend>): string | undefined => {
  const { name, hosts, check, httpPort, interimPort, servers, hold, heldUntil, steering, front } = backend;
  if (typeof name !== "string" || !isBackendName(name)) return `"${String(name)}" cannot name a backend`;
  if (
    !Array.isArray(hosts) ||
    (hosts.length === 0 && mainOf(name) === name) ||
    !hosts.every((host) => host === "*" || (typeof host === "string" && isHostName(host)))
  )
    return `${name} has no host names, or one that is none`;
  if (typeof check?.path !== "string" || !isRequestTarget(check.path)) return `${name} has no path for its checks`;
  if (typeof check.host !== "string" || !isHostName(check.host)) return `${name} has no host name for its checks`;
  if (!isPort(httpPort)) return `${name} has no port to listen on`;
  if (interimPort !== undefined && !isPort(interimPort)) return `${name} has no second port to listen on`;
  if (hold !== undefined && !(isCount(hold?.seconds, MAX_HOLD_SECONDS) && isCount(hold.requests, MAX_HOLD_REQUESTS)))
    return `${name} has no bounds for holding its requests`;
  if (heldUntil !== undefined && !isCount(heldUntil, Number.MAX_SAFE_INTEGER)) return `${name} has no time until which requests wait`;
  if (steering !== undefined && !isSteering(steering)) return `${name} has no share for its next release`;
  const treated = front === undefined ? undefined : wrongFront(front);
  if (treated !== undefined) return `${name}: ${treated}`;
  const byHand = wrongByHand(backend);
  if (byHand !== undefined) return byHand;
  if (!Array.isArray(servers)) return `${name} has no list of servers`;
  if (new Set(servers.map((server: Partial<Server>) => server?.name)).size !== servers.length) return `${name} has two servers of one name`;
  for (const server of servers) {
    const problem = typeof server === "object" && server !== null ? wrongServer(server as Partial<Server>) : "a server is no mapping";
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
};

/**
 * Lets through only what can become a part of HAProxy's configuration as nothing but itself: the configuration is one for all services of the host,
 * so one bad word in it would take them all down. @throws INPUT_INVALID
 */
export const parseBackend = (value: unknown): Backend => {
  const given: Partial<Backend> = typeof value === "object" && value !== null ? value : {};
  const problem = wrong(given);
  if (problem !== undefined) throw new SeaworthyError("INPUT_INVALID", `not a backend of the proxy: ${problem.slice(0, 300)}`);
  // Every field was looked at above.
  return given as Backend;
};
