import { type Backend, mainOf } from "../backend.ts";
import { type Limits, MEASURED_BYTES } from "../limits.ts";
import { plainPage } from "./pages.ts";

/** `backend:limit number` lines: what can change without a reload. */
export const LIMITS_FILE = "limits.map";

const DEFAULT_HEADER_MS = 30_000;

/** Of a service and of its next release alike. */
const limitsOf = (name: string, backends: readonly Backend[]): Limits => backends.find((one) => one.name === mainOf(name))?.limits ?? {};

/** What every replica of the backend takes at once; 0: as much as comes. */
export const maxConnections = (name: string, backends: readonly Backend[]): number => limitsOf(name, backends).perReplica ?? 0;

/** The numbers of one backend, by their key in the map. */
export const limitValues = ({ name, limits = {} }: Backend): readonly (readonly [key: string, value: number])[] => [
  ...(limits.bodyBytes === undefined ? [] : [[`${name}:body`, limits.bodyBytes] as const]),
  ...(limits.rate === undefined ? [] : [[`${name}:rate`, limits.rate.requests] as const]),
  ...(limits.perClient === undefined ? [] : [[`${name}:client`, limits.perClient] as const]),
];

export const renderLimits = (backends: readonly Backend[]): string =>
  backends
    .flatMap(limitValues)
    .map(([key, value]) => `${key} ${value}\n`)
    .join("");

/**
 * The whole body of a request without a length is known only once it has passed, and HAProxy looks at no more of it than its buffer holds: so such bodies
 * are let through where they are small, or not at all.
 */
const bodyRules = (limit: string, { unmeasured }: Limits): readonly string[] => {
  const known = "{ var(txn.sw_length) -m found }";
  const refused = plainPage("A request this large needs a Content-Length.");
  return [
    "http-request set-var(txn.sw_length) req.body_size if { req.hdr(Content-Length) -m found }",
    ...(unmeasured === true
      ? []
      : [
          // A WebSocket has no body, and over HTTP/2 no end of it either; whoever sends chunks beside asking for an upgrade sends a body.
          `http-request set-var(txn.sw_length) int(0) if !${known} { req.hdr(Upgrade) -m found } !{ req.hdr(Transfer-Encoding) -m found }`,
          `http-request wait-for-body time 30s at-least ${MEASURED_BYTES} if !${known}`,
          `http-request return status 411 ${refused} if !${known} { req.body_len ge ${MEASURED_BYTES} }`,
          `http-request set-var(txn.sw_length) req.body_len if !${known}`,
        ]),
    `http-request return status 413 ${plainPage("The request is larger than this service takes.")} if ${known} { ${limit},sub(txn.sw_length) lt 0 }`,
  ];
};

/**
 * Clients are told apart by address, of IPv6 by the /64 that one of them usually has for itself. A client that is refused is counted all the same: it is let in again once it
 * has kept quiet.
 */
const clientRules = (name: string, limit: (key: string) => string, { rate, perClient }: Limits): readonly string[] => {
  if (rate === undefined && perClient === undefined) return [];
  const seconds = rate?.seconds ?? 10;
  const refuse = (key: string, count: string, sentence: string, retry: number): readonly string[] => [
    `http-request set-var(txn.sw_most) ${limit(key)}`,
    `http-request return status 429 ${plainPage(sentence)} hdr Retry-After ${retry} if { ${count}(2),sub(txn.sw_most) gt 0 }`,
  ];
  return [
    ...(mainOf(name) === name ? [`stick-table type ipv6 size 100k expire ${seconds}s store http_req_rate(${seconds}s),conn_cur`] : []),
    `http-request track-sc2 src,ipmask(32,64) table ${mainOf(name)}`,
    ...(rate === undefined ? [] : refuse("rate", "sc_http_req_rate", "Too many requests from this address.", seconds)),
    ...(perClient === undefined ? [] : refuse("client", "sc_conn_cur", "Too many requests at once from this address.", 1)),
  ];
};

const timeoutLines = ({ timeouts = {} }: Limits): readonly string[] =>
  (
    [
      ["connect", timeouts.connectMs],
      ["queue", timeouts.queueMs],
      ["server", timeouts.answerMs],
      ["tunnel", timeouts.idleMs],
    ] as const
  ).flatMap(([what, ms]) => (ms === undefined ? [] : [`timeout ${what} ${ms}ms`]));

/** What of a backend's section keeps to its limits. The keys of its numbers are in the map, so that only another kind of limit is another structure. */
export const limitRules = (name: string, backends: readonly Backend[], configFolder: string): readonly string[] => {
  const limits = limitsOf(name, backends);
  const limit = (key: string): string => `str(${mainOf(name)}:${key}),map_str_int(${configFolder}/${LIMITS_FILE})`;
  return [
    ...timeoutLines(limits),
    ...clientRules(name, limit, limits),
    ...(limits.bodyBytes === undefined ? [] : bodyRules(limit("body"), limits)),
  ];
};

/** For all services at once: until a request's head is there nobody knows which one is meant. */
export const headerTimeoutMs = (backends: readonly Backend[]): number => {
  const asked = backends.flatMap(({ limits }) => limits?.timeouts?.headerMs ?? []);
  return asked.length === 0 ? DEFAULT_HEADER_MS : Math.max(...asked);
};
