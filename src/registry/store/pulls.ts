import type { Clock, Digest } from "../../core/index.ts";
import type { Database } from "./database.ts";
import type { Needed } from "./needed.ts";

/** Kept in memory at most this long, and for at most this many references, before they are written. */
const WRITE_EVERY_MS = 60_000;
const MAX_WAITING = 1000;

/** Who was pulled, and when last: coarse, because a pull must not wait for a disk. */
export interface Pulls {
  /** A manifest was answered. HEAD asks whether it is there, and counts as a lease but not as a pull. */
  record(repository: string, reference: string, digest: Digest, method: "GET" | "HEAD"): void;
  /** Writes what waits. Never throws for a full disk: statistics are not worth an answer. */
  flush(): void;
}

interface Waiting {
  pulls: number;
  pulledAt: number;
  seenAt: number;
}

const ADD =
  "INSERT INTO pull (repository_id, reference, pulls, pulled_at, seen_at) SELECT id, ?2, ?3, ?4, ?5 FROM repository WHERE name = ?1 ON CONFLICT DO UPDATE SET pulls = pulls + excluded.pulls, pulled_at = max(pulled_at, excluded.pulled_at), seen_at = max(seen_at, excluded.seen_at)";

export const createPulls = (database: Database, clock: Clock, needed: Needed): Pulls => {
  const waiting = new Map<string, Waiting>();
  let writtenAt = clock.now();
  const flush = (): void => {
    writtenAt = clock.now();
    if (waiting.size === 0) return;
    try {
      database.transaction(() => {
        for (const [key, { pulls, pulledAt, seenAt }] of waiting) {
          const [repository = "", reference = ""] = key.split(" ");
          database.run(ADD, repository, reference, pulls, pulledAt, seenAt);
        }
      });
      waiting.clear();
    } catch {
      // Tried again in a minute. What does not fit by then is dropped: memory is bounded.
      if (waiting.size > MAX_WAITING) waiting.clear();
    }
  };
  const add = (repository: string, reference: string, method: "GET" | "HEAD", now: number): void => {
    const key = `${repository} ${reference}`;
    const entry = waiting.get(key) ?? { pulls: 0, pulledAt: 0, seenAt: 0 };
    entry.seenAt = now;
    if (method === "GET") {
      entry.pulls += 1;
      entry.pulledAt = now;
    }
    waiting.set(key, entry);
  };
  return {
    record: (repository, reference, digest, method) => {
      const now = clock.now();
      needed.tell(digest);
      add(repository, digest, method, now);
      if (reference !== digest) add(repository, reference, method, now);
      if (waiting.size > MAX_WAITING || now - writtenAt > WRITE_EVERY_MS) flush();
    },
    flush,
  };
};
