import { hasCode, SeaworthyError } from "../../core/index.ts";
import type { ContainerState } from "../../engine/index.ts";
import type { ServerStatus } from "../../proxy/index.ts";
import type { WatchedReplica } from "../plan.ts";
import type { Perform, World } from "./world.ts";
import { lastLines } from "./waiting.ts";

const POLL_MS = 250;

/** A replica that failed, and the words for it. */
export interface ReplicaFailure {
  readonly name: string;
  readonly because: string;
  /** The container's last log lines. */
  readonly log: readonly string[];
}

const ofContainer = (state: ContainerState | undefined): string | undefined => {
  if (state === undefined) return "it is gone";
  const status = `exit status ${state.exitCode ?? "unknown"}`;
  if (state.state !== "running")
    return state.state === "restarting" ? `it ended, and is being restarted (${status})` : `it ended (${status})`;
  // In Swarm a task that ends has failed, whatever becomes of the next one in its place.
  if (state.restartCount > 0) return `it ended, and the engine has restarted it ${state.restartCount} times`;
  if (state.health?.status === "unhealthy")
    return `its health check fails${state.health.lastOutput === "" ? "" : `: ${state.health.lastOutput}`}`;
  return undefined;
};

const ofServer = (server: ServerStatus | undefined): string | undefined =>
  server?.status.startsWith("DOWN") === true
    ? `the proxy sees it as ${server.status}: ${`${server.checkStatus} ${server.checkCode} ${server.lastCheck}`.trim()}`
    : undefined;

/** A HAProxy that does not answer just now says nothing against a replica. */
const serversOf = async ({ proxy, engine }: World, backend: string | undefined): Promise<readonly ServerStatus[]> => {
  if (backend === undefined) return [];
  try {
    return (await proxy.servers(backend)) ?? [];
  } catch (error) {
    if (!hasCode(error, "PROXY_UNREACHABLE")) throw error;
    await engine.system.info();
    return [];
  }
};

const standing = async (
  world: World,
  backend: string | undefined,
  replicas: readonly WatchedReplica[],
): Promise<
  readonly { readonly replica: WatchedReplica; readonly because: string | undefined; readonly server: ServerStatus | undefined }[]
> => {
  const servers = await serversOf(world, backend);
  return Promise.all(
    replicas.map(async (replica) => {
      const server = servers.find(({ name }) => name === replica.server);
      return { replica, because: ofContainer(await world.engine.containers.inspect(replica.name)) ?? ofServer(server), server };
    }),
  );
};

/** Ends with the first that fail, or with the time. The result says which, and how long it looked: `{failed: ReplicaFailure[], watchedMs}`. */
export const watch: Perform<"watch"> = async ({ replicas, backend, forMs }, world) => {
  const { clock, signal } = world;
  const begun = clock.elapsed();
  for (;;) {
    const found = await standing(world, backend, replicas);
    const watchedMs = Math.round(clock.elapsed() - begun);
    const failed = await Promise.all(
      found.flatMap(({ replica: { name }, because }) =>
        because === undefined ? [] : [lastLines(world, name).then((log): ReplicaFailure => ({ name, because, log }))],
      ),
    );
    if (failed.length > 0 || watchedMs >= forMs) return { failed, watchedMs };
    await clock.sleep(Math.min(POLL_MS, forMs - watchedMs), signal);
  }
};

export const wait: Perform<"wait"> = async ({ forMs }, { clock, signal }) => {
  await clock.sleep(forMs, signal);
  return { waitedMs: forMs };
};

export const assertServing: Perform<"assert-serving"> = async ({ replicas, backend }, world) => {
  const found = await standing(world, backend, replicas);
  // A replica that never came is not known to the proxy.
  const serving = found.filter(
    ({ replica, because, server }) => because === undefined && (replica.server === undefined || (server?.weight ?? 0) > 0),
  );
  if (serving.length > 0) return { serving: serving.length };
  throw new SeaworthyError("RELEASE_NOT_LIVE", `none of the ${replicas.length} replicas serves`, {
    problems: found.map(({ replica: { name }, because }) => `${name}: ${because ?? "the proxy sends it nothing"}`),
  });
};
