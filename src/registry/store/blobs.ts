import { type Digest, hexOf } from "../../core/index.ts";
import { isDiskFull, Refusal } from "../refusal.ts";
import type { OpenBlob } from "./blob-storage.ts";
import { numberOf, textOf } from "./database.ts";
import type { Inside } from "./inside.ts";
import { repositoryId, type RepositoryKind, requireRepositoryId } from "./repositories.ts";

/** Blobs as repositories see them: one that no link gives to a repository does not exist there, whoever else has it (CVE-2024-39897). */
export interface Blobs {
  /** Undefined when the repository has none, or its bytes are damaged. Whoever is told that it is there may count on it until the grace has passed. The caller closes it. */
  open(repository: string, digest: Digest): Promise<OpenBlob | undefined>;
  /** Takes a synced upload in; durable when it returns. Over what was there before, which heals it. */
  store(repository: string, digest: Digest, path: string, size: number, kind?: RepositoryKind): Promise<void>;
  /** Gives a blob of another repository to this one too: of `from`, else of any. Those that `readable` refuses do not have it. False when none has. */
  mount(repository: string, digest: Digest, from: string | undefined, readable?: (repository: string) => boolean): Promise<boolean>;
  /** Takes the blob from this repository. Its bytes stay: other repositories, or a push under way, may count on them. @throws DENIED when an image here needs it */
  unlink(repository: string, digest: Digest): void;
}

const HOLDERS =
  "SELECT r.name FROM repository_blob l JOIN repository r ON r.id = l.repository_id WHERE l.digest = ? ORDER BY r.name LIMIT 1000";
const LINKED =
  "SELECT b.size, l.seen_at FROM repository r JOIN repository_blob l ON l.repository_id = r.id JOIN blob b ON b.digest = l.digest WHERE r.name = ? AND b.digest = ? AND b.state = 'present'";

export const createBlobs = ({ database, storage, clock, exclusive, reached }: Inside, leaseMs: () => number): Blobs => {
  const link = (repository: string, digest: Digest, now: number, kind: RepositoryKind): void => {
    database.run(
      "INSERT INTO repository_blob (repository_id, digest, seen_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at",
      repositoryId(database, repository, kind),
      digest,
      now,
    );
  };
  const openSized = async (digest: Digest, size: number | undefined): Promise<OpenBlob | undefined> =>
    size === undefined ? undefined : storage.open(digest, size);
  const sizeIn = (repository: string, digest: Digest): number | undefined => {
    const row = database.one(LINKED, repository, digest);
    return row === undefined ? undefined : numberOf(row, "size");
  };
  const renew = (repository: string, digest: Digest, seenAt: number): void => {
    if (clock.now() - seenAt < leaseMs()) return;
    try {
      database.run(
        "UPDATE repository_blob SET seen_at = ? WHERE digest = ? AND repository_id = (SELECT id FROM repository WHERE name = ?)",
        clock.now(),
        digest,
        repository,
      );
    } catch (error) {
      // Pulls go on while the disk is full; what is pushed meanwhile is refused anyway.
      if (!isDiskFull(error)) throw error;
    }
  };
  return {
    open: async (repository, digest) => {
      const row = database.one(LINKED, repository, digest);
      if (row === undefined) return undefined;
      renew(repository, digest, numberOf(row, "seen_at"));
      return openSized(digest, numberOf(row, "size"));
    },
    store: (repository, digest, path, size, kind = "local") =>
      exclusive(digest, async () => {
        await storage.place(path, digest, size);
        reached("blob.placed");
        database.transaction(() => {
          const now = clock.now();
          database.run(
            "INSERT INTO blob (digest, size, stored_at, last_seen, state, state_at, verified_at) VALUES (?1, ?2, ?3, ?3, 'present', ?3, ?3) ON CONFLICT (digest) DO UPDATE SET size = excluded.size, last_seen = excluded.last_seen, state = 'present', state_at = excluded.state_at, verified_at = excluded.verified_at",
            digest,
            size,
            now,
          );
          link(repository, digest, now, kind);
        });
        reached("blob.stored");
      }),
    mount: async (repository, digest, from, readable = () => true) => {
      const holders = from === undefined ? database.all(HOLDERS, digest).map((row) => textOf(row, "name")) : [from];
      const source = holders.find(readable);
      if (source === undefined) return false;
      const blob = await openSized(digest, sizeIn(source, digest));
      if (blob === undefined) return false;
      await blob.close();
      return database.transaction(() => {
        // While the file was looked at, it may have been condemned or found to be rotten.
        if (sizeIn(source, digest) === undefined) return false;
        link(repository, digest, clock.now(), "local");
        return true;
      });
    },
    unlink: (repository, digest) => {
      database.transaction(() => {
        const id = requireRepositoryId(database, repository);
        const user = database.one(
          "SELECT e.parent FROM manifest_edge e JOIN manifest m ON m.repository_id = e.repository_id AND m.digest = e.parent WHERE e.repository_id = ? AND e.child = ? AND e.kind IN ('config', 'layer') AND m.deleted_at IS NULL LIMIT 1",
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
        database.run("UPDATE blob SET last_seen = ? WHERE digest = ?", clock.now(), digest);
      });
    },
  };
};
