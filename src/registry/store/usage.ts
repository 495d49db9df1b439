import type { Digest } from "../../core/index.ts";
import { type Database, numberOf } from "./database.ts";

/** How much is kept, for quotas. */
export interface Usage {
  /** Bytes of the blobs in a repository; what it shares with others counts in each. 0 for one that does not exist. */
  bytesOf(repository: string): number;
  holds(repository: string, digest: Digest): boolean;
}

const SUM =
  "SELECT sum(b.size) AS bytes FROM repository r JOIN repository_blob l ON l.repository_id = r.id JOIN blob b ON b.digest = l.digest WHERE r.name = ? AND b.state = 'present'";
const LINK =
  "SELECT 1 FROM repository r JOIN repository_blob l ON l.repository_id = r.id JOIN blob b ON b.digest = l.digest WHERE r.name = ? AND l.digest = ? AND b.state = 'present'";

export const createUsage = (database: Database): Usage => ({
  bytesOf: (repository) => numberOf(database.one(SUM, repository) ?? {}, "bytes"),
  holds: (repository, digest) => database.one(LINK, repository, digest) !== undefined,
});
