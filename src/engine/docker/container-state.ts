import * as v from "valibot";
import { forTerminal } from "../../core/index.ts";
import type { ContainerConfig, ContainerState, ContainerSummary, EndpointConfig, HostConfig } from "../types.ts";

const LABELS = v.nullish(v.record(v.string(), v.string()), {});
const STATE = v.picklist(["created", "running", "paused", "restarting", "removing", "exited", "dead"]);

const SUMMARY = v.object({ Id: v.string(), Names: v.nullish(v.array(v.string()), []), Image: v.string(), Labels: LABELS, State: STATE });

const NETWORK = v.object({
  Aliases: v.nullish(v.array(v.string())),
  IPAddress: v.nullish(v.string(), ""),
  IPAMConfig: v.nullish(v.object({ IPv4Address: v.nullish(v.string()), IPv6Address: v.nullish(v.string()) })),
});

const MOUNT = v.object({
  Type: v.string(),
  Name: v.nullish(v.string()),
  Source: v.nullish(v.string(), ""),
  Destination: v.string(),
  RW: v.nullish(v.boolean(), true),
});

const INSPECT = v.object({
  Id: v.string(),
  Name: v.string(),
  Image: v.nullish(v.string()),
  Mounts: v.nullish(v.array(MOUNT), []),
  RestartCount: v.nullish(v.number(), 0),
  State: v.object({
    Status: STATE,
    Pid: v.nullish(v.number(), 0),
    ExitCode: v.nullish(v.number(), 0),
    OOMKilled: v.nullish(v.boolean(), false),
    StartedAt: v.nullish(v.string(), ""),
    FinishedAt: v.nullish(v.string(), ""),
    Health: v.nullish(
      v.object({
        Status: v.string(),
        FailingStreak: v.nullish(v.number(), 0),
        Log: v.nullish(v.array(v.object({ Output: v.nullish(v.string(), "") })), []),
      }),
    ),
  }),
  Config: v.looseObject({ Image: v.string(), Labels: LABELS, Tty: v.nullish(v.boolean(), false) }),
  HostConfig: v.looseObject({}),
  NetworkSettings: v.object({ Networks: v.nullish(v.record(v.string(), NETWORK), {}) }),
});

type Inspect = v.InferOutput<typeof INSPECT>;

/** Every key of a type, so that adding one there without adding it here does not compile. */
const keysOf = <T>(keys: Readonly<Record<keyof T, true>>): readonly string[] => Object.keys(keys);

const HOST_KEYS = keysOf<HostConfig>({
  NetworkMode: true,
  PortBindings: true,
  Mounts: true,
  Tmpfs: true,
  RestartPolicy: true,
  Init: true,
  ReadonlyRootfs: true,
  Privileged: true,
  CapAdd: true,
  CapDrop: true,
  SecurityOpt: true,
  Memory: true,
  MemorySwap: true,
  MemoryReservation: true,
  NanoCpus: true,
  PidsLimit: true,
  LogConfig: true,
  ExtraHosts: true,
  Ulimits: true,
  ShmSize: true,
  Sysctls: true,
  GroupAdd: true,
  Dns: true,
  DnsSearch: true,
  DnsOptions: true,
  PidMode: true,
  IpcMode: true,
  OomScoreAdj: true,
  CpuShares: true,
  CpusetCpus: true,
  CgroupParent: true,
  Runtime: true,
  Devices: true,
});

const CONFIG_KEYS = keysOf<Omit<ContainerConfig, "HostConfig" | "NetworkingConfig" | "Image" | "Labels">>({
  Cmd: true,
  Entrypoint: true,
  Env: true,
  User: true,
  WorkingDir: true,
  Hostname: true,
  Domainname: true,
  ExposedPorts: true,
  Healthcheck: true,
  StopSignal: true,
  StopTimeout: true,
  Tty: true,
  OpenStdin: true,
  StdinOnce: true,
});

/** What the engine fills in by itself, and what `mounts` and `addresses` say in other words. */
const FILLED_IN: ReadonlySet<string> = new Set([
  "Binds",
  "CgroupnsMode",
  "ConsoleSize",
  "ContainerIDFile",
  "Isolation",
  "MaskedPaths",
  "ReadonlyPaths",
]);

