import { type Clock, type Platform, SeaworthyError, systemClock } from "../../core/index.ts";
import type { BuildCacheRecord, Engine } from "../ports.ts";
import type { ContainerConfig, ContainerState } from "../types.ts";
import { endContainer, fakeContainers } from "./containers.ts";
import { createFailures, type EngineCallRecord, type EngineMethod, type FailureOptions } from "./failures.ts";
import { fakeImages } from "./images.ts";
import { fakeNetworks } from "./networks.ts";
import { createStore, type FakeBehaviour, type FakeContainer, type FakeImage, findContainer, imageKey } from "./store.ts";
import { fakeStorage } from "./storage.ts";
import { fakeSystem } from "./system.ts";
import { fakeVolumes } from "./volumes.ts";

export { type EngineCallRecord, type EngineMethod, type FailureOptions } from "./failures.ts";
export { type FakeBehaviour, type FakeImage, fakeImage } from "./store.ts";

export interface FakeEngineOptions {
  readonly clock?: Clock;
  /** Default linux/amd64. */
  readonly platform?: Platform;
  /** Reference to image: what the engine has. */
  readonly images?: Readonly<Record<string, FakeImage>>;
  /** Reference to image: what a pull finds. */
  readonly remote?: Readonly<Record<string, FakeImage>>;
  readonly buildCache?: readonly BuildCacheRecord[];
  /** What a container does at each start. Default: it runs until it is stopped. */
  readonly behave?: (name: string, config: ContainerConfig) => FakeBehaviour;
}

/** An engine in memory, with the real one's rules about names, addresses, ports and states, and with failures on demand. */
export interface FakeEngine extends Engine {
  /** Every call so far, oldest first, refused ones too. */
  readonly calls: readonly EngineCallRecord[];
  /** The next calls of `method` reject with the error, or never settle. @returns takes it back. */
  fail(method: EngineMethod, outcome: Error | "hang", options?: FailureOptions): () => void;
  /** The container's process ends by itself. */
  exit(container: string, code: number, why?: { readonly oomKilled?: boolean }): void;
  say(container: string, line: string): void;
  setHealth(container: string, health: NonNullable<ContainerState["health"]>): void;
  addImage(reference: string, image: FakeImage): void;
  /** As a restart of the engine leaves it: containers whose policy is not to restart have exited, the others run again. */
  restart(): Promise<void>;
}

export const createFakeEngine = (options: FakeEngineOptions = {}): FakeEngine => {
  const store = createStore(options.clock ?? systemClock, options.platform ?? { os: "linux", architecture: "amd64" });
  for (const [reference, image] of Object.entries(options.images ?? {})) store.images.set(imageKey(reference), image);
  store.buildCache.push(...(options.buildCache ?? []));
  const remote = new Map(Object.entries(options.remote ?? {}).map(([reference, image]) => [imageKey(reference), image]));
  const failures = createFailures();
  const containers = fakeContainers(store, options.behave ?? (() => ({})));

  const mustFind = (container: string): FakeContainer => {
    const found = findContainer(store, container);
    if (found === undefined) throw new SeaworthyError("ENGINE_REFUSED", `there is no container ${container} in the fake engine`);
    return found;
  };

  return {
    containers: failures.wrap("containers", containers),
    images: failures.wrap("images", fakeImages(store, remote)),
    networks: failures.wrap("networks", fakeNetworks(store)),
    volumes: failures.wrap("volumes", fakeVolumes(store)),
    storage: failures.wrap("storage", fakeStorage(store)),
    system: failures.wrap("system", fakeSystem(store)),
    calls: failures.calls,
    fail: failures.fail,
    exit: (container, code, why = {}) => {
      const one = mustFind(container);
      one.oomKilled = why.oomKilled === true;
      if (one.oomKilled) store.emit("container", "oom", one.id, { ...one.config.Labels, name: one.name });
      endContainer(store, one, code);
    },
    say: (container, line) => {
      mustFind(container).lines.push({ atMs: store.clock.now(), text: line });
      for (const wake of store.watchers) wake();
    },
    setHealth: (container, health) => {
      const one = mustFind(container);
      one.health = health;
      store.emit("container", `health_status: ${health.status}`, one.id, { ...one.config.Labels, name: one.name });
    },
    addImage: (reference, image) => {
      store.images.set(imageKey(reference), image);
    },
    restart: async () => {
      const running = [...store.containers.values()].filter((one) => one.state === "running");
      for (const one of running) endContainer(store, one, 137);
      for (const one of running) {
        const policy = one.config.HostConfig.RestartPolicy?.Name ?? "no";
        if (policy !== "no") await containers.start(one.id);
      }
    },
  };
};
