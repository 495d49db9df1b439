import { OLD_WORKER_MS } from "../../proxy/index.ts";
import { answered } from "./servers.ts";
import type { Perform, World } from "./world.ts";

const POLL_MS = 50;

/** A worker of an earlier configuration is told nothing of a hold, and would send its clients to a container that stops. So such workers end first, while everybody is still answered. */
const withoutOldWorkers = async (world: World, backend: string): Promise<void> => {
  const { proxy, clock, signal } = world;
  const begun = clock.elapsed();
  const servers = proxy.declared(backend)?.servers ?? [];
  for (const { name } of servers)
    for (;;) {
      const said = await answered(world, () => proxy.load(backend, name));
      if (("answer" in said && said.answer.oldWorkers === 0) || clock.elapsed() - begun >= OLD_WORKER_MS) break;
      await clock.sleep(POLL_MS, signal);
    }
};

export const holdRequests: Perform<"hold-requests"> = async ({ backend, forMs }, world) => {
  if (world.proxy.declared(backend)?.hold === undefined) return undefined;
  await withoutOldWorkers(world, backend);
  await world.proxy.hold(backend, forMs);
  return { at: world.clock.now() };
};

export const releaseRequests: Perform<"release-requests"> = async ({ backend }, { proxy, clock }) => {
  if (proxy.declared(backend)?.hold === undefined) return undefined;
  const waited = await proxy.hold(backend);
  return { at: clock.now(), waited };
};
