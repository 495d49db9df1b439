import { createServer, type Server } from "node:http";
import { exchangeOf, json } from "./exchange.ts";
import { serveFigures, serveHealth, serveReadiness } from "./front.ts";
import type { Service } from "./service.ts";

/** A listener of its own for whoever watches: who reaches its address needs no account. */
export const createFiguresServer = (service: Service): Server => {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    const exchange = exchangeOf(request, response, false);
    const path = (request.url ?? "").split("?")[0];
    const serve = path === "/metrics" ? serveFigures : path === "/healthz" ? serveHealth : path === "/readyz" ? serveReadiness : undefined;
    if (serve === undefined || (exchange.method !== "GET" && exchange.method !== "HEAD"))
      return json(exchange, 404, { paths: ["/metrics", "/healthz", "/readyz"] });
    serve(service, exchange).catch(() => response.destroy());
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  return server;
};
