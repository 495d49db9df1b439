import type { ContainerConfig, ContainerState, HealthConfig, HostConfig, ImageRunConfig } from "../../engine/index.ts";
import type { Connection } from "../plan.ts";

/** One way in which a running container is not what the compose file says. Values of the environment never appear. */
export interface SettingDifference {
  /** As the compose file calls it. */
  readonly setting: string;
  /** A sentence's part: what the container has, what the file says. */
  readonly words: string;
}

/** What the file would make of a service: the engine's create body, and networks that are connected afterwards. */
export interface Expected {
  readonly config: ContainerConfig;
  readonly connect: readonly Connection[];
}

const text = (value: unknown): string => {
  const said = value === undefined || value === "" ? "nothing" : typeof value === "string" ? value : JSON.stringify(value);
  return said.length > 120 ? `${said.slice(0, 117)}...` : said;
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const differ = (setting: string, runs: unknown, file: unknown): readonly SettingDifference[] =>
  same(runs, file) ? [] : [{ setting, words: `the container has ${text(runs)}, the file says ${text(file)}` }];

/** Neither nothing nor the engine's zero value. */
const given = <T>(value: T | undefined | null): T | undefined =>
  value === undefined || value === null || (Array.isArray(value) && value.length === 0) || value === "" ? undefined : value;

const sorted = (list: readonly string[] | undefined): readonly string[] | undefined => given(list?.toSorted());

const variables = (list: readonly string[] = []): ReadonlyMap<string, string> =>
  new Map(
    list.map((one) => {
      const at = one.indexOf("=");
      return at < 0 ? [one, ""] : [one.slice(0, at), one.slice(at + 1)];
    }),
  );

const environment = (now: ContainerConfig, image: ImageRunConfig, file: ContainerConfig): readonly SettingDifference[] => {
  const runs = variables(now.Env);
  const wanted = new Map([...variables(image.env), ...variables(file.Env)]);
  return [...new Set([...runs.keys(), ...wanted.keys()])].toSorted().flatMap((key) => {
    if (runs.get(key) === wanted.get(key)) return [];
    const words = !runs.has(key)
      ? "the container has no such variable, the file has"
      : wanted.has(key)
        ? "the container has another value than the file"
        : "the container has it, the file has not";
    return [{ setting: `environment ${key}`, words }];
  });
};

const healthOf = (check: HealthConfig | undefined): unknown => {
  const test = given(check?.Test);
  if (check === undefined || test === undefined) return undefined;
  return { test, interval: check.Interval ?? 0, timeout: check.Timeout ?? 0, start: check.StartPeriod ?? 0, retries: check.Retries ?? 0 };
};

const imageHealth = ({ healthcheck }: ImageRunConfig): HealthConfig | undefined =>
  healthcheck === undefined
    ? undefined
    : {
        ...(healthcheck.test === undefined ? {} : { Test: healthcheck.test }),
        ...(healthcheck.intervalNs === undefined ? {} : { Interval: healthcheck.intervalNs }),
        ...(healthcheck.timeoutNs === undefined ? {} : { Timeout: healthcheck.timeoutNs }),
        ...(healthcheck.startPeriodNs === undefined ? {} : { StartPeriod: healthcheck.startPeriodNs }),
        ...(healthcheck.retries === undefined ? {} : { Retries: healthcheck.retries }),
      };

const program = (now: ContainerConfig, image: ImageRunConfig, file: ContainerConfig): readonly SettingDifference[] => {
  // An entrypoint of the container's own takes the image's command away.
  const command = file.Cmd ?? (file.Entrypoint === undefined ? image.command : undefined);
  const health = file.Healthcheck === undefined ? imageHealth(image) : { ...imageHealth(image), ...file.Healthcheck };
  return [
    ...differ("entrypoint", given(now.Entrypoint), given(file.Entrypoint ?? image.entrypoint)),
    ...differ("command", given(now.Cmd), given(command)),
    ...differ("user", given(now.User), given(file.User ?? image.user)),
    ...differ("working_dir", given(now.WorkingDir), given(file.WorkingDir ?? image.workingDir)),
    ...differ("stop_signal", now.StopSignal ?? image.stopSignal ?? "SIGTERM", file.StopSignal ?? image.stopSignal ?? "SIGTERM"),
    ...differ("stop_grace_period", `${now.StopTimeout ?? 10}s`, `${file.StopTimeout ?? 10}s`),
    ...differ("tty", now.Tty ?? false, file.Tty ?? false),
    ...differ("stdin_open", now.OpenStdin ?? false, file.OpenStdin ?? false),
    // Without one the engine takes the container's id.
    ...(file.Hostname === undefined ? [] : differ("hostname", given(now.Hostname), file.Hostname)),
    ...differ("domainname", given(now.Domainname), given(file.Domainname)),
    ...differ("healthcheck", healthOf(now.Healthcheck), healthOf(health)),
  ];
};

const labels = (now: ContainerConfig, image: ImageRunConfig, file: ContainerConfig): readonly SettingDifference[] => {
  const own = (all: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(all).filter(([key]) => !/^(?:com\.docker\.compose|dev\.seaworthy)\./.test(key)));
  const [runs, wanted] = [own(now.Labels), own({ ...image.labels, ...file.Labels })];
  return [...new Set([...Object.keys(runs), ...Object.keys(wanted)])]
    .toSorted()
    .flatMap((key) => differ(`labels ${key}`, runs[key], wanted[key]));
};

/** `0.0.0.0:80->3000/tcp` */
export const publishedPorts = ({ PortBindings = {} }: HostConfig): readonly string[] =>
  Object.entries(PortBindings)
    .flatMap(([inner, bindings]) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => `${given(HostIp) ?? "0.0.0.0"}:${given(HostPort) ?? "any"}->${inner}`),
    )
    .toSorted();

