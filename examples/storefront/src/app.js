import { randomBytes, randomUUID } from "node:crypto";
import { log } from "./log.js";
import * as metrics from "./metrics.js";
import { version } from "./version.js";

const products = [
  { sku: "anchor", name: "Anchor", cents: 4900 },
  { sku: "lantern", name: "Lantern", cents: 1900 },
  { sku: "rope", name: "Rope, 30 m", cents: 1200 },
];

/** A shop answer: status, body (an object becomes JSON) and headers. */
const answer = (status, body, headers) => ({ status, body, headers });

const routes = [
  ["GET", /^\/$/, "/", home],
  ["GET", /^\/healthz$/, "/healthz", () => answer(200, { status: "ok" })],
  ["GET", /^\/readyz$/, "/readyz", ({ state }) => answer(state.ready() ? 200 : 503, { ready: state.ready(), reason: state.reason() })],
  ["GET", /^\/metrics$/, "/metrics", ({ state, orders }) => answer(200, metrics.render({ version, ready: state.ready(), pool: orders.pool }), { "content-type": "text/plain; version=0.0.4; charset=utf-8" })],
  ["GET", /^\/slow$/, "/slow", slow],
  ["POST", /^\/orders$/, "/orders", place],
  ["GET", /^\/orders$/, "/orders", list],
  ["GET", /^\/orders\/([\w.:-]{1,100})$/, "/orders/:id", find],
  ["GET", /^\/ledger$/, "/ledger", async ({ orders }) => answer(200, { version, ...(await orders.totals()) })],
];
const probes = new Set(["/healthz", "/readyz", "/metrics"]);

/**
 * The request listener. `state` tells readiness and whether the process is stopping: then each answer closes its connection, so that a client with
 * keep-alive goes elsewhere instead of meeting a closed socket.
 */
export function createApp({ orders, state }) {
  return async (request, response) => {
    const started = performance.now();
    const url = new URL(request.url, "http://storefront");
    const found = routes.map(([method, pattern, route, run]) => ({ method, match: pattern.exec(url.pathname), route, run })).filter(({ match }) => match);
    const route = found.find(({ method }) => method === request.method || (method === "GET" && request.method === "HEAD"));
    const trace = traceOf(request.headers.traceparent);
    const id = /^[\w.:-]{1,100}$/.exec(request.headers["x-request-id"] ?? "")?.[0] ?? randomUUID();
    const probe = probes.has(route?.route);
    if (!probe) state.lastRequest = started;
    metrics.begin();
    let failure;
    let done;
    try {
      if (!route) done = found.length > 0 ? answer(405, { error: "method not allowed" }) : answer(404, { error: "not found" });
      else done = await route.run({ request, response, url, match: route.match, orders, state });
    } catch (error) {
      failure = error;
      done = error.status ? answer(error.status, { error: error.message }) : answer(503, { error: "the shop cannot do that just now" });
    }
    const text = typeof done.body === "string" ? done.body : JSON.stringify(done.body);
    response.on("close", () => {
      const seconds = (performance.now() - started) / 1000;
      const status = response.writableFinished ? done.status : 499;
      metrics.end(request.method, route?.route ?? "other", status, seconds);
      if (probe && !failure) return;
      log(failure && !failure.status ? "error" : "info", "request", {
        method: request.method, path: url.pathname, status, ms: Math.round(seconds * 1e4) / 10, request_id: id, trace_id: trace.id, span_id: trace.span, parent_id: trace.parent,
        version, ...(failure && !failure.status ? { error: failure.message } : {}),
      });
    });
    response.writeHead(done.status, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
      "x-version": version,
      "x-request-id": id,
      traceparent: `00-${trace.id}-${trace.span}-${trace.flags}`,
      ...(state.stopping ? { connection: "close" } : {}),
      ...done.headers,
    });
    response.end(request.method === "HEAD" ? undefined : text);
  };
}

/** W3C Trace Context, level 1: goes on with the caller's trace, or begins one. */
function traceOf(header) {
  const [, id, parent, flags] = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/.exec(header ?? "") ?? [];
  const fresh = randomBytes(24).toString("hex");
  return { id: id ?? fresh.slice(0, 32), parent, span: fresh.slice(32), flags: flags ?? "01" };
}

function home({ request }) {
  if (!request.headers.accept?.includes("text/html")) return answer(200, { shop: "storefront", version, products });
  const items = products.map(({ name, cents }) => `<li>${name}: ${(cents / 100).toFixed(2)}</li>`).join("");
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Storefront</title><h1>Storefront</h1><p>Version ${version}</p><ul>${items}</ul></html>`;
  return answer(200, page, { "content-type": "text/html; charset=utf-8" });
}

/** GET /slow?ms=300: an answer that takes its time, at most 30 s. */
async function slow({ url, response }) {
  const ms = Math.min(Math.max(Number(url.searchParams.get("ms")) || 0, 0), 30_000);
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    response.once("close", () => (clearTimeout(timer), resolve()));
  });
  return answer(200, { version, sleptMs: ms });
}

async function place({ request, orders }) {
  const body = await readJson(request);
  const { id, item = "anchor", quantity = 1 } = body;
  if (typeof id !== "string" || !/^[\w.:-]{1,100}$/.test(id)) throw refused(400, "id: 1 to 100 of letters, digits, . _ : -");
  if (!products.some(({ sku }) => sku === item)) throw refused(400, `item: one of ${products.map(({ sku }) => sku).join(", ")}`);
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 1000) throw refused(400, "quantity: a whole number from 1 to 1000");
  const seen = await orders.place({ id, item, quantity });
  return answer(seen === 1 ? 201 : 200, { version, id, seen });
}

async function find({ match, orders }) {
  const order = await orders.find(match[1]);
  return order ? answer(200, order) : answer(404, { error: "no such order" });
}

async function list({ url, orders }) {
  const limit = Math.min(Math.max(Number(url.searchParams.get("limit")) || 1000, 1), 10_000);
  const ids = await orders.list({ prefix: url.searchParams.get("prefix") ?? "", after: url.searchParams.get("after") ?? "", limit });
  return answer(200, { version, ids });
}

function refused(status, message) {
  return Object.assign(new Error(message), { status });
}

async function readJson(request) {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 16_384) throw refused(413, "the body is larger than 16 KiB");
  }
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw refused(400, "the body is not JSON");
  }
}
