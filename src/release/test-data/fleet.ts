import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Clock, fakeClock, type VerifiedDigest } from "../../core/index.ts";
import { createFakeEngine, type FakeEngine, fakeImage } from "../../engine/index.ts";
import type { UpdatePolicy } from "../../project/index.ts";
import { createFakeProxy } from "../../proxy/index.ts";
import type { RolloutOutcome, StepHook } from "../interpreter.ts";
import { LABELS } from "../live.ts";
import type { ReleaseManifest, ReleaseService } from "../manifest.ts";
import { openReleases, type Releases } from "../releases.ts";
import { dbService, manifestOf, webService } from "./manifests.ts";

/** Containers of these names end so many milliseconds after each start. */
export type Deaths = Readonly<Record<string, number>>;

/** Releases on an engine and a proxy in memory, whose time passes by itself. */
export interface Fleet {
  readonly engine: FakeEngine;
  readonly proxy: ReturnType<typeof createFakeProxy>;
  readonly clock: Clock;
  /** Changes while a rollout is under way take effect at once. */
  deaths: Deaths;
  /** The same with an exit status, by default 0: for what is meant to end. A name that ends in `*` stands for all that begin so. */
  ends: Readonly<Record<string, { readonly afterMs: number; readonly code?: number }>>;
  /** The wall clock is set forward or back by so much once so much time has passed. */
  jumps: readonly { readonly afterMs: number; readonly byMs: number }[];
  /** Told before and after each call that the releases make to the engine or the proxy; what it throws is the call's failure. */
  onCall: (call: string) => void;
  /** Names of containers that never answer. */
  silent: readonly string[];
  /** The releases as a new process opens them, after one that held leases has died. */
  open(clock?: Clock): Releases & Disposable;
  deploy(manifest: ReleaseManifest, hook?: StepHook): Promise<RolloutOutcome>;
  /** `name state`, by name. */
  containers(): Promise<readonly string[]>;
  /** `name=weight`, by name. */
  servers(): readonly string[];
}

const clockWith = (after: () => void, jumps: () => Fleet["jumps"]): Clock => {
  const clock = fakeClock();
  return {
    ...clock,
    now: () =>
      jumps()
        .filter(({ afterMs }) => afterMs <= clock.elapsed())
        .reduce((now, { byMs }) => now + byMs, clock.now()),
    boot: () => ({ id: "the only one", ms: clock.elapsed() }),
    sleep: async (ms, signal) => {
      await clock.sleep(ms, signal);
      after();
    },
  };
};

/** The same port, whose every asynchronous call is told of. */
const told = <T extends object>(port: T, name: string, tell: (call: string) => void): T =>
  new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      const path = `${name}.${String(key)}`;
      if (typeof value === "object" && value !== null && !(value instanceof Map)) return told(value, path, tell);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]): unknown => {
        tell(`before ${path}`);
        const result: unknown = Reflect.apply(value, target, args);
        if (!(result instanceof Promise)) return result;
        return result.then((settled: unknown) => {
          tell(`after ${path}`);
          return settled;
        });
      };
    },
  });

const imagesOf = (): readonly string[] =>
  ["1", "2", "3"].flatMap((version) => [webService(version), dbService(version)]).map(({ image }) => `${image.repository}@${image.digest}`);

/** In memory where that can be: a journal that is synced hundreds of times is not what these tests are about. */
const scratchFolder = (): string => {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "sw-fleet-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const createFleet = (folder = scratchFolder()): Fleet => {
  const started = new Map<string, number>();
  const running = new Set<string>();
  const clock = clockWith(
    () => {
      const dying = Object.entries(fleet.deaths).map(([name, afterMs]) => [name, { afterMs, code: 1 }] as const);
      for (const [name, { afterMs, code = 0 }] of [...dying, ...Object.entries(fleet.ends)])
        for (const one of name.endsWith("*") ? [...running].filter((other) => other.startsWith(name.slice(0, -1))) : [name]) {
          const at = started.get(one);
          if (at === undefined || !running.has(one) || clock.elapsed() - at < afterMs) continue;
          running.delete(one);
          engine.exit(one, code);
        }
    },
    () => fleet.jumps,
  );
  const engine = createFakeEngine({
    clock,
    remote: Object.fromEntries(imagesOf().map((reference) => [reference, fakeImage()])),
    behave: (name) => {
      started.set(name, clock.elapsed());
      running.add(name);
      return { lines: [`${name} says hello`] };
    },
  });
  const proxy = createFakeProxy();
  const address = (name: string): Promise<string> => engine.containers.inspect(name).then((found) => found?.labels[LABELS.address] ?? "");
  const open = (own: Clock = clock): Releases & Disposable => {
    rmSync(join(folder, "leases"), { recursive: true, force: true });
    return openReleases({
      engine: told(engine, "engine", (call) => fleet.onCall(call)),
      proxy: told(proxy, "proxy", (call) => fleet.onCall(call)),
      state: { folder, runFolder: join(folder, "run"), uuid: "00000000-0000-0000-0000-000000000000" },
      who: "test@here",
      clock: own,
      probe: async (target) => {
        const silent = await Promise.all(fleet.silent.map(address));
        return silent.includes(target.address)
          ? { ready: false, status: 503, body: "not yet", tookMs: 1 }
          : { ready: true, status: 200, tookMs: 1 };
      },
    });
  };
  const fleet: Fleet = {
    engine,
    proxy,
    clock,
    deaths: {},
    ends: {},
    jumps: [],
    onCall: () => undefined,
    silent: [],
    open,
    deploy: async (manifest, hook) => {
      using releases = open();
      const verified = manifest.services.map(({ image }) => ({ digest: image.digest }) as VerifiedDigest);
      return await releases.deploy(manifest, { why: "test", verified, evidence: [], ...(hook === undefined ? {} : { hook }) });
    },
    containers: async () =>
      (await engine.containers.list({ [LABELS.project]: "shop" })).map(({ name, state }) => `${name} ${state}`).toSorted(),
    servers: () => (proxy.backends.get("shop.web")?.servers ?? []).map(({ name, weight }) => `${name}=${weight}`).toSorted(),
  };
  return fleet;
};

export const swarm = (changes: Partial<UpdatePolicy> = {}): UpdatePolicy => ({
  parallelism: 2,
  delayMs: 0,
  monitorMs: 5000,
  maxFailureRatio: 0.34,
  failureAction: "pause",
  ...changes,
});

/** The shop's web service in three replicas, replaced as the policy says. */
export const threeReplicas = (version: string, update: Partial<UpdatePolicy>, rest: Partial<ReleaseService> = {}): ReleaseManifest => {
  const policy = swarm(update);
  return manifestOf(`${version}.0.0`, [
    webService(version, { replicas: 3, update: policy, ...(policy.order === undefined ? {} : { updateOrder: policy.order }), ...rest }),
  ]);
};
