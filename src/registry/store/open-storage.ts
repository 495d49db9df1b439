import { join } from "node:path";
import { SeaworthyError } from "../../core/index.ts";
import { createFileStorage } from "./blob-files.ts";
import type { BlobStorage } from "./blob-storage.ts";
import { type Database, textOf } from "./database.ts";
import type { StoreOptions } from "./store.ts";

interface OpenStorage {
  readonly storage: BlobStorage;
  /** Puts a copy of the database beside the blobs, and says where. Absent where they are files. */
  readonly keepCopy?: () => Promise<string>;
}

/** What stands in the bucket that holds this database's blobs. Undefined: they are files. */
export const identityOf = (database: Database): string | undefined => {
  const row = database.one("SELECT identity FROM storage");
  return row === undefined ? undefined : textOf(row, "identity");
};

/** Files of the data folder, or the bucket that the settings name. @throws STATE_NEEDS_PERSON when it is not where this database's blobs are */
export const openStorage = async (
  database: Database,
  dataFolder: string,
  { policy, clock, reached = () => undefined }: StoreOptions,
): Promise<OpenStorage> => {
  const { s3 } = policy.settings.storage;
  if (s3 === undefined) {
    if (identityOf(database) !== undefined)
      throw new SeaworthyError("STATE_NEEDS_PERSON", `the blobs of ${dataFolder} are in a bucket, and registry.yaml names none`, {
        hint: "Put storage.s3 back into registry.yaml. Nothing was changed.",
      });
    return { storage: createFileStorage(dataFolder) };
  }
  // Loaded where it is used: most registries have files.
  const { openBucket } = await import("../s3/bucket.ts");
  const bucket = await openBucket(s3, { database, dataFolder, reached });
  return {
    storage: bucket.storage,
    keepCopy: () => bucket.keepCopy(join(dataFolder, "uploads", "registry.sqlite"), new Date(clock.now())),
  };
};
