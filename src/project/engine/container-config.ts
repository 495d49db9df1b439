import { readTextFile, SeaworthyError } from "../../core/index.ts";
import type { ContainerConfig, HealthConfig, HostConfig, Labels } from "../../engine/index.ts";
import type { ContainerSpec, Healthcheck, NetworkAttachment } from "../container-spec.ts";
import { mountConfig, tmpfsMap } from "./mount-config.ts";

/** What a spec leaves open until a container of it is made. */
export interface ContainerInput {
  /** What the engine is to run: a reference by digest, or an image id it has. */
  readonly image: string;
  /** Put over the spec's own labels. */
  readonly labels: Labels;
  /** Put over the spec's own environment. */
  readonly environmentExtra?: Readonly<Record<string, string>>;
  /** Names under which others find the container on each of its networks beside the spec's aliases: Compose adds the service's name. */
  readonly aliases?: readonly string[];
  /** Engine names by key; keys that are absent are taken as names. From Project.networks and Project.volumes. */
  readonly networks: ReadonlyMap<string, string>;
  readonly volumes: ReadonlyMap<string, string>;
  /** Files on the engine's host, by the key under `secrets` and `configs`: bound read-only at the spec's targets. */
  readonly secretFiles?: ReadonlyMap<string, string>;
  readonly configFiles?: ReadonlyMap<string, string>;
  /** Fixed IPv4 addresses by network key, put over the spec's own. */
  readonly addresses?: ReadonlyMap<string, string>;
  /** A running container of another service, for `network_mode: service:NAME`. */
  readonly containerOf?: (service: string) => string | undefined;
}

export interface NetworkConnection {
  /** The engine's name. */
  readonly network: string;
  readonly aliases: readonly string[];
  readonly address?: string;
}

export interface ContainerPlan {
  readonly config: ContainerConfig;
  /** To be connected after create and before start: an API below 1.44 takes one network at create. */
  readonly connect: readonly NetworkConnection[];
}

const NANOSECONDS = 1e6;

const healthConfig = ({ test, intervalMs, timeoutMs, startPeriodMs, retries }: Healthcheck): HealthConfig => ({
  ...(test === undefined ? {} : { Test: test }),
  ...(intervalMs === undefined ? {} : { Interval: Math.round(intervalMs * NANOSECONDS) }),
  ...(timeoutMs === undefined ? {} : { Timeout: Math.round(timeoutMs * NANOSECONDS) }),
  ...(startPeriodMs === undefined ? {} : { StartPeriod: Math.round(startPeriodMs * NANOSECONDS) }),
  ...(retries === undefined ? {} : { Retries: retries }),
});

const portBindings = (spec: ContainerSpec): NonNullable<HostConfig["PortBindings"]> => {
  const groups = Map.groupBy(spec.ports, (port) => `${port.containerPort}/${port.protocol}`);
  const bindings = [...groups].map(([key, ports]) => [
    key,
    ports.map(({ hostAddress, hostPort }) => ({
      ...(hostAddress === undefined ? {} : { HostIp: hostAddress }),
      HostPort: hostPort === undefined ? "" : String(hostPort),
    })),
  ]);
  return Object.fromEntries(bindings);
};

const exposedPorts = (spec: ContainerSpec): Readonly<Record<string, object>> =>
  Object.fromEntries([...spec.ports.map((port) => `${port.containerPort}/${port.protocol}`), ...spec.expose].map((key) => [key, {}]));

/** The engine wants a seccomp profile itself, not its path; the docker CLI reads the file for it. */
const inlineSeccomp = (option: string): string => {
  if (!option.startsWith("seccomp=/")) return option;
  const path = option.slice("seccomp=".length);
  try {
    return `seccomp=${JSON.stringify(JSON.parse(readTextFile(path, 1024 * 1024)))}`;
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new SeaworthyError("INPUT_INVALID", `the seccomp profile ${path} is not JSON: ${error.message}`, { cause: error });
    throw error;
  }
};

const connections = (spec: ContainerSpec, input: ContainerInput): readonly NetworkConnection[] =>
  spec.networks.map(({ network, aliases, address }: NetworkAttachment) => {
    const fixed = input.addresses?.get(network) ?? address;
    return {
      network: input.networks.get(network) ?? network,
      aliases: [...new Set([...(input.aliases ?? []), ...aliases])],
      ...(fixed === undefined ? {} : { address: fixed }),
    };
  });

const networkMode = (spec: ContainerSpec, first: NetworkConnection | undefined, input: ContainerInput): string => {
  const mode = spec.networkMode;
  if (mode?.startsWith("service:") !== true) return mode ?? first?.network ?? "none";
  const service = mode.slice("service:".length);
  const container = input.containerOf?.(service);
  if (container === undefined)
    throw new SeaworthyError("INPUT_INVALID", `network_mode: ${mode} needs a running container of ${service}, and there is none`);
  return `container:${container}`;
};

