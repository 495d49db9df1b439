import { createHash } from "node:crypto";
import {
  type Clock,
  type Digest,
  digestOf,
  formatReference,
  type ImageRunConfig,
  parseReference,
  type Platform,
  SeaworthyError,
} from "../../core/index.ts";
import type { BuildCacheRecord, NetworkConfig, VolumeState } from "../ports.ts";
import type { ContainerConfig, ContainerState, EngineEvent, Labels } from "../types.ts";

export interface FakeImage {
  readonly id: Digest;
  readonly platform: Platform;
  readonly sizeBytes: number;
  readonly config: ImageRunConfig;
  readonly layers: readonly Digest[];
  /** Repository digests it is known under, `host/name@sha256:...`. */
  readonly digests: readonly string[];
  /** Milliseconds since the epoch. Default 0. */
  readonly createdAt?: number;
}

/** What a fake container does once it is started; by default it runs silently until it is stopped and then exits with 0. */
export interface FakeBehaviour {
  /** `stdout` and `stderr` lines, in order. */
  readonly lines?: readonly string[];
  /** Ends at once with this code. */
  readonly exitCode?: number;
  /** Exit code after the stop signal. Default 0. */
  readonly stopExitCode?: number;
  readonly health?: "starting" | "healthy" | "unhealthy";
}

export interface FakeContainer {
  readonly id: string;
  name: string;
  config: ContainerConfig;
  state: ContainerState["state"];
  pid: number;
  exitCode: number | undefined;
  oomKilled: boolean;
  restartCount: number;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  health: ContainerState["health"] | undefined;
  behaviour: FakeBehaviour;
  readonly lines: { readonly atMs: number; readonly text: string }[];
  /** Network id to the endpoint's wishes and, while it runs, its address. */
  readonly endpoints: Map<string, { readonly aliases: readonly string[]; readonly fixed: string | undefined; address: string }>;
}

export interface FakeNetwork {
  readonly id: string;
  readonly name: string;
  readonly config: NetworkConfig;
  readonly subnet: string;
}

export interface FakeStore {
  readonly clock: Clock;
  readonly platform: Platform;
  readonly containers: Map<string, FakeContainer>;
  /** Full reference to image: the engine's own store. */
  readonly images: Map<string, FakeImage>;
  /** Full reference to when it was given. */
  readonly taggedAt: Map<string, number>;
  readonly buildCache: BuildCacheRecord[];
  readonly networks: Map<string, FakeNetwork>;
  readonly volumes: Map<string, VolumeState>;
  readonly watchers: Set<() => void>;
  readonly events: EngineEvent[];
  nextId(kind: string): string;
  emit(type: EngineEvent["type"], action: string, id: string, attributes: Labels): void;
}

export const createStore = (clock: Clock, platform: Platform): FakeStore => {
  let counter = 0;
  const store: FakeStore = {
    clock,
    platform,
    containers: new Map(),
    images: new Map(),
    taggedAt: new Map(),
    buildCache: [],
    networks: new Map(),
    volumes: new Map(),
    watchers: new Set(),
    events: [],
    nextId: (kind) => {
      counter += 1;
      return createHash("sha256").update(`${kind} ${counter}`).digest("hex");
    },
    emit: (type, action, id, attributes) => {
      store.events.push({ type, action, id, attributes, at: clock.now() });
      for (const wake of store.watchers) wake();
    },
  };
  return store;
};

/** The engine's refusal in the same shape as the real adapter gives it. */
export const refusal = (tried: string, words: string, status: number, more: Readonly<Record<string, unknown>> = {}): SeaworthyError =>
  new SeaworthyError("ENGINE_REFUSED", `cannot ${tried}: ${words}`, { details: { status, ...more } });

export const hasLabels = (labels: Labels, wanted: Labels): boolean =>
  Object.entries(wanted).every(([key, value]) => Object.hasOwn(labels, key) && (value === "" || labels[key] === value));

/** Docker's rule: names and tags default to `latest`, a digest stands alone. */
export const imageKey = (text: string): string => {
  const { registry, repository, tag, digest } = parseReference(text);
  return formatReference(digest === undefined ? { registry, repository, tag: tag ?? "latest" } : { registry, repository, digest });
};

export const findImage = (store: FakeStore, text: string): FakeImage | undefined => {
  if (/^(sha256:)?[0-9a-f]{12,64}$/.test(text)) {
    const hex = text.replace("sha256:", "");
    const byId = [...store.images.values()].find((image) => image.id.startsWith(`sha256:${hex}`));
    if (byId !== undefined) return byId;
    if (/^[0-9a-f]{64}$/.test(text)) return undefined;
  }
  const key = imageKey(text);
  return store.images.get(key) ?? [...store.images.values()].find((image) => image.digests.some((digest) => imageKey(digest) === key));
};

/** An image out of nothing, its id made from its content. */
export const fakeImage = (image: Partial<FakeImage> = {}): FakeImage => {
  const config = image.config ?? { env: [], exposedPorts: [], volumes: [], labels: {} };
  const platform = image.platform ?? { os: "linux", architecture: "amd64" };
  const layers = image.layers ?? [digestOf(JSON.stringify(config))];
  return {
    id: image.id ?? digestOf(JSON.stringify({ config, platform, layers })),
    platform,
    sizeBytes: image.sizeBytes ?? 1_000_000,
    config,
    layers,
    digests: image.digests ?? [],
    ...(image.createdAt === undefined ? {} : { createdAt: image.createdAt }),
  };
};

/** By name, or by at least twelve digits of the id. */
export const findContainer = (store: FakeStore, text: string): FakeContainer | undefined =>
  [...store.containers.values()].find((one) => one.name === text || (text.length >= 12 && one.id.startsWith(text)));

export const findNetwork = (store: FakeStore, text: string): FakeNetwork | undefined =>
  [...store.networks.values()].find((one) => one.name === text || (text.length >= 12 && one.id.startsWith(text)));
