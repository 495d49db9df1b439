import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Clock, fileError, lock } from "../../core/index.ts";
import { syncFolder } from "./blob-files.ts";
import { type Blobs, createBlobs } from "./blobs.ts";
import { openDatabase } from "./database.ts";
import { createManifests, type Manifests } from "./manifests.ts";
import { listRepositories } from "./repositories.ts";
import { createTags, type Tags } from "./tags.ts";
import { createUploads, type Uploads } from "./uploads.ts";

/** A registry's data folder, held by one process: `blobs/`, `uploads/`, `registry.sqlite`, `registry.lock`. */
export interface Store {
  readonly blobs: Blobs;
  readonly uploads: Uploads;
  readonly manifests: Manifests;
  readonly tags: Tags;
  /** Names after `last`, in byte order. */
  repositories(last: string, count: number): readonly string[];
  close(): void;
}

/** @throws LOCKED when another registry serves this folder; DISK_FULL, PERMISSION_DENIED */
export const openStore = async (dataFolder: string, clock: Clock, reserveBytes: number): Promise<Store> => {
  try {
    mkdirSync(dataFolder, { recursive: true });
    const held = await lock(join(dataFolder, "registry.lock"), { who: "a registry", what: `serving ${dataFolder}` });
    try {
      mkdirSync(join(dataFolder, "blobs"), { recursive: true });
      const database = openDatabase(join(dataFolder, "registry.sqlite"));
      const uploads = createUploads(dataFolder, clock, reserveBytes);
      await syncFolder(dataFolder);
      return {
        blobs: createBlobs(database, dataFolder, clock),
        uploads,
        manifests: createManifests(database, clock),
        tags: createTags(database, clock),
        repositories: (last, count) => listRepositories(database, last, count),
        close: () => {
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
