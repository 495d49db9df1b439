import type { Backend, Server } from "../backend.ts";

export interface RenderInput {
  /** Port for HTTP on every address. */
  readonly httpPort: number;
  readonly backends: readonly Backend[];
  /** Folders as HAProxy itself sees them. */
  readonly configFolder: string;
  readonly socketFolder: string;
}

export const CONFIG_FILE = "haproxy.cfg";
export const HOSTS_FILE = "hosts.map";
export const ADMIN_SOCKET = "admin.sock";
export const MASTER_SOCKET = "master.sock";

/** A live server is never judged by checks closer than a second or by fewer than three of them: a starved machine would take the only server away (facts/deploy.md 4.6). */
export const SERVER_CHECK = "check inter 1s fastinter 250ms downinter 500ms rise 2 fall 3";

const serverLine = (server: Server): string =>
  `    server ${server.name} ${server.address}:${server.port} ${SERVER_CHECK} weight ${server.weight}`;

const backendSection = (backend: Backend): string =>
  [
    `backend ${backend.name}`,
    "    balance leastconn",
    "    option httpchk",
    `    http-check send meth GET uri ${backend.check.path} ver HTTP/1.1 hdr Host ${backend.check.host} hdr User-Agent seaworthy-check`,
    "    http-check expect status 200-399",
    ...backend.servers.map(serverLine),
  ].join("\n");

/** `host backend` lines for HAProxy's map; the catch-all is the map's default and not a line. */
export const renderHosts = (backends: readonly Backend[]): string =>
  backends
    .flatMap((backend) => backend.hosts.filter((host) => host !== "*").map((host) => `${host} ${backend.name}`))
    .toSorted()
    .map((line) => `${line}\n`)
    .join("");

/**
 * The whole configuration of HAProxy 2.6 and later. It is written before the same change is made over the runtime socket,
 * so that a restart of HAProxy at any moment finds what was meant.
 * `idle-close-on-response` keeps idle clients over a reload (haproxy#1506); `retries` and `redispatch` act on failed connections only, which is safe for POST.
 */
export const renderConfig = ({ httpPort, backends, configFolder, socketFolder }: RenderInput): string => {
  const fallback = backends.find((backend) => backend.hosts.includes("*"))?.name ?? "seaworthy_unclaimed";
  return `# Written by Seaworthy before each change. Edits are lost with the next release; see docs/guide/proxy.md.
global
    log stdout format raw local0 info
    stats socket ${socketFolder}/${ADMIN_SOCKET} mode 600 level admin expose-fd listeners
    stats timeout 2m
    user haproxy
    group haproxy
    hard-stop-after 10m
    close-spread-time 10s
    tune.bufsize 32768

defaults
    mode http
    log global
    option httplog
    option dontlog-normal
    option dontlognull
    option idle-close-on-response
    option forwardfor
    option redispatch 1
    retries 3
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout http-request 30s
    timeout http-keep-alive 60s
    timeout queue 10s
    timeout tunnel 1h
    timeout check 2s

frontend http
    bind :${httpPort}
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Request-ID %[uuid()] unless { req.hdr(X-Request-ID) -m found }
    use_backend %[req.hdr(host),field(1,:),lower,map(${configFolder}/${HOSTS_FILE},${fallback})]

backend seaworthy_unclaimed
    http-request return status 404 content-type text/plain string "No service answers to this host name.\\n"

${backends.map(backendSection).join("\n\n")}
`;
};
