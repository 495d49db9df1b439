import * as v from "valibot";
import { formatPlatform, hasCode, type Platform } from "../../core/index.ts";
import type { Containers } from "../ports.ts";
import type { ContainerConfig, ContainerState, EndpointConfig } from "../types.ts";
import { type Connection, path } from "./connection.ts";
import { readContainer, readContainers } from "./container-state.ts";
import { engineRefusal, statusOf } from "./errors.ts";
import { labelFilter } from "./filters.ts";
import { logLines } from "./log-lines.ts";

const CREATED = v.object({ Id: v.string() });

/** Runs the call; undefined when the engine answers that there is no such thing. */
export const unlessMissing = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
};

const isOlderThan = (version: string, minor: number): boolean => Number(version.split(".")[1]) < minor;

/** Splits what the engine takes at create from what must be connected afterwards: before API 1.44 only one network may be given. */
const splitEndpoints = (
  config: ContainerConfig,
  apiVersion: string,
): { body: ContainerConfig; later: readonly (readonly [string, EndpointConfig])[] } => {
  const endpoints = Object.entries(config.NetworkingConfig?.EndpointsConfig ?? {});
  const mode = config.HostConfig.NetworkMode;
  const first = endpoints.find(([name]) => name === mode) ?? endpoints[0];
  if (first === undefined) return { body: config, later: [] };
  // Without a mode the engine would attach the default bridge and nothing else.
  const hostConfig = { ...config.HostConfig, NetworkMode: mode ?? first[0] };
  if (!isOlderThan(apiVersion, 44)) return { body: { ...config, HostConfig: hostConfig }, later: [] };
  return {
    body: { ...config, HostConfig: hostConfig, NetworkingConfig: { EndpointsConfig: { [first[0]]: first[1] } } },
    later: endpoints.filter((endpoint) => endpoint !== first),
  };
};

export const dockerContainers = (connection: Connection): Containers => {
  const read = async (container: string): Promise<ContainerState | undefined> => {
    const answer = await unlessMissing(
      connection.call({ tried: `inspect ${container}`, method: "GET", path: path`/containers/${container}/json` }),
    );
    if (answer === undefined) return undefined;
    const state = readContainer(answer);
    // The engine also takes the first letters of an id: a missing "cafe" must not become another container.
    return state.name === container || (state.id.startsWith(container) && container.length >= 12) ? state : undefined;
  };

  const removeQuietly = (id: string): Promise<unknown> =>
    connection
      .call({ tried: `remove ${id}`, method: "DELETE", path: path`/containers/${id}`, query: { force: "1", v: "1" } })
      .catch(() => undefined);

  const create = async (name: string, config: ContainerConfig, platform?: Platform): Promise<string> => {
    const { body, later } = splitEndpoints(config, await connection.apiVersion());
    const answer = await connection.call({
      tried: `create ${name} from ${config.Image}`,
      method: "POST",
      path: "/containers/create",
      query: { name, ...(platform === undefined ? {} : { platform: formatPlatform(platform) }) },
      body,
    });
    const { Id: id } = v.parse(CREATED, answer);
    try {
      for (const [network, endpoint] of later)
        await connection.call({
          tried: `connect ${name} to ${network}`,
          method: "POST",
          path: path`/networks/${network}/connect`,
          body: { Container: id, EndpointConfig: endpoint },
        });
    } catch (error) {
      await removeQuietly(id);
      throw error;
    }
    return id;
  };

  /** A name that could be read as the start of an id is looked up first, so that a missing one is missing. */
  const addressed = async (container: string): Promise<string | undefined> =>
    /^[0-9a-f]{1,63}$/.test(container) ? (await read(container))?.id : container;

  const mustExist = async (container: string, tried: string): Promise<string> => {
    const target = await addressed(container);
    if (target === undefined) throw engineRefusal(tried, `No such container: ${container}`, 404);
    return target;
  };

  return {
    create,
    start: async (container) => {
      const tried = `start ${container}`;
      await connection.call({ tried, method: "POST", path: path`/containers/${await mustExist(container, tried)}/start` });
    },
    stop: async (container, graceSeconds) => {
      const target = await addressed(container);
      if (target === undefined) return undefined;
      const seconds = Math.max(0, Math.ceil(graceSeconds));
      await unlessMissing(
        connection.call({
          tried: `stop ${container}`,
          method: "POST",
          path: path`/containers/${target}/stop`,
          query: { t: String(seconds) },
          timeoutMs: (seconds + 60) * 1000,
        }),
      );
      return (await read(target))?.exitCode;
    },
    kill: async (container, signal) => {
      const tried = `send ${signal} to ${container}`;
      await connection.call({
        tried,
        method: "POST",
        path: path`/containers/${await mustExist(container, tried)}/kill`,
        query: { signal },
      });
    },
    setRestart: async (container, policy) => {
      const tried = `set the restart policy of ${container} to ${policy.Name}`;
      await connection.call({
        tried,
        method: "POST",
        path: path`/containers/${await mustExist(container, tried)}/update`,
        body: { RestartPolicy: policy },
      });
    },
    remove: async (container) => {
      const target = await addressed(container);
      if (target === undefined) return;
      try {
        await unlessMissing(
          connection.call({
            tried: `remove ${container}`,
            method: "DELETE",
            path: path`/containers/${target}`,
            query: { force: "1", v: "1" },
          }),
        );
      } catch (error) {
        const underWay = hasCode(error, "ENGINE_REFUSED") && /already in progress/i.test(String(error));
        if (!underWay) throw error;
        await unlessMissing(
          connection.call({
            tried: `wait for the removal of ${container}`,
            method: "POST",
            path: path`/containers/${target}/wait`,
            query: { condition: "removed" },
          }),
        );
      }
    },
    rename: async (container, name) => {
      const tried = `rename ${container} to ${name}`;
      const target = await mustExist(container, tried);
      await connection.call({ tried, method: "POST", path: path`/containers/${target}/rename`, query: { name } });
    },
    inspect: read,
    list: async (labels) =>
      readContainers(
        await connection.call({
          tried: "list containers",
          method: "GET",
          path: "/containers/json",
          query: { all: "1", ...labelFilter(labels) },
        }),
      ),
    logs: async function* (container, { tail, sinceSeconds, follow = false, timestamps = false, signal }) {
      const tried = `read the logs of ${container}`;
      const state = await read(container);
      if (state === undefined) throw engineRefusal(tried, `No such container: ${container}`, 404);
      const stream = await connection.stream({
        tried,
        method: "GET",
        path: path`/containers/${state.id}/logs`,
        query: {
          stdout: "1",
          stderr: "1",
          follow: follow ? "1" : "0",
          timestamps: timestamps ? "1" : "0",
          tail: tail === undefined ? "all" : String(tail),
          ...(sinceSeconds === undefined ? {} : { since: String(sinceSeconds) }),
        },
        ...(signal === undefined ? {} : { signal }),
      });
      try {
        yield* logLines(stream, state.config.Tty === true);
      } catch (error) {
        // Following ends when the caller says so; that is no failure.
        if (signal?.aborted !== true) throw error;
      } finally {
        stream.destroy();
      }
    },
  };
};
