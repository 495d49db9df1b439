import type { FileHandle } from "node:fs/promises";
import { type Clock, type Digest, hexOf } from "../../core/index.ts";
import { Refusal } from "../refusal.ts";
import { blobFile, openBlobFile, placeBlobFile } from "./blob-files.ts";
import { type Database, numberOf, textOf } from "./database.ts";
import { repositoryId, requireRepositoryId } from "./repositories.ts";

export interface OpenBlob {
  readonly file: FileHandle;
  readonly size: number;
}

/** Blobs as repositories see them: one that no link gives to a repository does not exist there, whoever else has it (CVE-2024-39897). */
export interface Blobs {
  /** Undefined when the repository has none, or its file is damaged. The caller closes the file. */
  open(repository: string, digest: Digest): Promise<OpenBlob | undefined>;
  /** Takes a synced upload in; durable when it returns. */
  store(repository: string, digest: Digest, path: string, size: number): Promise<void>;
  /** Gives a blob of another repository to this one too: of `from`, else of any. Those that `readable` refuses do not have it. False when none has. */
  mount(repository: string, digest: Digest, from: string | undefined, readable?: (repository: string) => boolean): Promise<boolean>;
  /** Takes the blob from this repository. Its bytes stay: other repositories, or a push under way, may count on them. @throws DENIED when an image here needs it */
  unlink(repository: string, digest: Digest): void;
}

const LINKED =
  "SELECT b.size FROM repository r JOIN repository_blob l ON l.repository_id = r.id JOIN blob b ON b.digest = l.digest WHERE r.name = ? AND b.digest = ?";
const HOLDERS =
  "SELECT r.name FROM repository_blob l JOIN repository r ON r.id = l.repository_id WHERE l.digest = ? ORDER BY r.name LIMIT 1000";

export const createBlobs = (database: Database, dataFolder: string, clock: Clock): Blobs => {
  const link = (repository: string, digest: Digest): void => {
    database.run(
      "INSERT INTO repository_blob (repository_id, digest) VALUES (?, ?) ON CONFLICT DO NOTHING",
      repositoryId(database, repository),
      digest,
    );
  };
  const openSized = async (digest: Digest, size: number | undefined): Promise<OpenBlob | undefined> => {
    if (size === undefined) return undefined;
    const file = await openBlobFile(blobFile(dataFolder, digest), size);
    return file === undefined ? undefined : { file, size };
  };
  const sizeIn = (repository: string, digest: Digest): number | undefined => {
    const row = database.one(LINKED, repository, digest);
    return row === undefined ? undefined : numberOf(row, "size");
  };
  return {
    open: (repository, digest) => openSized(digest, sizeIn(repository, digest)),
    store: async (repository, digest, path, size) => {
      await placeBlobFile(dataFolder, path, digest);
      database.transaction(() => {
        const now = clock.now();
        database.run(
          "INSERT INTO blob (digest, size, stored_at, last_seen) VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET size = excluded.size, last_seen = excluded.last_seen",
          digest,
          size,
          now,
          now,
        );
        link(repository, digest);
      });
    },
    mount: async (repository, digest, from, readable = () => true) => {
      const holders = from === undefined ? database.all(HOLDERS, digest).map((row) => textOf(row, "name")) : [from];
      const source = holders.find(readable);
      const blob = source === undefined ? undefined : await openSized(digest, sizeIn(source, digest));
      if (blob === undefined) return false;
      await blob.file.close();
      database.transaction(() => {
        database.run("UPDATE blob SET last_seen = ? WHERE digest = ?", clock.now(), digest);
        link(repository, digest);
      });
      return true;
    },
    unlink: (repository, digest) => {
      database.transaction(() => {
        const id = requireRepositoryId(database, repository);
        const user = database.one(
          "SELECT parent FROM manifest_edge WHERE repository_id = ? AND child = ? AND kind IN ('config', 'layer') LIMIT 1",
          id,
          digest,
        );
        if (user !== undefined)
          throw new Refusal(
            409,
            "DENIED",
            `blob ${hexOf(digest).slice(0, 12)} is part of ${textOf(user, "parent")} in ${repository}; delete that manifest first`,
          );
        if (database.run("DELETE FROM repository_blob WHERE repository_id = ? AND digest = ?", id, digest) === 0)
          throw new Refusal(404, "BLOB_UNKNOWN", `${repository} has no blob ${digest}`);
      });
    },
  };
};
