import { SeaworthyError } from "../../core/index.ts";
import { linuxNetwork } from "../host/linux.ts";
import type { Perform, World } from "./world.ts";

const POLL_MS = 100;

export const adoptContainer: Perform<"adopt-container"> = async ({ name, id, state }, { engine }) => {
  const found = await engine.containers.inspect(name);
  if (found?.id === id && found.state === state) return { state };
  const now = found === undefined ? "is gone" : found.id === id ? `is ${found.state}` : "is another container now";
  throw new SeaworthyError("RELEASE_NOT_LIVE", `${name} ${now}: it is not what this plan was made for`, {
    hint: "Plan again: seaworthy adopt --dry-run.",
  });
};

export const redirectPort: Perform<"redirect-port"> = async ({ port, to }, { host = linuxNetwork }) => {
  await host.redirect(port, to);
  return undefined;
};

export const endRedirect: Perform<"end-redirect"> = async ({ port, to }, { host = linuxNetwork }) => {
  await host.endRedirect(port, to);
  return undefined;
};

/** Addresses of every container that shares a network with it: what comes from them finds the service by its name, and needs no port of the host. */
const neighbours = async ({ engine }: World, networks: readonly string[]): Promise<ReadonlySet<string>> => {
  const states = await Promise.all(networks.map((network) => engine.networks.inspect(network)));
  return new Set(states.flatMap((state) => Object.values(state?.addresses ?? {})));
};

const isLoopback = (address: string): boolean => address.startsWith("127.");

/** `address ×count`, the most first. */
const counted = (addresses: readonly string[]): string =>
  [...Map.groupBy(addresses, (one) => one)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, 5)
    .map(([address, all]) => `${address} x${all.length}`)
    .join(", ");

/** As the kernel knows the proxy's processes. */
const PROXY_PROGRAM = "haproxy";

export const awaitDirect: Perform<"await-direct"> = async ({ name, port, withinMs }, world) => {
  const { engine, host = linuxNetwork, clock, signal } = world;
  const begun = clock.elapsed();
  // A connection that Docker's own proxy has just taken is not there yet when it is looked at once.
  for (let quiet = 0; ;) {
    const found = await engine.containers.inspect(name);
    if (found?.state !== "running" || found.pid === undefined) return { connections: 0 };
    const known = await neighbours(world, Object.keys(found.addresses));
    const direct = (await host.connections(found.pid, port, PROXY_PROGRAM)).filter(
      (address) => !known.has(address) && !isLoopback(address),
    );
    const waitedMs = Math.round(clock.elapsed() - begun);
    quiet = direct.length === 0 ? quiet + 1 : 0;
    if (quiet > 1) return { connections: 0, waitedMs };
    if (direct.length > 0 && waitedMs >= withinMs)
      throw new SeaworthyError(
        "PAUSED",
        `${direct.length} connections to ${name} are kept open by their clients (${counted(direct)}); it answers them as before`,
        { details: { connections: direct.length } },
      );
    await clock.sleep(POLL_MS, signal);
  }
};

/** A proxy that is not there has none. */
export const awaitWorkers: Perform<"await-workers"> = async ({ withinMs }, { proxy, clock, signal }) => {
  const begun = clock.elapsed();
  for (;;) {
    const { oldWorkers } = await proxy.processes().catch(() => ({ oldWorkers: [] }));
    if (oldWorkers.length === 0 || clock.elapsed() - begun >= withinMs) return { oldWorkers: oldWorkers.length };
    await clock.sleep(POLL_MS, signal);
  }
};

export const awaitPort: Perform<"await-port"> = async ({ port, withinMs }, { host = linuxNetwork, clock, signal }) => {
  const begun = clock.elapsed();
  for (;;) {
    const listener = await host.listener(port);
    if (listener === undefined) return undefined;
    if (clock.elapsed() - begun >= withinMs)
      throw new SeaworthyError(
        "PAUSED",
        `port ${port} is still held by ${listener.program ?? "another process"}${listener.pid === undefined ? "" : ` (process ${listener.pid})`}; new connections reach the proxy all the same`,
      );
    await clock.sleep(POLL_MS, signal);
  }
};
