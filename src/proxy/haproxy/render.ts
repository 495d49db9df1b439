import { type Backend, mainOf, parseBackend, type Server } from "../backend.ts";
import { logOptions, logSection, logTargets } from "./access-log.ts";
import { headerRules, requestIdRules } from "./headers.ts";
import { HOLD_SCRIPT_FILE, holdRule } from "./holds.ts";
import { headerTimeoutMs, limitRules, maxConnections } from "./limits.ts";
import { LASTING_RULE } from "./lasting.ts";
import { bindLines } from "./listeners.ts";
import { maintenanceRules, maintenanceSections, TO_MAINTENANCE } from "./maintenance.ts";
import { ERROR_PAGES, plainPage } from "./pages.ts";
import { hasSides, sideRules } from "./sides.ts";
import { redirectRules, renderRedirects, type ServedCertificate, TLS_GLOBALS, tlsOptions, tlsPorts } from "./tls.ts";

export interface RenderInput {
  /** Ports for HTTP on every address; at least one. */
  readonly httpPorts: readonly number[];
  readonly backends: readonly Backend[];
  /** What is answered over TLS. Default nothing. */
  readonly certificates?: readonly ServedCertificate[];
  /** Whether to listen on IPv6 as well. Default true. */
  readonly ipv6?: boolean;
  /** What HAProxy will say of itself in `show info`: names the configuration without its servers. */
  readonly structure: string;
  /** Default true. Without them it is the part that only a reload can change. */
  readonly servers?: boolean;
  /** Folders as HAProxy itself sees them. */
  readonly configFolder: string;
  readonly socketFolder: string;
}

export const CONFIG_FILE = "haproxy.cfg";
export const HOSTS_FILE = "hosts.map";
export const ADMIN_SOCKET = "admin.sock";
export const MASTER_SOCKET = "master.sock";
/** The master's of a HAProxy that was replaced and still has connections. */
export const EARLIER_SOCKET = "earlier.sock";

/** A live server is never judged by checks closer than a second or by fewer than three of them: a starved machine would take the only server away (facts/deploy.md 4.6). */
const SERVER_CHECK = "check inter 1s fastinter 250ms downinter 500ms rise 2 fall 3";

/** What follows a server's address, in the file and over the socket. `most`: requests at once; 0 as many as come. */
export const serverOptions = ({ check, weight, protocol }: Pick<Server, "check" | "weight" | "protocol">, most = 0): string =>
  [
    ...(check === undefined ? [SERVER_CHECK] : []),
    ...(protocol === "h2c" ? ["proto h2"] : []),
    ...(most === 0 ? [] : [`maxconn ${most}`]),
    `weight ${weight}`,
  ].join(" ");

const serverLine = (server: Server, most: number): string =>
  `    server ${server.name} ${server.address}:${server.port} ${serverOptions(server, most)}`;

const backendSection = (unchecked: Backend, { servers = true, configFolder, backends, certificates = [] }: RenderInput): string => {
  const backend = parseBackend(unchecked);
  return [
    `backend ${backend.name}`,
    "    balance leastconn",
    "    option httpchk",
    `    http-check send meth GET uri ${backend.check.path} ver HTTP/1.1 hdr Host ${backend.check.host} hdr User-Agent seaworthy-check`,
    "    http-check expect status 200-399",
    ...[
      ...limitRules(backend.name, backends, configFolder),
      holdRule(backend.name, configFolder),
      LASTING_RULE,
      ...headerRules(backend.front ?? {}, tlsPorts(backends, certificates).length > 0),
    ].map((rule) => `    ${rule}`),
    ...(servers ? backend.servers.map((server) => serverLine(server, maxConnections(backend.name, backends))) : []),
  ].join("\n");
};

const hasTraffic = (backend: Backend): boolean => backend.servers.some(({ weight }) => weight > 0);

/**
 * Which backend answers to each host name. Where two services of a project name one host, as while one is put in the other's place, the one that
 * has traffic keeps it, and once both have, the one that got its servers last takes over. A place where a release is only looked at takes no host from one that serves.
 */
