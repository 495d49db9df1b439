import { NO_TRAFFIC, SeaworthyError, type Weight } from "../../core/index.ts";
import { OLD_WORKER_MS, type ServerStatus } from "../../proxy/index.ts";
import type { Perform, World } from "./world.ts";

const POLL_MS = 50;

export const startProxy: Perform<"start-proxy"> = async (_action, { proxy }) => {
  await proxy.ensureRunning();
  return undefined;
};

export const declareBackend: Perform<"declare-backend"> = async ({ backend, hosts, path, host, httpPort }, { proxy }) => {
  await proxy.declare({ name: backend, hosts, check: { path, host }, ...(httpPort === undefined ? {} : { httpPort }) });
  return undefined;
};

export const withdrawBackend: Perform<"withdraw-backend"> = async ({ backend }, { proxy }) => {
  if (proxy.declared(backend) !== undefined) await proxy.withdraw(backend);
  return undefined;
};

export const addServer: Perform<"add-server"> = async ({ backend, server, address, port }, { proxy }) => {
  await proxy.updateServers(backend, (servers) =>
    servers.some((one) => one.name === server) ? servers : [...servers, { name: server, address, port, weight: NO_TRAFFIC }],
  );
  return undefined;
};

const seen = async (world: World, backend: string, server: string): Promise<ServerStatus | undefined> =>
  (await world.proxy.servers(backend))?.find((one) => one.name === server);

/** `status` alone says UP before the first check (HAProxy 2.6): only a passed check counts. */
export const awaitServer: Perform<"await-server"> = async ({ backend, server, withinMs }, world) => {
  const { clock, signal } = world;
  const begun = clock.elapsed();
  for (;;) {
    const status = await seen(world, backend, server);
    if (status?.checkStatus === "L7OK" || status?.checkStatus === "L7OKC") return { gateMs: Math.round(clock.elapsed() - begun) };
    if (clock.elapsed() - begun > withinMs)
      throw new SeaworthyError(
        "RELEASE_NOT_LIVE",
        `HAProxy did not see ${backend}/${server} answer within ${withinMs / 1000} s: ${status === undefined ? "it does not know the server" : `${status.checkStatus} ${status.checkCode} ${status.lastCheck}`}`,
      );
    await clock.sleep(POLL_MS, signal);
  }
};

export const shiftTraffic: Perform<"shift-traffic"> = async ({ backend, to, weight }, { proxy }) => {
  const target = (name: string): Weight => (to.includes(name) ? weight : NO_TRAFFIC);
  await proxy.updateServers(backend, (servers) => servers.map((server) => ({ ...server, weight: target(server.name) })));
  return undefined;
};

/** Waits until nothing is under way on the server, and until no worker of an earlier configuration can send it anything more. */
export const awaitDrained: Perform<"await-drained"> = async ({ backend, server, withinMs }, world) => {
  const { clock, signal, proxy, progress } = world;
  const begun = clock.elapsed();
  for (;;) {
    const { requests, oldWorkers } = await proxy.load(backend, server);
    const drainMs = Math.round(clock.elapsed() - begun);
    const drained = requests === 0 || drainMs > withinMs;
    if (drained && (oldWorkers === 0 || drainMs > OLD_WORKER_MS)) {
      if (requests > 0)
        progress.note(`${server} still had ${requests} requests after ${Math.round(drainMs / 1000)} s of draining; they are cut`);
      if (oldWorkers > 0)
        progress.note(`${oldWorkers} HAProxy workers of earlier configurations still know ${server}; what they send it fails`);
      return { drainMs, cut: requests, oldWorkers };
    }
    await clock.sleep(POLL_MS, signal);
  }
};

export const removeServer: Perform<"remove-server"> = async ({ backend, server }, world) => {
  if (world.proxy.declared(backend) === undefined) return undefined;
  const last = await seen(world, backend, server);
  await world.proxy.updateServers(backend, (servers) => servers.filter((one) => one.name !== server));
  return { serverErrors: last?.serverErrors ?? 0 };
};