const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** The engine fills what was not given with its language's zero values; a key without one was given, or has the engine's default. */
const given = (source: Readonly<Record<string, unknown>>, keys: readonly string[]): object =>
  Object.fromEntries(keys.filter((key) => !isEmpty(source[key])).map((key) => [key, source[key]]));

const endpointOf = (network: v.InferOutput<typeof NETWORK>): EndpointConfig => {
  const { IPv4Address, IPv6Address } = network.IPAMConfig ?? {};
  const addresses = { ...(IPv4Address ? { IPv4Address } : {}), ...(IPv6Address ? { IPv6Address } : {}) };
  return {
    ...(network.Aliases && network.Aliases.length > 0 ? { Aliases: network.Aliases } : {}),
    ...(isEmpty(addresses) ? {} : { IPAMConfig: addresses }),
  };
};

const configOf = (inspect: Inspect): ContainerConfig => ({
  ...given(inspect.Config, CONFIG_KEYS),
  Image: inspect.Config.Image,
  Labels: inspect.Config.Labels,
  HostConfig: given(inspect.HostConfig, HOST_KEYS),
  NetworkingConfig: {
    EndpointsConfig: Object.fromEntries(
      Object.entries(inspect.NetworkSettings.Networks).map(([name, network]) => [name, endpointOf(network)]),
    ),
  },
});

const beyondOf = (hostConfig: Inspect["HostConfig"]): readonly string[] =>
  Object.keys(hostConfig)
    .filter((key) => !HOST_KEYS.includes(key) && !FILLED_IN.has(key) && !isEmpty(hostConfig[key]))
    .toSorted();

const mountsOf = (mounts: Inspect["Mounts"]): NonNullable<ContainerState["mounts"]> =>
  mounts.map(({ Type, Name, Source, Destination, RW }) => ({
    type: Type,
    source: Source,
    target: Destination,
    readOnly: !RW,
    ...(Name ? { name: Name } : {}),
  }));

/** The engine writes year 1 for "never". */
const timeOf = (text: string): number | undefined => {
  const at = Date.parse(text);
  return Number.isNaN(at) || at <= 0 ? undefined : at;
};

const HEALTH = new Set(["starting", "healthy", "unhealthy"] as const);
const healthOf = (health: Inspect["State"]["Health"]): ContainerState["health"] => {
  const status = [...HEALTH].find((one) => one === health?.Status);
  if (health === null || health === undefined || status === undefined) return undefined;
  return { status, failingStreak: health.FailingStreak, lastOutput: forTerminal(health.Log.at(-1)?.Output.trim() ?? "").slice(0, 2000) };
};

const nameOf = (name: string): string => name.replace(/^\//, "");

export const readContainer = (answer: unknown): ContainerState => {
  const inspect = v.parse(INSPECT, answer);
  const { State: state } = inspect;
  const startedAt = timeOf(state.StartedAt);
  const finishedAt = timeOf(state.FinishedAt);
  const health = healthOf(state.Health);
  const ended = state.Status === "exited" || state.Status === "dead" || state.Status === "restarting";
  return {
    id: inspect.Id,
    name: nameOf(inspect.Name),
    image: inspect.Config.Image,
    labels: inspect.Config.Labels,
    state: state.Status,
    config: configOf(inspect),
    ...(state.Pid > 0 ? { pid: state.Pid } : {}),
    ...(ended ? { exitCode: state.ExitCode } : {}),
    oomKilled: state.OOMKilled,
    restartCount: inspect.RestartCount,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
    ...(health === undefined ? {} : { health }),
    addresses: Object.fromEntries(
      Object.entries(inspect.NetworkSettings.Networks).map(([name, network]) => [
        name,
        network.IPAddress || (network.IPAMConfig?.IPv4Address ?? ""),
      ]),
    ),
    ...(inspect.Image ? { imageId: inspect.Image } : {}),
    mounts: mountsOf(inspect.Mounts),
    beyond: beyondOf(inspect.HostConfig),
  };
};

export const readContainers = (answer: unknown): readonly ContainerSummary[] =>
  v.parse(v.array(SUMMARY), answer).map((one) => ({
    id: one.Id,
    // With links a container has further names, of the form /other/alias.
    name: nameOf(one.Names.find((name) => !name.slice(1).includes("/")) ?? one.Names[0] ?? one.Id),
    image: one.Image,
    labels: one.Labels,
    state: one.State,
  }));
