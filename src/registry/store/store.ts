import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, fileError, lock } from "../../core/index.ts";
import { LEASE_MS } from "../policy/current.ts";
import type { Policy } from "../policy/policy.ts";
import { syncFolder } from "./blob-files.ts";
import { type Blobs, createBlobs } from "./blobs.ts";
import { collect, type CollectOptions, type CollectReport } from "./collect.ts";
import { numberOf, openDatabase } from "./database.ts";
import { createExclusive } from "./exclusive.ts";
import type { Inside } from "./inside.ts";
import { openStorage } from "./open-storage.ts";
import { createManifests, type Manifests } from "./manifests.ts";
import { createNeeded } from "./needed.ts";
import type { Reached } from "./points.ts";
import { createPulls, type Pulls } from "./pulls.ts";
import { kindOfRepository, listRepositories, type RepositoryKind } from "./repositories.ts";
import { retain, type RetainOptions, type RetainReport } from "./retain.ts";
import { scrub, type ScrubOptions, type ScrubReport } from "./scrub.ts";
import { createOverview, type Overview } from "./overview.ts";
import { createTags, type Tags } from "./tags.ts";
import { createTrash, type Trash } from "./undo.ts";
import { createUploads, type Uploads } from "./uploads.ts";
import { createUsage, type Usage } from "./usage.ts";

/** A registry's data folder, held by one process: `blobs/`, `uploads/`, `quarantine/`, `registry.sqlite`, `registry.lock`. */
export interface Store {
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly manifests: Manifests;
  readonly tags: Tags;
  readonly pulls: Pulls;
  readonly trash: Trash;
  readonly overview: Overview;
  /** Drops tags into the trash, as the policy says. */
  retain(options: RetainOptions): RetainReport;
  /** Collects what nothing needs. */
  collect(options: CollectOptions): Promise<CollectReport>;
  /** Reads blobs and manifests again and puts aside what has other bytes. */
  scrub(options: ScrubOptions): Promise<ScrubReport>;
  readonly usage: Usage;
  /** Why no blob could be stored at this moment, in a few words. */
  fault(): Promise<string | undefined>;
  /** Puts a copy of the database beside the blobs, and says where. Absent where they are files: then one backup takes both. */
  readonly keepCopy?: () => Promise<string>;
  /** When a piece of upkeep was last done to its end, in milliseconds since the epoch; 0 when never. */
  doneAt(name: string): number;
  noteDone(name: string): void;
  /** Names after `last`, in byte order. */
  repositories(last: string, count: number): readonly string[];
  /** Undefined when nothing was ever pushed or mirrored under this name. */
  kindOf(repository: string): RepositoryKind | undefined;
  close(): void;
}

export interface StoreOptions {
  readonly clock: Clock;
  /** Free bytes below which pushes are refused. */
  readonly reserveBytes: number;
  readonly policy: Policy;
  /** Told of each place where a crash has to be survived. */
  readonly reached?: Reached;
}

/** @throws LOCKED when another registry serves this folder; STATE_NEEDS_PERSON when a newer version wrote it; DISK_FULL, PERMISSION_DENIED */
export const openStore = async (dataFolder: string, options: StoreOptions): Promise<Store> => {
  const { clock, reserveBytes, policy, reached = () => undefined } = options;
  try {
    mkdirSync(dataFolder, { recursive: true });
    const held = await lock(join(dataFolder, "registry.lock"), { who: "a registry", what: `serving ${dataFolder}` });
    try {
      mkdirSync(join(dataFolder, "blobs"), { recursive: true });
      const database = openDatabase(join(dataFolder, "registry.sqlite"));
      const { storage, keepCopy } = await openStorage(database, dataFolder, options).catch((error: unknown) => {
        database.close();
        throw error;
      });
      const uploads = createUploads(dataFolder, clock, reserveBytes, reached);
      await syncFolder(dataFolder);
      const exclusive = createExclusive();
      const needed = createNeeded();
      const pulls = createPulls(database, clock, needed);
      // Written again when it is this old, or a tenth of the grace: reading hardly ever writes.
      const leaseMs = (): number => Math.min(LEASE_MS, policy.settings.gc.grace / 10);
      const inside: Inside = { database, storage, clock, exclusive, rules: policy, reached, needed };
      let collecting: Promise<unknown> = Promise.resolve();
      return {
        blobs: createBlobs(inside, leaseMs),
        uploads,
        manifests: createManifests(inside),
        tags: createTags(database, clock, reached),
        pulls,
        trash: createTrash(inside),
        overview: createOverview(inside),
        retain: (options) => {
          pulls.flush();
          return retain(inside, policy, options);
        },
        collect: (options) => {
          const run = collecting.then(() => {
            pulls.flush();
            return collect(inside, policy, options);
          });
          collecting = run.catch(() => undefined);
          return run;
        },
        scrub: (options) => scrub(inside, options),
        usage: createUsage(database),
        fault: () => storage.fault(),
        ...(keepCopy === undefined ? {} : { keepCopy }),
        doneAt: (name) => numberOf(database.one("SELECT done_at FROM upkeep WHERE name = ?", name) ?? {}, "done_at"),
        noteDone: (name) => {
          database.run(
            "INSERT INTO upkeep (name, done_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET done_at = excluded.done_at",
            name,
            clock.now(),
          );
        },
        repositories: (last, count) => listRepositories(database, last, count),
        kindOf: (repository) => kindOfRepository(database, repository),
        close: () => {
          pulls.flush();
          storage.close();
          database.close();
          held.release();
        },
      };
    } catch (error) {
      held.release();
      throw error;
    }
  } catch (error) {
    throw fileError(error, `open the registry's data folder ${dataFolder}`);
  }
};
