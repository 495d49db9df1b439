import { readAuthorization } from "../auth/index.ts";
import type { TokenRequest } from "../auth/index.ts";
import { Refusal } from "../refusal.ts";
import { type Exchange, json } from "./exchange.ts";
import type { Service } from "./service.ts";

const MAX_FORM_BYTES = 64 * 1024;

const readForm = async (exchange: Pick<Exchange, "body">): Promise<URLSearchParams> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of exchange.body()) {
    size += chunk.length;
    if (size > MAX_FORM_BYTES) throw new Refusal(413, "SIZE_INVALID", `a request for a token may have ${MAX_FORM_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
};

const credentialsOf = (exchange: Pick<Exchange, "request">, form: URLSearchParams): TokenRequest["credentials"] => {
  const presented = readAuthorization(exchange.request.headers.authorization);
  if (presented.kind === "basic") return { name: presented.name, password: presented.password };
  if (presented.kind !== "none") throw new Refusal(401, "UNAUTHORIZED", "a token is asked for with a name and a password", BASIC);
  const name = form.get("username");
  return name === null ? undefined : { name, password: form.get("password") ?? "" };
};

const BASIC = { "www-authenticate": `Basic realm="registry", charset="UTF-8"` };

/** `/token`: GET with Basic or nothing, POST with a form (distribution, "Token Authentication Specification" and "OAuth2"). */
export const serveToken = async (service: Service, exchange: Omit<Exchange, "caller">): Promise<void> => {
  if (service.access.token === undefined) throw new Refusal(404, "UNSUPPORTED", "this registry is open: it needs no token");
  if (exchange.method !== "GET" && exchange.method !== "POST") throw new Refusal(405, "UNSUPPORTED", "GET or POST", { allow: "GET, POST" });
  const form = exchange.method === "POST" ? await readForm(exchange) : new URLSearchParams();
  const { query } = exchange;
  // A password or token in a URL ends in the logs of everything on the way.
  const request: TokenRequest = {
    credentials: credentialsOf(exchange, form),
    grantType: form.get("grant_type") ?? undefined,
    refreshToken: form.get("refresh_token") ?? undefined,
    subjectToken: form.get("subject_token") ?? undefined,
    scopes: [...query.getAll("scope"), ...form.getAll("scope")],
    offline: query.get("offline_token") === "true" || [query, form].some((from) => from.get("access_type") === "offline"),
  };
  const answer = await service.access.token(request, service.originOf(exchange.request)).catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 401) throw new Refusal(401, error.code, error.message, BASIC);
    throw error;
  });
  json(exchange, 200, answer, { "cache-control": "no-store", pragma: "no-cache" });
};
