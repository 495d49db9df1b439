import { hasCode, NO_TRAFFIC, SeaworthyError, type Weight, wordsOf } from "../../core/index.ts";
import { OLD_WORKER_MS, type Server, type ServerStatus } from "../../proxy/index.ts";
import { type Closed, lastingEnd } from "./lasting.ts";
import type { AddedServer } from "../plan.ts";
import type { Perform, World } from "./world.ts";

const POLL_MS = 50;
/** All of a rollout waits for this moment, and asking costs HAProxy little. A check that passes does so at once; one that does not is no reason to ask all the time. */
const gateNapMs = (waitedMs: number): number => Math.min(10, Math.max(2, Math.ceil(waitedMs / 10)));

export const startProxy: Perform<"start-proxy"> = async (_action, { proxy, progress }) => {
  await proxy.ensureRunning((words) => progress.note(words));
  return undefined;
};

export const declareBackend: Perform<"declare-backend"> = async (
  { backend, hosts, path, host, httpPort, interimPort, hold, front, limits, maintenance },
  { proxy },
) => {
  await proxy.declare({
    name: backend,
    hosts,
    check: { path, host },
    ...(httpPort === undefined ? {} : { httpPort }),
    ...(interimPort === undefined ? {} : { interimPort }),
    ...(hold === undefined ? {} : { hold }),
    ...(front === undefined ? {} : { front }),
    ...(limits === undefined ? {} : { limits }),
    ...(maintenance === undefined ? {} : { maintenance }),
  });
  return undefined;
};

export const withdrawBackend: Perform<"withdraw-backend"> = async ({ backend }, { proxy }) => {
  if (proxy.declared(backend) !== undefined) await proxy.withdraw(backend);
  return undefined;
};

const withServer =
  ({ server, address, port, protocol }: AddedServer) =>
  (servers: readonly Server[]): readonly Server[] =>
    servers.some(({ name }) => name === server)
      ? servers
      : [...servers, { name: server, address, port, weight: NO_TRAFFIC, ...(protocol === undefined ? {} : { protocol }) }];

export const addServer: Perform<"add-server"> = async (added, { proxy }) => {
  await proxy.updateServers(added.backend, withServer(added));
  return undefined;
};

export const announceServer: Perform<"announce-server"> = async (added, { proxy }) => {
  await proxy.announce(added.backend, withServer(added));
  return undefined;
};

/**
 * What HAProxy says, or the words of a HAProxy that does not answer: one that is just being restarted is waited for like anything else.
 * One whose engine is gone does not come back by waiting. @throws ENGINE_UNREACHABLE
 */
export const answered = async <T>(
  { engine }: World,
  ask: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly silence: string }> => {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
    await engine.system.info();
    return { silence: wordsOf(error) };
  }
};

const seen = async (world: World, backend: string, server: string): Promise<ServerStatus | string> => {
  const said = await answered(world, () => world.proxy.servers(backend));
  if ("silence" in said) return said.silence;
  return said.answer?.find((one) => one.name === server) ?? "it does not know the server";
};

/** Tells HAProxy of a server that was announced, and starts one that is gone; what it says against that, in words. */
const admitted = async (world: World, backend: string, server: string): Promise<string | undefined> => {
  const said = await answered(world, () => world.proxy.admit(backend, server));
  return "silence" in said ? said.silence : undefined;
};

/**
 * HAProxy begins the first check of a server within 5 ms of hearing of it (`max-spread-checks`). One that comes before the server is enabled, as it can on a
 * busy machine, is put off by a whole interval, and all of the rollout with it.
 */
const FIRST_CHECK_MS = 100;

/**
 * `status` alone says UP before the first check (HAProxy 2.6), and a server that was found down has passed one check before it is taken for up again:
 * only both count. HAProxy is told of a server that was announced, told again of one whose first check it has put off, and started where somebody has killed it.
 */
