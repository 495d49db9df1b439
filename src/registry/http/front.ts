import { Refusal } from "../refusal.ts";
import { answer, type Exchange } from "./exchange.ts";
import type { Service } from "./service.ts";
import { serveToken } from "./token.ts";

type Asked = Omit<Exchange, "caller">;

const text = (exchange: Asked, status: number, words: string): void =>
  answer(exchange, status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" }, `${words}\n`);

export const serveHealth = async (_service: Service, exchange: Asked): Promise<void> => text(exchange, 200, "ok");

export const serveReadiness = async (service: Service, exchange: Asked): Promise<void> => {
  const fault = await service.fault();
  text(exchange, fault === undefined ? 200 : 503, fault === undefined ? "ok" : `not ready: ${fault}`);
};

export const serveFigures = async (service: Service, exchange: Asked): Promise<void> =>
  answer(exchange, 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, await service.figures());

/** Paths beside the registry's API. */
const FRONT: Readonly<Record<string, { readonly route: string; readonly serve: (service: Service, exchange: Asked) => Promise<void> }>> = {
  "/token": { route: "token", serve: serveToken },
  "/v2/token": { route: "token", serve: serveToken },
  "/healthz": { route: "health", serve: serveHealth },
  "/readyz": { route: "health", serve: serveReadiness },
  "/metrics": {
    route: "metrics",
    serve: async (service, exchange) => {
      if (exchange.method !== "GET" && exchange.method !== "HEAD")
        throw new Refusal(405, "UNSUPPORTED", "GET or HEAD", { allow: "GET, HEAD" });
      await service.access.admit(exchange.request, service.originOf(exchange.request), { kind: "figures" });
      await serveFigures(service, exchange);
    },
  },
};

export const frontOf = (path: string): (typeof FRONT)[string] | undefined => (Object.hasOwn(FRONT, path) ? FRONT[path] : undefined);
