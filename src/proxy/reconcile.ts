import { type Clock, SeaworthyError } from "../core/index.ts";
import type { Server } from "./backend.ts";
import type { Runtime } from "./haproxy/runtime.ts";
import { addServer, deleteServer, readServers, setWeight, shutdownSessions } from "./haproxy/servers.ts";

/** Connections that outlive a drain get this long before they are cut; the drain itself has waited for the ones that matter. */
const REMOVE_GRACE_MS = 2000;

const remove = async (runtime: Runtime, backend: string, server: string, clock: Clock): Promise<void> => {
  const until = clock.elapsed() + REMOVE_GRACE_MS;
  let cut = false;
  while (!(await deleteServer(runtime, backend, server))) {
    if (clock.elapsed() > until) {
      if (cut) throw new SeaworthyError("PROXY_UNREACHABLE", `HAProxy keeps connections to ${backend}/${server} and does not let go of it`);
      await shutdownSessions(runtime, backend, server);
      cut = true;
    }
    await clock.sleep(50);
  }
};

/**
 * Makes the running HAProxy have exactly these servers with these weights, whatever it had: the same call serves a rollout's step, its repetition
 * after a crash, and the repair of somebody's edit. Whoever adds a server declares it with weight 0 until its check has passed.
 */
export const reconcileServers = async (runtime: Runtime, backend: string, wanted: readonly Server[], clock: Clock): Promise<void> => {
  const present = await readServers(runtime, backend);
  if (present === undefined) throw new SeaworthyError("PROXY_UNREACHABLE", `the running HAProxy does not know the backend ${backend}`);
  const byName = new Map(present.map((server) => [server.name, server]));
  for (const server of wanted) if (!byName.has(server.name)) await addServer(runtime, backend, server);
  // Those that gain traffic come before those that lose it: at no moment is there nobody.
  const changed = wanted.filter((server) => byName.get(server.name)?.weight !== server.weight).toSorted((a, b) => b.weight - a.weight);
  for (const server of changed) await setWeight(runtime, backend, server.name, server.weight);
  const names = new Set(wanted.map((server) => server.name));
  for (const server of present) if (!names.has(server.name)) await remove(runtime, backend, server.name, clock);
};