export const owners = (backends: readonly Backend[]): ReadonlyMap<string, Backend> => {
  const newest = (backend: Backend): number => Math.max(0, ...backend.servers.map(({ name }) => Number(/^r(\d+)-/.exec(name)?.[1] ?? 0)));
  const serves = ({ name }: Backend): number => Number(mainOf(name) === name);
  const ranked = backends.toSorted(
    (a, b) => serves(a) - serves(b) || Number(hasTraffic(a)) - Number(hasTraffic(b)) || newest(a) - newest(b),
  );
  return new Map(ranked.flatMap((backend) => backend.hosts.map((host) => [host, backend] as const)));
};

/** `host backend` lines for HAProxy's map; the catch-all is the map's default and not a line. */
export const renderHosts = (backends: readonly Backend[]): string =>
  [...owners(backends)]
    .filter(([host]) => host !== "*")
    .map(([host, { name }]) => `${host} ${name}\n`)
    .toSorted()
    .join("");

/** What every request of a frontend goes through, whatever port it came by, until it has its backend. */
const routing = ({ backends, configFolder }: RenderInput, owned: ReadonlyMap<string, Backend>): string => {
  const fallback = owned.get("*")?.name ?? "seaworthy_unclaimed";
  return [
    `http-request set-var(txn.sw_backend) req.hdr(host),field(1,:),lower,map(${configFolder}/${HOSTS_FILE},${fallback})`,
    ...maintenanceRules(backends, configFolder),
    ...sideRules(backends, configFolder),
    TO_MAINTENANCE,
    "use_backend %[var(txn.sw_backend)]",
  ]
    .map((rule) => `    ${rule}`)
    .join("\n");
};

/**
 * The whole configuration of HAProxy 2.6 and later. It is written before the same change is made over the runtime socket,
 * so that a restart of HAProxy at any moment finds what was meant.
 * `idle-close-on-response` keeps idle clients over a reload (haproxy#1506), and without `close-spread-time`, which closes them all the same; `retries` and `redispatch` act on failed connections only, which is safe for POST.
 * `max-spread-checks` brings the first check of a new server forward, for which a rollout waits: without it, it comes after a whole interval.
 */
export const renderConfig = (input: RenderInput): string => {
  const { httpPorts, backends, certificates = [], ipv6 = true, structure, configFolder, socketFolder } = input;
  const owned = owners(backends);
  const secured = tlsPorts(backends, certificates);
  const binds = [...httpPorts.map((port) => ({ port })), ...secured.map((port) => ({ port, options: tlsOptions(configFolder) }))];
  const arriving = [
    ...redirectRules(configFolder, renderRedirects(owned, secured.length === 0 ? [] : certificates)),
    `http-request set-header X-Forwarded-Proto ${secured.length === 0 ? "http" : "%[ssl_fc,iif(https,http)]"}`,
    ...requestIdRules(),
  ];
  const everyRequest = hasSides(backends);
  const lines = (all: readonly string[]): string => all.map((line) => `    ${line}`).join("\n");
  return `# Written by Seaworthy before each change. Edits are lost with the next release; see docs/guide/proxy.md.
global
    description seaworthy-${structure}
${lines(logTargets(everyRequest))}
    stats socket ${socketFolder}/${ADMIN_SOCKET} mode 600 level admin expose-fd listeners
    stats timeout 2m
    user haproxy
    group haproxy
    hard-stop-after 10m
    max-spread-checks 5${secured.length === 0 ? "" : TLS_GLOBALS.map((line) => `\n    ${line}`).join("")}
    lua-load ${configFolder}/${HOLD_SCRIPT_FILE}

defaults
    mode http
    log global
${lines(logOptions(everyRequest))}
    option dontlognull
    option idle-close-on-response
    option forwardfor
    option redispatch 1
    retries 3
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout http-request ${headerTimeoutMs(backends)}ms
    timeout http-keep-alive 60s
    timeout queue 10s
    timeout tunnel 1h
    timeout check 2s
${lines(ERROR_PAGES)}

frontend http
${[...binds.flatMap((bind) => bindLines(bind, ipv6).map((line) => `    ${line}`)), ...arriving.map((rule) => `    ${rule}`)].join("\n")}
${routing(input, owned)}

backend seaworthy_unclaimed
    http-request return status 404 ${plainPage("No service answers to this host name.")}

${maintenanceSections(backends, configFolder)}

${backends.map((backend) => backendSection(backend, input)).join("\n\n")}
${logSection(everyRequest)}`;
};
