import { join } from "node:path";
import { type Clock, type Digest, type KernelLock, lock, silentProgress, type StateFolder, systemClock } from "../core/index.ts";
import { type Engine, probeHttp } from "../engine/index.ts";
import type { Keep } from "../project/index.ts";
import type { Proxy } from "../proxy/index.ts";
import type { World } from "./actions/index.ts";
import { withAdopted } from "./adopt/adopted.ts";
import { describeReplica } from "./describe.ts";
import { linuxNetwork } from "./host/linux.ts";
import { type Entry, type Journal, openJournal } from "./journal.ts";
import { type Live, readLive } from "./live.ts";
import { manifestDigest, type ReleaseManifest } from "./manifest.ts";
import type { ReleasesOptions, RunOptions } from "./options.ts";
import type { Plan } from "./plan.ts";
import { takePlace } from "./queue.ts";
import { recordedKeep } from "./retention.ts";
import type { Direction } from "./rollout/change.ts";
import { planRolling } from "./rollout/rolling.ts";
import { liveRelease } from "./rollout-state.ts";

/** A release's entry in the journal, but for what the actor knows. */
type Begun = Omit<Extract<Entry, { kind: "release" }>, "kind" | "digest" | "who" | "keep"> & { readonly digest?: Digest };

/** Who acts on a host, with what, and the turns that are taken. */
export interface Actor {
  readonly journal: Journal;
  /** Adopted containers are told as ours. */
  readonly engine: Engine;
  readonly proxy: Proxy;
  readonly state: StateFolder;
  /** user@host, for the audit trail. */
  readonly who: string;
  readonly clock: Clock;
  readonly host: NonNullable<World["host"]>;
  readonly world: (project: string, options: RunOptions) => World;
  readonly leasePath: (project: string, service: string) => string;
  /**
   * Works with the leases of services, taken in the order of names, so that two actors can never hold what the other waits for. `queued`: of those who wait for
   * it so, the newest takes the place of the others. @throws LOCKED
   */
  readonly leased: <T>(
    project: string,
    services: readonly string[],
    what: string,
    options: RunOptions,
    work: () => Promise<T>,
    queued?: boolean,
  ) => Promise<T>;
  /** Of the manifest and of what is live. */
  readonly servicesOf: (manifest: ReleaseManifest) => readonly string[];
  /** What the caller says, else what the last release said. */
  readonly keepOf: (project: string, options: RunOptions) => { readonly keep?: Keep };
  /** Puts a release on record before its first step. */
  readonly begin: (release: Begun, options: RunOptions) => void;
  readonly planned: (manifest: ReleaseManifest, direction?: Direction) => Promise<{ readonly plan: Plan; readonly live: Live }>;
}

export const openActor = ({
  engine: bare,
  proxy,
  state,
  who,
  clock = systemClock,
  probe = probeHttp,
  host = linuxNetwork,
}: ReleasesOptions): Actor => {
  const journal = openJournal(state.folder, clock);
  const engine = withAdopted(bare, journal);
  const leasePath = (project: string, service: string): string => join(state.folder, "leases", `${project}.${service}.sqlite`);

  const world = (project: string, options: RunOptions): World => ({
    project,
    engine,
    proxy,
    state,
    clock,
    probe,
    host,
    progress: options.progress ?? silentProgress,
    content: options.content ?? (async () => undefined),
    credentials: options.credentials ?? (async () => undefined),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });

  const leased = async <T>(
    project: string,
    services: readonly string[],
    what: string,
    options: RunOptions,
    work: () => Promise<T>,
    queued = false,
  ): Promise<T> => {
    const held: KernelLock[] = [];
    const { waitMs = 0 } = options;
    try {
      {
        using place = queued && waitMs > 0 ? takePlace(join(state.folder, "leases"), project, { who, what }) : undefined;
        const signals = [options.signal, place?.signal].filter((one) => one !== undefined);
        for (const service of [...new Set(services)].toSorted())
          held.push(await lock(leasePath(project, service), { who, what }, { waitMs, clock, signal: AbortSignal.any(signals) }));
      }
      return await work();
    } finally {
      for (const lease of held.toReversed()) lease.release();
    }
  };

  const servicesOf = (manifest: ReleaseManifest): readonly string[] => {
    const live = liveRelease(journal, manifest.project)?.entry.manifest.services ?? [];
    return [...manifest.services, ...live].map(({ name }) => name);
  };

  const keepOf = (project: string, { keep = recordedKeep(journal, project) }: RunOptions): { readonly keep?: Keep } =>
    keep === undefined ? {} : { keep };

  const begin = (release: Begun, options: RunOptions): void => {
    const { manifest, plan, digest = manifestDigest(manifest) } = release;
    journal.append(manifest.project, plan.release, { ...release, kind: "release", digest, who, ...keepOf(manifest.project, options) });
  };

  const planned = async (
    manifest: ReleaseManifest,
    direction: Direction = "update",
  ): Promise<{ readonly plan: Plan; readonly live: Live }> => {
    const live = await readLive(engine, proxy, manifest.project, servicesOf(manifest));
    const plan = planRolling(manifest, live, journal.nextRelease(manifest.project), describeReplica(manifest, state, live), direction);
    return { plan, live };
  };

  return { journal, engine, proxy, state, who, clock, host, world, leasePath, leased, servicesOf, keepOf, begin, planned };
};