export const awaitServer: Perform<"await-server"> = async ({ backend, server, withinMs }, world) => {
  const { clock, signal } = world;
  const begun = clock.elapsed();
  let toldAt = begun;
  for (;;) {
    const status = await seen(world, backend, server);
    if (typeof status !== "string" && /^L7OKC?$/.test(status.checkStatus) && !/^(?:DOWN|MAINT)/.test(status.status))
      return { gateMs: Math.round(clock.elapsed() - begun) };
    const refused = typeof status === "string" ? await admitted(world, backend, server) : undefined;
    const isPutOff = typeof status !== "string" && status.checkStatus === "INI" && !status.checking;
    if (isPutOff && clock.elapsed() - toldAt > FIRST_CHECK_MS) {
      await answered(world, () => world.proxy.admitAnew(backend, server));
      toldAt = clock.elapsed();
    } else if (!isPutOff) toldAt = clock.elapsed();
    const waitedMs = clock.elapsed() - begun;
    if (waitedMs > withinMs)
      throw new SeaworthyError(
        "RELEASE_NOT_LIVE",
        `HAProxy did not see ${backend}/${server} answer within ${withinMs / 1000} s: ${typeof status === "string" ? (refused ?? status) : `${status.status}, ${status.checkStatus} ${status.checkCode} ${status.lastCheck}`.trim()}`,
      );
    await clock.sleep(gateNapMs(waitedMs), signal);
  }
};

const weigh = async ({ proxy }: World, backend: string, to: readonly string[], target: (server: Server) => Weight): Promise<undefined> => {
  await proxy.updateServers(backend, (servers) => {
    const missing = to.filter((name) => !servers.some((server) => server.name === name));
    // Taking the traffic from the others would leave it to nobody.
    if (missing.length > 0)
      throw new SeaworthyError(
        "RELEASE_NOT_LIVE",
        `traffic of ${backend} cannot move to ${missing.join(", ")}, which the proxy no longer has`,
      );
    return servers.map((server) => ({ ...server, weight: target(server) }));
  });
  return undefined;
};

export const shiftTraffic: Perform<"shift-traffic"> = ({ backend, to, weight }, world) =>
  weigh(world, backend, to, ({ name }) => (to.includes(name) ? weight : NO_TRAFFIC));

export const moveTraffic: Perform<"move-traffic"> = ({ backend, to, from, weight }, world) =>
  weigh(world, backend, to, (server) => {
    if (to.includes(server.name)) return weight;
    return from.includes(server.name) ? NO_TRAFFIC : server.weight;
  });

/** A wait that people would ask about is told. */
const TELL_AFTER_MS = 3000;

/** Waits until nothing is under way on the server, and until no worker of an earlier configuration can send it anything more. */
export const awaitDrained: Perform<"await-drained"> = async ({ backend, server, withinMs, lasting }, world) => {
  const { clock, signal, proxy, progress } = world;
  const begun = clock.elapsed();
  const endLasting = lastingEnd(world, backend, server, withinMs, lasting);
  let told = false;
  let ended: Closed = { closed: 0, streams: 0 };
  for (;;) {
    const said = await answered(world, async () => {
      ended = await endLasting();
      return proxy.load(backend, server);
    });
    const drainMs = Math.round(clock.elapsed() - begun);
    const overdue = drainMs > withinMs && drainMs > OLD_WORKER_MS;
    if ("silence" in said) {
      if (overdue) throw new SeaworthyError("PROXY_UNREACHABLE", `whether ${backend}/${server} is drained is not known: ${said.silence}`);
    } else {
      const { requests, oldWorkers } = said.answer;
      if ((requests === 0 || drainMs > withinMs) && (oldWorkers === 0 || drainMs > OLD_WORKER_MS)) {
        if (requests > 0)
          progress.note(`${server} still had ${requests} requests after ${Math.round(drainMs / 1000)} s of draining; they are cut`);
        if (oldWorkers > 0)
          progress.note(`${oldWorkers} HAProxy workers of earlier configurations still know ${server}; what they send it fails`);
        const { closed } = ended;
        if (closed > 0) progress.note(`${closed} long connections of ${server} were closed within ${(drainMs / 1000).toFixed(1)} s`);
        return { drainMs, cut: requests, oldWorkers, ...(closed === 0 ? {} : ended) };
      }
      if (requests === 0 && !told && drainMs > TELL_AFTER_MS) {
        told = true;
        progress.note(`${server} waits for idle clients of an earlier proxy configuration, up to ${OLD_WORKER_MS / 1000} s`);
      }
    }
    await clock.sleep(POLL_MS, signal);
  }
};

export const removeServer: Perform<"remove-server"> = async ({ backend, server }, world) => {
  if (world.proxy.declared(backend) === undefined) return undefined;
  const last = await seen(world, backend, server);
  await world.proxy.updateServers(backend, (servers) => servers.filter((one) => one.name !== server));
  return { serverErrors: typeof last === "string" ? 0 : last.serverErrors };
};
