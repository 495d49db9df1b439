import type { Duplex } from "node:stream";
import type { Digest, ImageRunConfig, Platform } from "../core/index.ts";
import type { ContainerConfig, ContainerState, ContainerSummary, EngineEvent, EngineInfo, Labels, RestartPolicy } from "./types.ts";

export interface LogOptions {
  /** The last so many lines. Default: all. */
  readonly tail?: number;
  /** Only what was said from then on, in seconds since the epoch. */
  readonly sinceSeconds?: number;
  /** Goes on until the signal or the container's end. Default false. */
  readonly follow?: boolean;
  /** Each line begins with when it was said, RFC 3339 with nanoseconds in UTC, and a space. Default false. */
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

/** Containers of one engine. Every call is idempotent where its name lets it be: starting what runs and removing what is gone succeed. */
export interface Containers {
  /** @returns the engine's id. @throws ENGINE_REFUSED (details.status 409) when the name is taken. */
  create(name: string, config: ContainerConfig, platform?: Platform): Promise<string>;
  start(container: string): Promise<void>;
  /** Sends the stop signal, waits `graceSeconds`, then SIGKILL. @returns the exit code, undefined when it was gone already. */
  stop(container: string, graceSeconds: number): Promise<number | undefined>;
  kill(container: string, signal: string): Promise<void>;
  /** Whether the engine starts it again by itself, from now on; the container itself is left alone. */
  setRestart(container: string, policy: RestartPolicy): Promise<void>;
  /** Forced; anonymous volumes go too. */
  remove(container: string): Promise<void>;
  /** It runs on under the other name. @throws ENGINE_REFUSED (details.status 409) when that name is taken. */
  rename(container: string, name: string): Promise<void>;
  /** Undefined when there is none of that name or id. */
  inspect(container: string): Promise<ContainerState | undefined>;
  /** Running and stopped, whose labels include all of `labels`; a label with an empty value asks for its presence only. */
  list(labels: Labels): Promise<readonly ContainerSummary[]>;
  /** Lines of stdout and stderr in order, oldest first. */
  logs(container: string, options: LogOptions): AsyncIterable<string>;
}

/** One image of an engine's store. */
export interface ImageSummary {
  readonly id: Digest;
  /** Names with a tag, as the engine writes them: `shop/web:1.2`. */
  readonly tags: readonly string[];
  /** `repository@sha256:...` of registries it was pulled from or pushed to. */
  readonly digests: readonly string[];
  readonly labels: Labels;
  /** Milliseconds since the epoch, as its build says. */
  readonly createdAt: number;
  /** With layers that other images have as well. */
  readonly sizeBytes: number;
}

/** Images in one engine's store. */
export interface Images {
  /** Undefined when the engine has no such image. `digests` are the repository digests it is known under. */
  inspect(reference: string): Promise<
    | {
        readonly id: Digest;
        readonly platform: Platform;
        readonly digests: readonly string[];
        readonly sizeBytes: number;
        readonly config: ImageRunConfig;
        readonly layers: readonly Digest[];
        /** When it got its newest tag here, in milliseconds since the epoch; absent where the engine does not say. */
        readonly taggedAt?: number;
      }
    | undefined
  >;
  /** Every image that has a name or could be given one: what a classic build leaves between two steps is not among them. */
  list(): Promise<readonly ImageSummary[]>;
  /** Pulls by tag or digest. `auth` is sent as the engine's X-Registry-Auth header, never in an argument. @throws IMAGE_NOT_FOUND, PLATFORM_MISSING, REGISTRY_UNREACHABLE */
  pull(
    reference: string,
    options?: {
      readonly platform?: Platform;
      readonly auth?: { readonly username: string; readonly password: string };
      readonly onProgress?: (words: string) => void;
    },
  ): Promise<void>;
  /** A docker-archive tar of one image, as `docker save` writes it. */
  save(reference: string): AsyncIterable<Uint8Array>;
  load(archive: AsyncIterable<Uint8Array>): Promise<void>;
  tag(source: string, target: string): Promise<void>;
  remove(reference: string): Promise<void>;
}

export interface NetworkState {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly internal: boolean;
  readonly labels: Labels;
  /** CIDR of each address pool. */
  readonly subnets: readonly string[];
  /** Container id to its address without the prefix length. */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface NetworkConfig {
  readonly driver: string;
  readonly internal?: boolean;
  readonly enableIpv6?: boolean;
  readonly options?: Labels;
  readonly labels: Labels;
  /** `ipRange` is where the engine allocates by itself; fixed addresses lie outside it. */
  readonly pools?: readonly { readonly subnet: string; readonly gateway?: string; readonly ipRange?: string }[];
}

export interface Networks {
  create(name: string, config: NetworkConfig): Promise<string>;
  inspect(network: string): Promise<NetworkState | undefined>;
  list(labels: Labels): Promise<readonly NetworkState[]>;
  /** `address` is an IPv4 address inside the network's subnet. Connecting what is connected succeeds. */
  connect(network: string, container: string, options?: { readonly aliases?: readonly string[]; readonly address?: string }): Promise<void>;
  disconnect(network: string, container: string): Promise<void>;
  remove(network: string): Promise<void>;
}

export interface VolumeState {
  readonly name: string;
  readonly driver: string;
  readonly labels: Labels;
  readonly mountpoint: string;
}

export interface Volumes {
  /** Creating what exists with the same driver succeeds and changes nothing. */
  create(name: string, config?: { readonly driver?: string; readonly options?: Labels; readonly labels?: Labels }): Promise<void>;
  inspect(volume: string): Promise<VolumeState | undefined>;
  list(labels: Labels): Promise<readonly VolumeState[]>;
  remove(volume: string): Promise<void>;
}

/** One record of the builder's cache. */
export interface BuildCacheRecord {
  readonly id: string;
  /** A build is at work on it. */
  readonly inUse: boolean;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch; when it was made, where it was not used since. */
  readonly usedAt: number;
}

/** What takes room in one engine's store. Every number is the engine's own. */
export interface StorageUse {
  /** All image layers together, each counted once. */
  readonly layersBytes: number;
  /** Image id to what only that image takes. */
  readonly ownBytes: ReadonlyMap<string, number>;
  readonly buildCache: readonly BuildCacheRecord[];
}

/** The room that an engine's store takes. */
export interface Storage {
  /** Takes as long as `docker system df` does: seconds where there is much. */
  use(): Promise<StorageUse>;
  /** Removes records of the build cache that no build uses: those unused for `unusedForMs`, or the least useful until at most `keepBytes` are left. @returns the bytes freed */
  pruneBuildCache(bound: { readonly unusedForMs?: number; readonly keepBytes?: number }): Promise<number>;
}

export interface System {
  /** @throws ENGINE_UNREACHABLE with the address that was tried. */
  info(): Promise<EngineInfo>;
  /** From now on, until the signal. Reconnecting is the caller's business. */
  events(options: { readonly labels?: Labels; readonly signal: AbortSignal }): AsyncIterable<EngineEvent>;
}

/** One container engine. */
export interface Engine {
  readonly containers: Containers;
  readonly images: Images;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly storage: Storage;
  readonly system: System;
}

/** A program that was started in a running container. */
export interface Execution {
  /** Its standard input and output. Ends when it ends; destroying it leaves the program to itself. */
  readonly stream: Duplex;
  /** What it said on standard error so far, the first 64 kB. */
  readonly stderr: () => string;
  /** After the stream's end. Undefined when the engine does not know: the container is gone. */
  readonly exitCode: () => Promise<number | undefined>;
}

export interface ExecRequest {
  readonly command: readonly string[];
  /** Default: the container's own. */
  readonly user?: string;
  readonly env?: readonly string[];
}

/** A path in a container's own layer that is not as its image has it. */
export interface FileChange {
  readonly path: string;
  readonly kind: "modified" | "added" | "deleted";
}

/** What a container used until now. What the engine does not count is absent, never 0. */
export interface ResourceUse {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly cpuNanoseconds?: number;
  readonly throttling?: { readonly periods: number; readonly throttledPeriods: number; readonly throttledNanoseconds: number };
  readonly memory?: {
    /** Without page cache that could go at any time. */
    readonly workingSetBytes: number;
    /** The most it had at once, page cache included; only cgroup v1 tells it. */
    readonly peakBytes?: number;
    readonly limitBytes?: number;
  };
  /** Processes and threads. */
  readonly pids?: number;
}

/** The inside of running containers, for those who have to look closely. */
export interface Inside {
  /** @throws ENGINE_REFUSED when the container does not run, or has no such program or user. */
  exec(container: string, request: ExecRequest): Promise<Execution>;
  changes(container: string): Promise<readonly FileChange[]>;
  usage(container: string): Promise<ResourceUse>;
  /** What the container's own layer holds, in bytes; the engine walks the layer for it. */
  ownLayerBytes(container: string): Promise<number>;
  /** Unpacks a tar below a folder of a container that need not run. A read-only root refuses it outside of volumes. */
  put(container: string, folder: string, tar: AsyncIterable<Uint8Array>): Promise<void>;
}
