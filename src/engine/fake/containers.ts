import { formatPlatform, samePlatform, SeaworthyError } from "../../core/index.ts";
import type { Containers } from "../ports.ts";
import type { ContainerConfig, ContainerState } from "../types.ts";
import { allocate } from "./addresses.ts";
import {
  type FakeBehaviour,
  type FakeContainer,
  type FakeStore,
  findContainer,
  findImage,
  findNetwork,
  hasLabels,
  refusal,
} from "./store.ts";

const mustFind = (store: FakeStore, text: string, tried: string): FakeContainer => {
  const found = findContainer(store, text);
  if (found === undefined) throw refusal(tried, `No such container: ${text}`, 404);
  return found;
};

const networkName = (store: FakeStore, id: string): string => [...store.networks.values()].find((one) => one.id === id)?.name ?? id;

const mountsOf = ({ HostConfig }: ContainerConfig): NonNullable<ContainerState["mounts"]> =>
  (HostConfig.Mounts ?? []).flatMap(({ Type, Source = "", Target, ReadOnly = false }) =>
    Type === "tmpfs"
      ? []
      : [{ type: Type, source: Source, target: Target, readOnly: ReadOnly, ...(Type === "volume" ? { name: Source } : {}) }],
  );

const imageIdOf = (store: FakeStore, config: ContainerConfig): Pick<ContainerState, "imageId"> => {
  const image = findImage(store, config.Image);
  return image === undefined ? {} : { imageId: image.id };
};

const readState = (store: FakeStore, one: FakeContainer): ContainerState => ({
  id: one.id,
  name: one.name,
  image: one.config.Image,
  labels: one.config.Labels,
  state: one.state,
  config: one.config,
  ...(one.state === "running" ? { pid: one.pid } : {}),
  ...(one.exitCode === undefined || one.state === "running" ? {} : { exitCode: one.exitCode }),
  oomKilled: one.oomKilled,
  restartCount: one.restartCount,
  ...(one.startedAt === undefined ? {} : { startedAt: one.startedAt }),
  ...(one.finishedAt === undefined ? {} : { finishedAt: one.finishedAt }),
  ...(one.health === undefined ? {} : { health: one.health }),
  addresses: Object.fromEntries(
    [...one.endpoints].map(([id, endpoint]) => [networkName(store, id), endpoint.address || (endpoint.fixed ?? "")]),
  ),
  ...imageIdOf(store, one.config),
  mounts: mountsOf(one.config),
  beyond: [],
});

const hostPorts = (config: ContainerConfig): readonly string[] =>
  Object.entries(config.HostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
    bindings.filter((binding) => binding.HostPort !== undefined).map((binding) => `${binding.HostPort}/${port.split("/")[1] ?? "tcp"}`),
  );

/** Ends a running container: its addresses become free, watchers hear of it. */
export const endContainer = (store: FakeStore, one: FakeContainer, exitCode: number): void => {
  if (one.state !== "running") return;
  one.state = "exited";
  one.exitCode = exitCode;
  one.finishedAt = store.clock.now();
  one.health = undefined;
  for (const endpoint of one.endpoints.values()) endpoint.address = "";
  store.emit("container", "die", one.id, { ...one.config.Labels, name: one.name, image: one.config.Image, exitCode: String(exitCode) });
};

