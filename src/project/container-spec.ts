import type { Platform, Reference } from "../core/index.ts";

/**
 * How one container of a service runs: the one description that checks read, trials vary, releases create and targets translate.
 * Everything is resolved: no interpolation, no relative path, no default left open. Field names follow the Compose Specification where it has a word.
 */
export interface ContainerSpec {
  /** What the service names; a service that is only built has none until its digest is known. */
  readonly image?: Reference;
  readonly platform?: Platform;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDir?: string;
  readonly hostname?: string;
  readonly domainname?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly PublishedPort[];
  /** `3000/tcp` */
  readonly expose: readonly string[];
  readonly networks: readonly NetworkAttachment[];
  /** `host`, `none`, `service:NAME`: excludes `networks`. */
  readonly networkMode?: string;
  readonly mounts: readonly Mount[];
  readonly secrets: readonly FileMount[];
  readonly configs: readonly FileMount[];
  readonly restart: { readonly policy: "no" | "always" | "on-failure" | "unless-stopped"; readonly maxRetries?: number };
  readonly healthcheck?: Healthcheck;
  readonly stopSignal?: string;
  /** Seconds from the stop signal to SIGKILL. Compose's default is 10. */
  readonly stopGraceSeconds: number;
  readonly init: boolean;
  readonly readOnlyRoot: boolean;
  readonly privileged: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
  readonly resources: Resources;
  readonly logging?: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly extraHosts: readonly string[];
  readonly ulimits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[];
  readonly shmSizeBytes?: number;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly groupAdd: readonly string[];
  readonly dns: { readonly servers: readonly string[]; readonly search: readonly string[]; readonly options: readonly string[] };
  readonly tty: boolean;
  readonly stdinOpen: boolean;
  readonly pid?: string;
  readonly ipc?: string;
  readonly cgroupParent?: string;
  /** OCI runtime by the name the engine knows it under. */
  readonly runtime?: string;
  /** -1000 to 1000; lower is killed later. */
  readonly oomScoreAdj?: number;
  readonly devices: readonly { readonly host: string; readonly container: string; readonly permissions: string }[];
}

export interface PublishedPort {
  /** Absent: every address, which only the proxy should do. */
  readonly hostAddress?: string;
  /** Absent: the engine picks one. */
  readonly hostPort?: number;
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp" | "sctp";
}

export interface NetworkAttachment {
  /** The key under `networks:`. */
  readonly network: string;
  readonly aliases: readonly string[];
  readonly address?: string;
}

export type Mount =
  | {
      readonly type: "volume";
      /** The key under `volumes:`; absent for an anonymous volume. */ readonly volume?: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly noCopy?: boolean;
    }
  | {
      readonly type: "bind";
      /** Absolute. */ readonly source: string;
      readonly target: string;
      readonly readOnly: boolean;
      readonly propagation?: string;
    }
  | {
      readonly type: "tmpfs";
      readonly target: string;
      readonly sizeBytes?: number;
      /** Octal permission bits as a number. */ readonly mode?: number;
      /** Further mount options as Compose's short form gives them, e.g. uid=999. */ readonly options?: readonly string[];
    };

/** A secret or config as a file inside the container. */
export interface FileMount {
  /** The key under `secrets:` or `configs:`. */
  readonly source: string;
  /** Absolute path inside the container. Secrets default to /run/secrets/NAME, configs to /NAME. */
  readonly target: string;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. Default 0o444. */
  readonly mode: number;
}

export interface Healthcheck {
  /** `["CMD", ...]`, `["CMD-SHELL", line]`, or `["NONE"]` to turn the image's own off. Absent: the image's test with these times. */
  readonly test?: readonly string[];
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly startPeriodMs?: number;
  readonly retries?: number;
}

/** Limits, all absent when the user set none. */
export interface Resources {
  readonly memoryBytes?: number;
  /** Memory and swap together. */
  readonly memorySwapBytes?: number;
  readonly memoryReservationBytes?: number;
  readonly cpus?: number;
  readonly cpuReservation?: number;
  readonly pids?: number;
  /** Relative weight when CPUs are contended; the kernel's default is 1024. */
  readonly cpuShares?: number;
  /** CPUs it may run on: `0-3`, `0,2`. */
  readonly cpuset?: string;
}
