import type { IncomingMessage, ServerResponse } from "node:http";
import type { Identity } from "../auth/index.ts";
import { Refusal, type WireCode } from "../refusal.ts";

/** Silence on a connection that is in use. There is no bound on a whole request: a large layer over a slow line takes hours. */
export const IDLE_MS = 120_000;

/** One request and its answer. */
export interface Exchange {
  readonly method: string;
  /** Segments behind `/v2/`, percent-decoded one by one. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Who asks; whoever handles the request may rely on it having the right that its route needs. */
  readonly caller: Identity;
  /** The body; asks for it first when the client waits for `100 Continue`. */
  body(): AsyncIterable<Buffer>;
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Refusal(400, "NAME_INVALID", "the path is not percent-encoded UTF-8");
  }
};

/** The path as it was sent: nothing is normalised, so `..` and `%2f` end as names that no grammar takes. */
export const exchangeOf = (request: IncomingMessage, response: ServerResponse, waits: boolean): Omit<Exchange, "caller"> => {
  const [path = "", ...rest] = (request.url ?? "").split("?");
  const segments = (path === "/v2" ? "/v2/" : path).split("/");
  return {
    method: request.method ?? "",
    segments: segments[1] === "v2" ? segments.slice(2).map(decode) : [],
    query: new URLSearchParams(rest.join("?")),
    request,
    response,
    body: () => {
      if (waits) response.writeContinue();
      // Leaving the loop early must not cut the connection: the answer says why.
      return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    },
  };
};

/** What an answer needs of an exchange: one is given also to who was not admitted. */
export type Answerable = Pick<Exchange, "method" | "response">;

export type Headers = Readonly<Record<string, string | number>>;

/** For the audit log: a header given to writeHead cannot be read back. */
const digests = new WeakMap<ServerResponse, string>();
export const digestOfAnswer = (response: ServerResponse): string | undefined => digests.get(response);

const noteDigest = ({ response }: Answerable, headers: Headers): void => {
  const digest = headers["docker-content-digest"];
  if (typeof digest === "string") digests.set(response, digest);
};

const COMMON: Headers = { "docker-distribution-api-version": "registry/2.0", "x-content-type-options": "nosniff" };

/** Answers with a body as a whole, or with none. To HEAD only its headers. */
export const answer = (exchange: Answerable, status: number, headers: Headers = {}, body: string | Uint8Array = ""): void => {
  noteDigest(exchange, headers);
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  const sized = status === 204 ? {} : { "content-length": length };
  exchange.response.writeHead(status, { ...COMMON, ...sized, ...headers });
  exchange.response.end(exchange.method === "HEAD" || length === 0 ? undefined : body);
};

export const json = (exchange: Answerable, status: number, value: unknown, headers: Headers = {}): void =>
  answer(exchange, status, { "content-type": "application/json", ...headers }, JSON.stringify(value));

/** Distribution-spec, "Error Codes". */
export const refuse = (exchange: Answerable, status: number, code: WireCode, message: string, headers: Headers = {}): void =>
  json(exchange, status, { errors: [{ code, message, detail: null }] }, headers);

/** The head of an answer whose body follows as a stream. */
export const beginAnswer = (exchange: Answerable, status: number, headers: Headers): void => {
  noteDigest(exchange, headers);
  exchange.response.writeHead(status, { ...COMMON, ...headers });
};
