import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { wordsOf } from "../../core/index.ts";
import { diskFull, isDiskFull, Refusal, StorageAway } from "../refusal.ts";
import { digestOfAnswer, exchangeOf, IDLE_MS, refuse } from "./exchange.ts";
import { frontOf } from "./front.ts";
import { hostMeant, namespaceOf } from "./mirrored.ts";
import { dispatch } from "./router.ts";
import { demandWith, routeOf } from "./routes.ts";
import type { Service } from "./service.ts";
import type { TlsPair } from "./tls.ts";

/** Longer than the 60 s that proxies and clients keep idle connections, so that the other side closes first. */
const KEEP_ALIVE_MS = 75_000;
/** Of a body that nobody wants: enough for a client to finish sending and read our answer instead of a reset. */
const DRAIN_BYTES = 64 * 1024 * 1024;

/** What Node's parser gives up on before there is a request. Anything else it cannot read is 400. */
const STATUS_OF_BAD_REQUEST: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

const drain = (request: IncomingMessage): void => {
  let left = DRAIN_BYTES;
  request.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
  request.on("error", () => undefined);
  request.resume();
};

const isGone = (error: unknown): boolean =>
  ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"].includes((error as NodeJS.ErrnoException).code ?? "");

const fail = (service: Service, request: IncomingMessage, response: ServerResponse, error: unknown): void => {
  if (response.headersSent) {
    // The length was promised; only a broken connection tells the client that this is not all.
    response.destroy();
    if (!isGone(error))
      service.log({ level: "error", message: `an answer broke off: ${wordsOf(error instanceof StorageAway ? error.failure : error)}` });
    return;
  }
  const method = request.method ?? "";
  const refusal = error instanceof Refusal ? error : isDiskFull(error) ? diskFull() : undefined;
  if (refusal === undefined)
    service.log({ level: "error", message: `${method} ${(request.url ?? "").slice(0, 300)} failed: ${wordsOf(error)}` });
  else if (error instanceof StorageAway) service.log({ level: "error", message: wordsOf(error.failure) });
  else if (!(error instanceof Refusal)) service.log({ level: "error", message: "the registry's disk is full" });
  refuse(
    { method, response },
    refusal?.status ?? 500,
    refusal?.code ?? "UNKNOWN",
    refusal?.message ?? "the registry failed; its log says why",
    refusal?.headers,
  );
  if (!request.complete) drain(request);
};

/** Tells what was served when the connection is done with it. */
const observe = (service: Service, request: IncomingMessage, response: ServerResponse) => {
  const began = performance.now();
  const { bytesRead, bytesWritten } = request.socket;
  const seen = { route: "other", who: "-", repository: "", reference: "", address: service.originOf(request).address };
  response.once("close", () => {
    service.served({
      ...seen,
      method: (request.method ?? "").slice(0, 20),
      path: (request.url ?? "").split("?")[0]?.slice(0, 300) ?? "",
      agent: (request.headers["user-agent"] ?? "").slice(0, 120),
      digest: digestOfAnswer(response),
      status: response.statusCode,
      ms: performance.now() - began,
      // A connection answers one request at a time.
      receivedBytes: request.socket.bytesRead - bytesRead,
      sentBytes: request.socket.bytesWritten - bytesWritten,
      whole: response.writableFinished,
    });
  });
  return seen;
};

/** The host whose mirror a listener is now: every name that is asked for is one of there (Docker's `registry-mirrors` cannot say so itself). */
type ActsAs = () => string | undefined;

const handle = async (
  service: Service,
  request: IncomingMessage,
  response: ServerResponse,
  waits: boolean,
  actsAs: ActsAs,
): Promise<void> => {
  response.on("error", () => undefined);
  const seen = observe(service, request, response);
  try {
    const exchange = exchangeOf(request, response, waits);
    const front = frontOf((request.url ?? "").split("?")[0] ?? "");
    if (front !== undefined) {
      seen.route = front.route;
      return await front.serve(service, exchange);
    }
    const host = hostMeant(exchange, actsAs());
    const route = routeOf(exchange.method, exchange.segments, (name) => service.mirrors.rename(name, host));
    const namespace = namespaceOf(exchange, route, host);
    if (namespace !== undefined) response.setHeader("oci-namespace", namespace);
    Object.assign(seen, { route: route.kind, repository: route.repository, reference: route.reference.slice(0, 200) });
    const caller = await service.access.admit(request, service.originOf(request), demandWith(route, exchange.query));
    seen.who = caller.name;
    service.limits.request({ name: caller.name, address: seen.address });
    await dispatch(service, { ...exchange, caller }, route);
  } catch (error) {
    if (error instanceof Refusal && error.who !== undefined) seen.who = error.who;
    fail(service, request, response, error);
  }
};

/** The HTTP side of a registry: OCI distribution 1.1 over HTTP/1.1. */
export const createRegistryServer = (service: Service, actsAs: ActsAs): Server => prepared(createServer(OPTIONS), service, actsAs);

/** The same over TLS. */
export const createTlsRegistryServer = (service: Service, pair: TlsPair, actsAs: ActsAs): TlsServer =>
  prepared(createTlsServer({ ...OPTIONS, ...pair }), service, actsAs);

const OPTIONS = {
  requestTimeout: 0,
  headersTimeout: 60_000,
  keepAliveTimeout: KEEP_ALIVE_MS,
  maxHeaderSize: 32 * 1024,
  highWaterMark: 256 * 1024,
} as const;

const prepared = <Kind extends Server | TlsServer>(server: Kind, service: Service, actsAs: ActsAs): Kind => {
  server.setTimeout(IDLE_MS);
  server.on("request", (request, response) => void handle(service, request, response, false, actsAs));
  server.on("checkContinue", (request, response) => void handle(service, request, response, true, actsAs));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    // docker tries TLS first on this plain port; that is no incident.
    const status = STATUS_OF_BAD_REQUEST[error.code ?? ""] ?? "400 Bad Request";
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  return server;
};
