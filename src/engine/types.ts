import type { Platform } from "../core/index.ts";

export type Labels = Readonly<Record<string, string>>;

/** Times in nanoseconds, as the Engine API counts them. `["NONE"]` turns the image's own check off. */
export interface HealthConfig {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly Retries?: number;
  readonly StartPeriod?: number;
}

export interface MountConfig {
  readonly Type: "bind" | "volume" | "tmpfs";
  readonly Source?: string;
  readonly Target: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: { readonly Propagation?: string };
  readonly VolumeOptions?: { readonly NoCopy?: boolean };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
}

export interface EndpointConfig {
  readonly Aliases?: readonly string[];
  readonly IPAMConfig?: { readonly IPv4Address?: string; readonly IPv6Address?: string };
}

/**
 * The part of the Engine API's container create body that Seaworthy uses, in the API's own spelling
 * (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerCreate).
 */
export interface ContainerConfig {
  readonly Image: string;
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Hostname?: string;
  readonly Domainname?: string;
  readonly Labels: Labels;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Healthcheck?: HealthConfig;
  readonly StopSignal?: string;
  /** Seconds. */
  readonly StopTimeout?: number;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
  /** Standard input ends with the first client that had it. */
  readonly StdinOnce?: boolean;
  readonly HostConfig: HostConfig;
  readonly NetworkingConfig?: { readonly EndpointsConfig: Readonly<Record<string, EndpointConfig>> };
}

export interface HostConfig {
  readonly NetworkMode?: string;
  readonly PortBindings?: Readonly<Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[]>>;
  readonly Mounts?: readonly MountConfig[];
  readonly Tmpfs?: Readonly<Record<string, string>>;
  readonly RestartPolicy?: { readonly Name: "no" | "always" | "on-failure" | "unless-stopped"; readonly MaximumRetryCount?: number };
  readonly Init?: boolean;
  readonly ReadonlyRootfs?: boolean;
  readonly Privileged?: boolean;
  readonly CapAdd?: readonly string[];
  readonly CapDrop?: readonly string[];
  readonly SecurityOpt?: readonly string[];
  /** Bytes. */
  readonly Memory?: number;
  /** Bytes of memory and swap together; equal to Memory means no swap. */
  readonly MemorySwap?: number;
  readonly MemoryReservation?: number;
  /** Billionths of a CPU. */
  readonly NanoCpus?: number;
  readonly PidsLimit?: number;
  readonly LogConfig?: { readonly Type: string; readonly Config?: Labels };
  readonly ExtraHosts?: readonly string[];
  readonly Ulimits?: readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[];
  readonly ShmSize?: number;
  readonly Sysctls?: Labels;
  readonly GroupAdd?: readonly string[];
  readonly Dns?: readonly string[];
  readonly DnsSearch?: readonly string[];
  readonly DnsOptions?: readonly string[];
  readonly PidMode?: string;
  readonly IpcMode?: string;
  readonly OomScoreAdj?: number;
  readonly CpuShares?: number;
  readonly CpusetCpus?: string;
  readonly CgroupParent?: string;
  readonly Runtime?: string;
  readonly Devices?: readonly { readonly PathOnHost: string; readonly PathInContainer: string; readonly CgroupPermissions: string }[];
}

export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
  readonly state: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
}

export interface ContainerState extends ContainerSummary {
  /** What it was created from, as given. */
  readonly config: ContainerConfig;
  readonly pid?: number;
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  readonly restartCount: number;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Absent when the container has no health check. `lastOutput` is the last probe's words. */
  readonly health?: { readonly status: "starting" | "healthy" | "unhealthy"; readonly failingStreak: number; readonly lastOutput: string };
  /** Network name to the container's IPv4 address there; empty while it does not run and has no fixed address. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The image it was made from, whatever its name stands for by now. */
  readonly imageId?: string;
  /** Volumes and folders inside it, however they were asked for. */
  readonly mounts?: readonly MountPoint[];
  /** Settings that it has and that `config` has no word for, by the engine's names. */
  readonly beyond?: readonly string[];
}

/** A volume or folder of the host inside a container, as the engine says it. */
export interface MountPoint {
  readonly type: string;
  /** Of a volume. */
  readonly name?: string;
  /** On the host. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export type RestartPolicy = NonNullable<HostConfig["RestartPolicy"]>;

export interface EngineInfo {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly platform: Platform;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly storageFolder: string;
  readonly cgroupVersion: 1 | 2;
  readonly securityOptions: readonly string[];
  readonly rootless: boolean;
  /** Address that answered, e.g. unix:///var/run/docker.sock. */
  readonly address: string;
}

export interface EngineEvent {
  readonly type: "container" | "network" | "volume" | "image" | "daemon";
  /** start, die, oom, kill, destroy, health_status: healthy ... as the engine names them. */
  readonly action: string;
  readonly id: string;
  readonly attributes: Labels;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
