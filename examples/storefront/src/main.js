import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createApp } from "./app.js";
import { flush, log } from "./log.js";
import { openOrders } from "./orders.js";
import { version } from "./version.js";

const port = Number(process.env.PORT || 3000);
/** After SIGTERM it still answers for at most this long, closing each connection with its answer; a quiet quarter of a second ends it sooner. */
const lameDuckMs = Number(process.env.LAME_DUCK_MS || 2000);
/** Less than the grace period that compose.yaml gives. */
const stopDeadlineMs = Number(process.env.STOP_DEADLINE_MS || 25_000);

const state = {
  stopping: false,
  prepared: false,
  databaseError: "not asked yet",
  lastRequest: 0,
  ready: () => state.prepared && !state.stopping && !state.databaseError,
  reason: () => (state.stopping ? "stopping" : !state.prepared ? "starting" : state.databaseError ? "no database" : "serving"),
};
const orders = openOrders({ onError: (error) => log("warn", "database connection lost", { error: error.message }) });
const server = createServer({ keepAliveTimeout: 75_000, headersTimeout: 20_000, requestTimeout: 60_000 }, createApp({ orders, state }));

/** Readiness is looked up here once in a while, not by each probe. */
async function watchDatabase() {
  while (!state.stopping) {
    try {
      if (!state.prepared) await orders.prepare();
      else await orders.ping();
      if (state.databaseError) log("info", "ready", { version });
      state.prepared = true;
      state.databaseError = "";
    } catch (error) {
      if (!state.databaseError || state.databaseError === "not asked yet") log("warn", "not ready", { error: error.message });
      state.databaseError = error.message || "unreachable";
    }
    await sleep(state.databaseError ? 200 : 1000, undefined, { ref: false });
  }
}

async function stop(signal) {
  if (state.stopping) return;
  state.stopping = true;
  const started = performance.now();
  log("info", "stopping", { signal });
  setTimeout(() => {
    log("error", "still busy at the deadline");
    flush();
    process.exit(1);
  }, stopDeadlineMs).unref();
  while (performance.now() - started < lameDuckMs && performance.now() - Math.max(state.lastRequest, started) < 250) await sleep(25);
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await closed;
  await orders.close();
  log("info", "stopped", { ms: Math.round(performance.now() - started) });
  flush();
  process.exit(0);
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);
server.listen(port, () => log("info", "listening", { port, version }));
void watchDatabase();