const filled = <K extends string, V extends object>(key: K, value: V): { readonly [P in K]?: V } =>
  (Array.isArray(value) ? value.length : Object.keys(value).length) === 0 ? {} : ({ [key]: value } as { readonly [P in K]: V });

const given = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V });

const resourceConfig = ({ resources }: ContainerSpec) => ({
  ...given("Memory", resources.memoryBytes),
  ...given("MemorySwap", resources.memorySwapBytes),
  ...given("MemoryReservation", resources.memoryReservationBytes),
  ...given("NanoCpus", resources.cpus === undefined ? undefined : Math.round(resources.cpus * 1e9)),
  ...given("PidsLimit", resources.pids),
  ...given("CpuShares", resources.cpuShares),
  ...given("CpusetCpus", resources.cpuset),
});

const hostConfig = (spec: ContainerSpec, first: NetworkConnection | undefined, input: ContainerInput): HostConfig => ({
  NetworkMode: networkMode(spec, first, input),
  ...filled("PortBindings", portBindings(spec)),
  ...filled("Mounts", mountConfig(spec, input)),
  ...filled("Tmpfs", tmpfsMap(spec)),
  RestartPolicy: { Name: spec.restart.policy, ...given("MaximumRetryCount", spec.restart.maxRetries) },
  ...(spec.init ? { Init: true } : {}),
  ReadonlyRootfs: spec.readOnlyRoot,
  Privileged: spec.privileged,
  ...filled("CapAdd", spec.capAdd),
  ...filled("CapDrop", spec.capDrop),
  ...filled("SecurityOpt", spec.securityOpt.map(inlineSeccomp)),
  ...resourceConfig(spec),
  ...given("LogConfig", spec.logging === undefined ? undefined : { Type: spec.logging.driver, Config: spec.logging.options }),
  ...filled("ExtraHosts", spec.extraHosts),
  ...filled(
    "Ulimits",
    spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
  ),
  ...given("ShmSize", spec.shmSizeBytes),
  ...filled("Sysctls", spec.sysctls),
  ...filled("GroupAdd", spec.groupAdd),
  ...filled("Dns", spec.dns.servers),
  ...filled("DnsSearch", spec.dns.search),
  ...filled("DnsOptions", spec.dns.options),
  ...given("PidMode", spec.pid),
  ...given("IpcMode", spec.ipc),
  ...given("CgroupParent", spec.cgroupParent),
  ...given("Runtime", spec.runtime),
  ...given("OomScoreAdj", spec.oomScoreAdj),
  ...filled(
    "Devices",
    spec.devices.map(({ host, container, permissions }) => ({
      PathOnHost: host,
      PathInContainer: container,
      CgroupPermissions: permissions,
    })),
  ),
});

/**
 * The engine's create body for one container of a service, as docker compose maps it (facts: its create.go), and the networks to connect afterwards.
 * The platform is not part of the body: give `spec.platform` to the engine's create call.
 * @throws INPUT_INVALID when a secret or config has no file, or a shared network's container is not there; INPUT_NOT_FOUND for a seccomp profile.
 */
export const toContainerConfig = (spec: ContainerSpec, input: ContainerInput): ContainerPlan => {
  const [first, ...rest] = connections(spec, input);
  const environment = { ...spec.environment, ...input.environmentExtra };
  const config: ContainerConfig = {
    Image: input.image,
    ...given("Cmd", spec.command),
    ...given("Entrypoint", spec.entrypoint),
    ...filled(
      "Env",
      Object.entries(environment).map(([key, value]) => `${key}=${value}`),
    ),
    ...given("User", spec.user),
    ...given("WorkingDir", spec.workingDir),
    ...given("Hostname", spec.hostname),
    ...given("Domainname", spec.domainname),
    Labels: { ...spec.labels, ...input.labels },
    ...filled("ExposedPorts", exposedPorts(spec)),
    ...given("Healthcheck", spec.healthcheck === undefined ? undefined : healthConfig(spec.healthcheck)),
    ...given("StopSignal", spec.stopSignal),
    StopTimeout: Math.ceil(spec.stopGraceSeconds),
    ...(spec.tty ? { Tty: true } : {}),
    ...(spec.stdinOpen ? { OpenStdin: true } : {}),
    HostConfig: hostConfig(spec, first, input),
    ...(first === undefined
      ? {}
      : {
          NetworkingConfig: {
            EndpointsConfig: {
              [first.network]: {
                ...filled("Aliases", first.aliases),
                ...given("IPAMConfig", first.address === undefined ? undefined : { IPv4Address: first.address }),
              },
            },
          },
        }),
  };
  return { config, connect: rest };
};
