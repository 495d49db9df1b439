import { hash as hashOf } from "node:crypto";
import { chmodSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import {
  type Boot,
  type Clock,
  type Digest,
  fileError,
  isSeaworthyError,
  READ_ONLY_HINT,
  SeaworthyError,
  systemClock,
  wordsOf,
} from "../core/index.ts";
import type { Evidence } from "../checklist/index.ts";
import type { Keep } from "../project/index.ts";
import type { DropReport } from "./drop-report.ts";
import type { ReleaseManifest } from "./manifest.ts";
import type { AdoptedContainer, KeptContainer } from "./adopt/adopted.ts";
import type { Plan } from "./plan.ts";

/** What the journal can say. Intent comes before the deed and done after it, so that a reader knows of every deed that may have happened. */
export type Entry =
  | {
      readonly kind: "release";
      readonly manifest: ReleaseManifest;
      readonly digest: Digest;
      readonly who: string;
      readonly why: string;
      readonly evidence: readonly Evidence[];
      readonly rollbackTo?: number;
      /** The release that this one put right again, with the same manifest. */
      readonly repairs?: number;
      /** The release that failed and that this rollback followed by itself. */
      readonly after?: number;
      /** How much of the past the project kept then, for those who prune without its settings at hand. */
      readonly keep?: Keep;
      readonly plan: Plan;
    }
  /** Written before its release: containers of docker compose that the release takes as its own, and those that it stops and keeps. */
  | { readonly kind: "adopted"; readonly containers: readonly AdoptedContainer[]; readonly kept: readonly KeptContainer[] }
  /** Somebody's word that containers that an adoption kept are not needed any more, before they are removed. */
  | { readonly kind: "let-go"; readonly containers: readonly KeptContainer[]; readonly who: string }
  | { readonly kind: "intent"; readonly step: string }
  | { readonly kind: "done"; readonly step: string; readonly result?: Readonly<Record<string, unknown>> }
  /**
   * It waits at this step for somebody's word, or until a time (milliseconds since the epoch, and since that boot of the host, which holds when the wall
   * clock was set meanwhile); nobody need be at work meanwhile.
   */
  | {
      readonly kind: "paused";
      readonly step: string;
      readonly because: string;
      readonly untilAt?: number;
      readonly untilBoot?: Boot;
      readonly facts?: Readonly<Record<string, unknown>>;
    }
  /** Somebody's word to go past that step; with `full`, past every later pause and verdict as well. */
  | { readonly kind: "promoted"; readonly step: string; readonly who: string; readonly why: string; readonly full?: true }
  /** Somebody's word to take the rollout back. Whoever is at work sees it between steps and while it waits. */
  | { readonly kind: "abort-requested"; readonly who: string; readonly why: string }
  /** A new replica that failed; what becomes of the rollout its plan's policy says. */
  | {
      readonly kind: "replica-failed";
      readonly step: string;
      readonly service: string;
      readonly name: string;
      readonly because: string;
      readonly log: readonly string[];
      /** Whether it had traffic, or its place, already. */
      readonly served: boolean;
    }
  /** Somebody's word about a service, outside of any rollout; `untilAt` of a pause, in milliseconds since the epoch. What holds now is the proxy's to say. */
  | {
      readonly kind: "by-hand";
      readonly service: string;
      readonly word: "closed" | "opened" | "paused" | "resumed";
      readonly who: string;
      readonly why: string;
      readonly untilAt?: number;
    }
  | { readonly kind: "reverting"; readonly because: string }
  | { readonly kind: "undone"; readonly step: string; readonly result?: Readonly<Record<string, unknown>> }
  | {
      readonly kind: "finished";
      /** `failed`: it could not be taken back any more, and left what runs as it is; the next release brings `rollbackTo` back. */
      readonly outcome: "live" | "reverted" | "failed";
      readonly because?: string;
      readonly problems?: readonly string[];
      /** The release that is to be brought back; absent when there is none, or when this was a rollback itself. */
      readonly rollbackTo?: number;
      readonly report?: readonly DropReport[];
      readonly seconds: number;
    };

export type Written<E extends Entry = Entry> = E & {
  /** Position in the whole journal, from 1. */
  readonly position: number;
  readonly project: string;
  /** The release that the entry is about. */
  readonly release: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/** Append-only, fsynced, hash-chained: the audit trail and the only source of what is live. */
export interface Journal extends Disposable {
  /** Several: in one transaction, all or none. */
  append(project: string, release: number, ...entries: readonly Entry[]): void;
  /** Oldest first. */
  entries(project: string, release?: number): readonly Written[];
  /** Whether an entry of this kind was written about the release: cheap enough to be asked while waiting. */
  has(project: string, release: number, kind: Entry["kind"]): boolean;
  /** Numbers of a project's releases that were begun, newest first: cheap however long its history is. */
  numbers(project: string): readonly number[];
  /** The release that was begun last. */
  newest(project: string): Written<Extract<Entry, { kind: "release" }>> | undefined;
  /** Releases of a project that were begun, newest first, all of them read. */
  releases(project: string): readonly Written<Extract<Entry, { kind: "release" }>>[];
  /** Adoptions of all projects, oldest first: cheap enough to be asked with each look at the engine. */
  adoptions(): readonly Written<Extract<Entry, { kind: "adopted" }>>[];
  projects(): readonly string[];
  /** Of the last entry, 0 when there is none: while it stays the same, so does all that is told here. Cheap enough to be asked every second. */
  lastPosition(): number;
  nextRelease(project: string): number;
  /**
   * Position of the first entry that was changed, put in or taken away by another hand: its hash does not follow from the one before, or it is missing.
   * Undefined when the chain holds.
   */
  firstBroken(): number | undefined;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS entries (
  position INTEGER PRIMARY KEY,
  project TEXT NOT NULL,
  release INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS by_release ON entries (project, release, position);
CREATE INDEX IF NOT EXISTS by_kind ON entries (project, kind, release);
CREATE INDEX IF NOT EXISTS adoptions ON entries (position) WHERE kind = 'adopted';
CREATE TABLE IF NOT EXISTS head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  position INTEGER NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_rewrite BEFORE INSERT ON entries WHEN NEW.position <= (SELECT max(position) FROM entries)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_return BEFORE UPDATE ON head WHEN NEW.position <= OLD.position
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS no_beheading BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
`;

/** Where the journal ends, so that its last entries cannot be taken away unseen. A head that does not fit what is there stays behind for good: so it shows. */
const MOVE_HEAD = `
INSERT INTO head (one, position, hash) VALUES (1, ?, ?)
ON CONFLICT (one) DO UPDATE SET position = excluded.position, hash = excluded.hash
WHERE head.position = excluded.position - 1 AND head.hash = ?`;

interface Row {
  readonly position: number;
  readonly project: string;
  readonly release: number;
  readonly kind: string;
  readonly at: number;
  readonly body: string;
  readonly hash: string;
}

const GENESIS = "0".repeat(64);
const chain = (before: string, row: Omit<Row, "hash">): string =>
  hashOf("sha256", [before, row.position, row.project, row.release, row.kind, row.at, row.body].join("\n"));

const needsPerson = (path: string, why: string, cause?: unknown): SeaworthyError =>
  new SeaworthyError("STATE_NEEDS_PERSON", `the journal ${path} cannot be read: ${why}`, {
    cause,
    hint: "Keep the file, restore the last backup of the state folder, then run seaworthy status.",
  });

/** What SQLite needs beside the journal to read it: shared memory of 32 KiB, and some pages of the log. Without, it says "disk I/O error" (sqlite.org/rescode.html, SQLITE_IOERR_SHMSIZE). */
const NEEDED_BYTES = 64 * 1024;

const hasNoRoom = (folder: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < NEEDED_BYTES;
  } catch {
    return false;
  }
};

const coded = (error: unknown, path: string): unknown => {
  if (isSeaworthyError(error)) return error;
  const words = wordsOf(error);
  if (/is full|SQLITE_FULL/i.test(words) || (/disk I\/O/i.test(words) && hasNoRoom(dirname(path))))
    return new SeaworthyError("DISK_FULL", `no space left for the journal ${path}`, {
      cause: error,
      hint: "Free space on its file system. If a rollout was under way, seaworthy deploy --resume goes on with it.",
    });
  if (/malformed|not a database|corrupt|disk I\/O/i.test(words)) return needsPerson(path, words, error);
  if (/readonly|unable to open/i.test(words))
    return new SeaworthyError("PERMISSION_DENIED", `may not write the journal ${path}: ${words}`, {
      cause: error,
      hint: `Run as the user whose file it is. If that is so already: ${READ_ONLY_HINT}`,
    });
  if (/is locked|SQLITE_BUSY/i.test(words))
    return new SeaworthyError("LOCKED", `another process kept the journal ${path} for ${BUSY_MS / 1000} s`, { cause: error });
  return fileError(error, `open the journal ${path}`);
};

/** How long a writer waits for another one's transaction; each takes milliseconds. */
const BUSY_MS = 10_000;

/** Changing to the write-ahead log needs the file for itself for a moment, and SQLite does not wait for that by itself. */
const openDatabase = (path: string): DatabaseSync => {
  const opened = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    for (const until = performance.now() + BUSY_MS; ;) {
      try {
        opened.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
        break;
      } catch (error) {
        if (!/is locked/i.test(wordsOf(error)) || performance.now() > until) throw error;
      }
    }
    // Two first openers at once: the second waits here and finds everything made.
    opened.exec(`BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    chmodSync(path, 0o600);
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
};

/** @throws STATE_NEEDS_PERSON when the file is no journal, DISK_FULL, PERMISSION_DENIED, LOCKED */
export const openJournal = (folder: string, clock: Pick<Clock, "now"> = systemClock): Journal => {
  const path = join(folder, "journal.sqlite");
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw coded(error, path);
    }
  };
  const database = guard(() => openDatabase(path));
  const rows = (sql: string, ...values: readonly (string | number)[]): readonly Row[] =>
    guard(() => database.prepare(sql).all(...values) as unknown as readonly Row[]);

  const read = (row: Row): Written => {
    try {
      const { position, project, release, at } = row;
      return { ...(JSON.parse(row.body) as Entry), position, project, release, at };
    } catch (error) {
      throw needsPerson(path, `entry ${row.position} is not what was written (${wordsOf(error)})`, error);
    }
  };

  const head = (): Pick<Row, "position" | "hash"> | undefined =>
    guard(() => database.prepare("SELECT position, hash FROM head").get()) as unknown as Pick<Row, "position" | "hash"> | undefined;

  const append = (project: string, release: number, ...entries: readonly Entry[]): void =>
    guard(() => {
      database.exec("BEGIN IMMEDIATE");
      try {
        const last = rows("SELECT * FROM entries ORDER BY position DESC LIMIT 1")[0];
        let [position, before] = [last?.position ?? 0, last?.hash ?? GENESIS];
        for (const entry of entries) {
          position += 1;
          const row = { position, project, release, kind: entry.kind, at: clock.now(), body: JSON.stringify(entry) };
          const hash = chain(before, row);
          database
            .prepare("INSERT INTO entries (position, project, release, kind, at, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .run(position, project, release, row.kind, row.at, row.body, hash);
          database.prepare(MOVE_HEAD).run(position, hash, before);
          before = hash;
        }
        database.exec("COMMIT");
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });

  const begun = (where: string, project: string) =>
    rows(`SELECT * FROM entries ${where}`, project).map((row) => read(row) as Written<Extract<Entry, { kind: "release" }>>);

  return {
    append,
    entries: (project, release) =>
      (release === undefined
        ? rows("SELECT * FROM entries WHERE project = ? ORDER BY position", project)
        : rows("SELECT * FROM entries WHERE project = ? AND release = ? ORDER BY position", project, release)
      ).map(read),
    has: (project, release, kind) =>
      guard(() =>
        database.prepare("SELECT 1 FROM entries WHERE project = ? AND kind = ? AND release = ? LIMIT 1").get(project, kind, release),
      ) !== undefined,
    numbers: (project) =>
      guard(
        () =>
          database
            .prepare("SELECT release FROM entries WHERE project = ? AND kind = 'release' ORDER BY release DESC")
            .all(project) as unknown as readonly Pick<Row, "release">[],
      ).map(({ release }) => release),
    newest: (project) => begun("WHERE project = ? AND kind = 'release' ORDER BY release DESC LIMIT 1", project)[0],
    releases: (project) => begun("WHERE project = ? AND kind = 'release' ORDER BY release DESC", project),
    adoptions: () =>
      rows("SELECT * FROM entries WHERE kind = 'adopted' ORDER BY position").map(
        (row) => read(row) as Written<Extract<Entry, { kind: "adopted" }>>,
      ),
    projects: () =>
      guard(
        () => database.prepare("SELECT DISTINCT project FROM entries ORDER BY project").all() as unknown as readonly { project: string }[],
      ).map((row) => row.project),
    lastPosition: () => Number(guard(() => database.prepare("SELECT max(position) AS last FROM entries").get())?.["last"] ?? 0),
    nextRelease: (project) => (rows("SELECT * FROM entries WHERE project = ? ORDER BY release DESC LIMIT 1", project)[0]?.release ?? 0) + 1,
    firstBroken: () =>
      guard(() => {
        let before = GENESIS;
        let position = 0;
        const end = head();
        // One after the other: all of a long history at once would be as large in memory.
        for (const row of database.prepare("SELECT * FROM entries ORDER BY position").iterate() as unknown as Iterable<Row>) {
          position += 1;
          if (row.position !== position || row.hash !== chain(before, row)) return position;
          if (end !== undefined && (position > end.position || (position === end.position && end.hash !== row.hash))) return position;
          before = row.hash;
        }
        return (end?.position ?? 0) > position ? position + 1 : undefined;
      }),
    [Symbol.dispose]: () => database.close(),
  };
};