const restart = ({ RestartPolicy }: HostConfig): string => {
  const name = given(RestartPolicy?.Name) ?? "no";
  const count = RestartPolicy?.MaximumRetryCount ?? 0;
  return name === "on-failure" && count > 0 ? `${name}:${count}` : name;
};

const caps = (list: readonly string[] | undefined): readonly string[] | undefined =>
  sorted(list?.map((one) => one.toUpperCase().replace(/^CAP_/, "")));

/** The long form of an option is the short one's, said in other words. */
const options = (list: readonly string[] | undefined): readonly string[] | undefined =>
  sorted(list?.map((one) => one.replace(/^([a-z-]+):/, "$1=").replace(/=true$/, "")));

const limits = (now: HostConfig, file: HostConfig): readonly SettingDifference[] => [
  ...differ("restart", restart(now), restart(file)),
  ...differ("privileged", now.Privileged ?? false, file.Privileged ?? false),
  ...differ("read_only", now.ReadonlyRootfs ?? false, file.ReadonlyRootfs ?? false),
  ...differ("init", now.Init ?? false, file.Init ?? false),
  ...differ("cap_add", caps(now.CapAdd), caps(file.CapAdd)),
  ...differ("cap_drop", caps(now.CapDrop), caps(file.CapDrop)),
  ...differ("security_opt", options(now.SecurityOpt), options(file.SecurityOpt)),
  ...differ("mem_limit", now.Memory ?? 0, file.Memory ?? 0),
  // The engine fills it in from the limit when nobody gives it.
  ...(file.MemorySwap === undefined ? [] : differ("memswap_limit", now.MemorySwap, file.MemorySwap)),
  ...differ("mem_reservation", now.MemoryReservation ?? 0, file.MemoryReservation ?? 0),
  ...differ("cpus", now.NanoCpus ?? 0, file.NanoCpus ?? 0),
  ...differ("pids_limit", now.PidsLimit ?? 0, file.PidsLimit ?? 0),
  ...differ("cpu_shares", now.CpuShares ?? 0, file.CpuShares ?? 0),
  ...differ("cpuset", given(now.CpusetCpus), given(file.CpusetCpus)),
  ...differ("oom_score_adj", now.OomScoreAdj ?? 0, file.OomScoreAdj ?? 0),
  ...differ("shm_size", now.ShmSize ?? 67_108_864, file.ShmSize ?? 67_108_864),
];

