import { type Clock, NO_TRAFFIC, SeaworthyError } from "../core/index.ts";
import type { Server } from "./backend.ts";
import type { Runtime } from "./haproxy/runtime.ts";
import {
  addServer,
  deleteServer,
  enableServer,
  readServers,
  type ServerStatus,
  setMost,
  setWeights,
  shutdownSessions,
} from "./haproxy/servers.ts";

/** Connections that outlive a drain get this long before they are cut, and as long again to go; the drain itself has waited for the ones that matter. */
const REMOVE_GRACE_MS = 2000;

const remove = async (runtime: Runtime, backend: string, server: string, clock: Clock): Promise<void> => {
  let until = clock.elapsed() + REMOVE_GRACE_MS;
  let cut = false;
  while (!(await deleteServer(runtime, backend, server))) {
    if (clock.elapsed() > until) {
      if (cut) throw new SeaworthyError("PROXY_UNREACHABLE", `HAProxy keeps connections to ${backend}/${server} and does not let go of it`);
      await shutdownSessions(runtime, backend, server);
      cut = true;
      until = clock.elapsed() + REMOVE_GRACE_MS;
    }
    await clock.sleep(50);
  }
};

const isAt = (status: ServerStatus, server: Server): boolean => status.address === `${server.address}:${server.port}`;

/** Out of the backend or not checked, by somebody's word or because an actor died between registering and enabling it. */
const isOut = ({ status, checkStatus }: ServerStatus, { check }: Server): boolean =>
  status.startsWith("MAINT") || (checkStatus === "" && check === undefined);

const differs = (status: ServerStatus | undefined, wanted: Server): boolean =>
  status?.weight !== wanted.weight || (wanted.weight !== NO_TRAFFIC && /^(?:MAINT|DRAIN)/.test(status.status));

/**
 * Makes the running HAProxy have exactly these servers with these weights, whatever it had: the same call serves a rollout's step, its repetition
 * after a crash, and the repair of somebody's edit. Whoever adds a server declares it with weight 0 until its check has passed.
 * `most`: requests that each takes at once; 0 as many as come.
 */
export const reconcileServers = async (
  runtime: Runtime,
  backend: string,
  wanted: readonly Server[],
  clock: Clock,
  most = 0,
): Promise<void> => {
  const present = await readServers(runtime, backend);
  if (present === undefined) throw new SeaworthyError("PROXY_UNREACHABLE", `the running HAProxy does not know the backend ${backend}`);
  const byName = new Map(present.map((server) => [server.name, server]));
  for (const server of wanted) {
    const status = byName.get(server.name);
    if (status !== undefined && isAt(status, server)) {
      if (isOut(status, server)) await enableServer(runtime, backend, server);
      if (status.most !== most) await setMost(runtime, backend, server.name, most);
      continue;
    }
    if (status !== undefined) await remove(runtime, backend, server.name, clock);
    await addServer(runtime, backend, server, most);
    byName.delete(server.name);
  }
  // Those that gain traffic come before those that lose it: at no moment is there nobody. A server just added has weight 0.
  const changed = wanted
    .filter((server) => (byName.has(server.name) ? differs(byName.get(server.name), server) : server.weight !== NO_TRAFFIC))
    .toSorted((a, b) => b.weight - a.weight);
  await setWeights(runtime, backend, changed);
  const names = new Set(wanted.map((server) => server.name));
  for (const server of present) if (!names.has(server.name)) await remove(runtime, backend, server.name, clock);
};