export const fakeContainers = (store: FakeStore, behave: (name: string, config: ContainerConfig) => FakeBehaviour): Containers => ({
  create: async (name, config, platform) => {
    const tried = `create ${name} from ${config.Image}`;
    const image = findImage(store, config.Image);
    if (image === undefined)
      throw new SeaworthyError("IMAGE_NOT_FOUND", `cannot ${tried}: No such image: ${config.Image}`, { details: { status: 404 } });
    if (platform !== undefined && !samePlatform(image.platform, platform))
      throw new SeaworthyError(
        "PLATFORM_MISSING",
        `cannot ${tried}: image was found but does not match the specified platform: wanted ${formatPlatform(platform)}`,
      );
    const other = findContainer(store, name);
    if (other !== undefined)
      throw refusal(
        tried,
        `Conflict. The container name "/${name}" is already in use by container "${other.id}". You have to remove (or rename) that container to be able to reuse that name.`,
        409,
      );
    for (const mount of config.HostConfig.Mounts ?? [])
      if (mount.Type === "volume" && mount.Source !== undefined && !store.volumes.has(mount.Source))
        store.volumes.set(mount.Source, {
          name: mount.Source,
          driver: "local",
          labels: {},
          mountpoint: `/var/lib/docker/volumes/${mount.Source}/_data`,
        });
    const id = store.nextId("container");
    const endpoints: FakeContainer["endpoints"] = new Map();
    const mode = config.HostConfig.NetworkMode ?? "default";
    const wished =
      config.NetworkingConfig?.EndpointsConfig ?? (/^(default|bridge|none|host|container:.*)$/.test(mode) ? {} : { [mode]: {} });
    for (const [network, endpoint] of Object.entries(wished)) {
      const found = findNetwork(store, network);
      // The engine looks at networks when it starts the container; at create it only keeps the wish.
      endpoints.set(found?.id ?? network, { aliases: endpoint.Aliases ?? [], fixed: endpoint.IPAMConfig?.IPv4Address, address: "" });
    }
    store.containers.set(id, {
      id,
      name,
      config,
      state: "created",
      pid: 0,
      exitCode: undefined,
      oomKilled: false,
      restartCount: 0,
      startedAt: undefined,
      finishedAt: undefined,
      health: undefined,
      behaviour: {},
      lines: [],
      endpoints,
    });
    store.emit("container", "create", id, { ...config.Labels, name, image: config.Image });
    return id;
  },
  start: async (container) => {
    const tried = `start ${container}`;
    const one = mustFind(store, container, tried);
    if (one.state === "running") return;
    const clash = hostPorts(one.config).find((port) =>
      [...store.containers.values()].some((other) => other !== one && other.state === "running" && hostPorts(other.config).includes(port)),
    );
    if (clash !== undefined)
      throw new SeaworthyError("PORT_TAKEN", `cannot ${tried}: Bind for 0.0.0.0:${clash.split("/")[0]} failed: port is already allocated`, {
        details: { status: 500 },
      });
    for (const [id, endpoint] of one.endpoints) {
      const network = [...store.networks.values()].find((candidate) => candidate.id === id);
      if (network === undefined) throw refusal(tried, `network ${id} not found`, 404);
      endpoint.address = allocate(store, network, one, tried);
    }
    one.behaviour = behave(one.name, one.config);
    one.state = "running";
    one.pid = 1000 + store.events.length;
    one.exitCode = undefined;
    one.startedAt = store.clock.now();
    if (one.behaviour.health !== undefined)
      one.health = { status: one.behaviour.health, failingStreak: one.behaviour.health === "unhealthy" ? 3 : 0, lastOutput: "" };
    one.lines.push(...(one.behaviour.lines ?? []).map((text) => ({ atMs: store.clock.now(), text })));
    store.emit("container", "start", one.id, { ...one.config.Labels, name: one.name, image: one.config.Image });
    if (one.behaviour.exitCode !== undefined) endContainer(store, one, one.behaviour.exitCode);
  },
  stop: async (container) => {
    const one = findContainer(store, container);
    if (one === undefined) return undefined;
    endContainer(store, one, one.behaviour.stopExitCode ?? 0);
    return one.exitCode;
  },
  kill: async (container, signal) => {
    const tried = `send ${signal} to ${container}`;
    const one = mustFind(store, container, tried);
    if (one.state !== "running") throw refusal(tried, `Cannot kill container: ${container}: Container ${one.id} is not running`, 409);
    if (signal === "SIGKILL" || signal === "KILL" || signal === "9") endContainer(store, one, 137);
    else if (signal === "SIGTERM" || signal === "TERM") endContainer(store, one, one.behaviour.stopExitCode ?? 0);
  },
  setRestart: async (container, policy) => {
    const one = mustFind(store, container, `set the restart policy of ${container} to ${policy.Name}`);
    one.config = { ...one.config, HostConfig: { ...one.config.HostConfig, RestartPolicy: policy } };
  },
  remove: async (container) => {
    const one = findContainer(store, container);
    if (one === undefined) return;
    endContainer(store, one, 137);
    store.containers.delete(one.id);
    store.emit("container", "destroy", one.id, { ...one.config.Labels, name: one.name, image: one.config.Image });
  },
  rename: async (container, name) => {
    const tried = `rename ${container} to ${name}`;
    const one = mustFind(store, container, tried);
    if (findContainer(store, name) !== undefined) throw refusal(tried, `Conflict. The container name "/${name}" is already in use`, 409);
    one.name = name;
  },
  inspect: async (container) => {
    const one = findContainer(store, container);
    return one === undefined ? undefined : readState(store, one);
  },
  list: async (labels) =>
    [...store.containers.values()]
      .filter((one) => hasLabels(one.config.Labels, labels))
      .map((one) => ({ id: one.id, name: one.name, image: one.config.Image, labels: one.config.Labels, state: one.state })),
  logs: async function* (container, { tail, sinceSeconds = 0, follow = false, timestamps = false, signal }) {
    const one = mustFind(store, container, `read the logs of ${container}`);
    let at = tail === undefined ? 0 : Math.max(0, one.lines.length - tail);
    for (;;) {
      for (; at < one.lines.length; at += 1) {
        const { atMs, text } = one.lines[at] ?? { atMs: 0, text: "" };
        if (atMs < sinceSeconds * 1000) continue;
        yield timestamps ? `${new Date(atMs).toISOString()} ${text}` : text;
      }
      if (!follow || one.state !== "running" || signal?.aborted === true) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          store.watchers.delete(wake);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        store.watchers.add(wake);
        signal?.addEventListener("abort", wake, { once: true });
      });
    }
  },
});