const pairs = (record: Readonly<Record<string, string>> | undefined): readonly string[] | undefined =>
  sorted(Object.entries(record ?? {}).map(([key, value]) => `${key}=${value}`));

/** What an engine has that names nothing else. */
const unlessDefault = (value: string | undefined, ...defaults: readonly string[]): string | undefined =>
  value === undefined || value === "" || defaults.includes(value) ? undefined : value;

const kernel = (now: HostConfig, file: HostConfig): readonly SettingDifference[] => [
  ...differ("ipc", unlessDefault(now.IpcMode, "private", "shareable"), unlessDefault(file.IpcMode, "private", "shareable")),
  ...differ("pid", given(now.PidMode), given(file.PidMode)),
  ...differ("cgroup_parent", given(now.CgroupParent), given(file.CgroupParent)),
  ...differ("runtime", unlessDefault(now.Runtime, "runc", "io.containerd.runc.v2"), unlessDefault(file.Runtime, "runc")),
  ...differ("sysctls", pairs(now.Sysctls), pairs(file.Sysctls)),
  ...differ("group_add", sorted(now.GroupAdd), sorted(file.GroupAdd)),
  ...differ("extra_hosts", sorted(now.ExtraHosts), sorted(file.ExtraHosts)),
  ...differ("dns", given(now.Dns), given(file.Dns)),
  ...differ("dns_search", given(now.DnsSearch), given(file.DnsSearch)),
  ...differ("dns_opt", sorted(now.DnsOptions), sorted(file.DnsOptions)),
  ...differ(
    "ulimits",
    sorted(now.Ulimits?.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`)),
    sorted(file.Ulimits?.map(({ Name, Soft, Hard }) => `${Name}=${Soft}:${Hard}`)),
  ),
  ...differ(
    "devices",
    sorted(now.Devices?.map((one) => `${one.PathOnHost}:${one.PathInContainer}:${one.CgroupPermissions}`)),
    sorted(file.Devices?.map((one) => `${one.PathOnHost}:${one.PathInContainer}:${one.CgroupPermissions}`)),
  ),
  // Without one the engine gives its own, whatever that is.
  ...(file.LogConfig === undefined
    ? []
    : differ(
        "logging",
        `${now.LogConfig?.Type ?? ""} ${text(pairs(now.LogConfig?.Config))}`,
        `${file.LogConfig.Type} ${text(pairs(file.LogConfig.Config))}`,
      )),
];

const isAnonymous = (name: string | undefined): boolean => name === undefined || /^[0-9a-f]{64}$/.test(name);

/** Volumes that have no name: a new container gets an empty one in its place. Path in the container to the volume. */
export const anonymousVolumes = ({ mounts = [] }: ContainerState): ReadonlyMap<string, string> =>
  new Map(mounts.flatMap(({ type, name, target }) => (type === "volume" && isAnonymous(name) ? [[target, name ?? ""] as const] : [])));

/** `files`: targets of secrets and configs, whose place on the host is each tool's own. */
const mounts = (now: ContainerState, file: HostConfig, files: ReadonlySet<string>): readonly SettingDifference[] => {
  const describe = (type: string, source: string, readOnly: boolean): string =>
    `${type} ${source === "" ? "without a name" : source}${readOnly ? " read-only" : ""}`;
  const runs = new Map(
    (now.mounts ?? []).flatMap(({ type, name, source, target, readOnly }) =>
      type === "tmpfs"
        ? []
        : [[target, describe(type, type === "volume" ? (isAnonymous(name) ? "" : (name ?? "")) : source, readOnly)] as const],
    ),
  );
  const wanted = new Map(
    (file.Mounts ?? []).flatMap(({ Type, Source = "", Target, ReadOnly = false }) =>
      Type === "tmpfs" ? [] : [[Target, describe(Type, Source, ReadOnly)] as const],
    ),
  );
  const tmpfs = (host: HostConfig): readonly string[] | undefined =>
    sorted([...Object.keys(host.Tmpfs ?? {}), ...(host.Mounts ?? []).flatMap(({ Type, Target }) => (Type === "tmpfs" ? [Target] : []))]);
  const targets = [...new Set([...runs.keys(), ...wanted.keys()])].toSorted();
  return [
    ...targets.flatMap((target) => {
      const [has, says] = [runs.get(target), wanted.get(target)];
      if (files.has(target)) return has === undefined ? differ(`volumes ${target}`, has, says) : [];
      // The image's own volume: the file need not name it.
      if (says === undefined && has === describe("volume", "", false)) return [];
      return differ(`volumes ${target}`, has, says);
    }),
    ...differ("tmpfs", tmpfs(now.config.HostConfig), tmpfs(file)),
  ];
};

const networks = (now: ContainerState, { config, connect }: Expected): readonly SettingDifference[] => {
  const mode = config.HostConfig.NetworkMode ?? "none";
  const runs = now.config.HostConfig.NetworkMode ?? "";
  const endpoints = { ...config.NetworkingConfig?.EndpointsConfig };
  if (Object.keys(endpoints).length === 0) return differ("network_mode", runs, mode);
  const wanted = new Map([
    ...Object.entries(endpoints).map(
      ([name, one]) => [name, { aliases: one.Aliases ?? [], address: one.IPAMConfig?.IPv4Address }] as const,
    ),
    ...connect.map((one) => [one.network, { aliases: one.aliases, address: one.address }] as const),
  ]);
  const has = now.config.NetworkingConfig?.EndpointsConfig ?? {};
  return [...new Set([...Object.keys(has), ...wanted.keys()])].toSorted().flatMap((name): readonly SettingDifference[] => {
    const file = wanted.get(name);
    const endpoint = has[name];
    if (endpoint === undefined) return [{ setting: `networks ${name}`, words: "the container is not in it, the file says it is" }];
    if (file === undefined) return [{ setting: `networks ${name}`, words: "the container is in it, the file does not say so" }];
    const missing = file.aliases.filter((alias) => endpoint.Aliases?.includes(alias) !== true);
    const address = endpoint.IPAMConfig?.IPv4Address;
    return [
      ...(missing.length === 0 ? [] : [{ setting: `networks ${name}`, words: `others do not find it there as ${missing.join(", ")}` }]),
      ...(address === file.address ? [] : differ(`networks ${name}`, address, file.address)),
    ];
  });
};

/**
 * How a running container differs from what the file would make now, the image apart. Published ports are told by themselves, because they are what
 * changes hands. What the image says itself, and what the engine fills in when nobody says it, is no difference.
 */
export const compareContainer = (
  now: ContainerState,
  image: ImageRunConfig,
  expected: Expected,
  files: ReadonlySet<string>,
): { readonly differences: readonly SettingDifference[]; readonly ports: readonly SettingDifference[] } => {
  const { config } = expected;
  return {
    differences: [
      ...program(now.config, image, config),
      ...environment(now.config, image, config),
      ...labels(now.config, image, config),
      ...limits(now.config.HostConfig, config.HostConfig),
      ...kernel(now.config.HostConfig, config.HostConfig),
      ...mounts(now, config.HostConfig, files),
      ...networks(now, expected),
    ],
    ports: differ("ports", given(publishedPorts(now.config.HostConfig)), given(publishedPorts(config.HostConfig))),
  };
};
