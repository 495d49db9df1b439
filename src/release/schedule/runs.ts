import { chmodSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileError, isSeaworthyError, SeaworthyError, wordsOf } from "../../core/index.ts";

/** How a run of a scheduled service ended. `lost`: its container is gone, and whether it did its work is not known. `missed`: it was never begun. */
export type RunOutcome = "succeeded" | "failed" | "out-of-memory" | "timed-out" | "not-started" | "lost" | "missed";

export interface Run {
  readonly id: number;
  readonly project: string;
  readonly service: string;
  /** Whose image, environment and secrets it has. */
  readonly release: number;
  readonly container: string;
  /** The time of the schedule that it is for, in milliseconds since the epoch; absent when somebody asked for it. */
  readonly dueAt?: number;
  readonly who: string;
  /** From the container's start. */
  readonly deadlineMs: number;
  readonly graceSeconds: number;
  readonly begunAt: number;
  /** Absent while it is under way, or nobody has looked since. */
  readonly ended?: RunEnd;
}

export interface RunEnd {
  readonly outcome: RunOutcome;
  readonly at: number;
  readonly exitCode?: number;
  /** Between the container's start and its end. */
  readonly seconds?: number;
  /** Why, where the outcome alone does not say it. */
  readonly because?: string;
  /** Its last lines, redacted. */
  readonly log: readonly string[];
}

/**
 * What scheduled services did: apart from the journal, because a service that runs every minute would bury the releases in it, and bounded, because nobody goes back to a run.
 */
export interface Runs extends Disposable {
  begin(run: Omit<Run, "id" | "ended">): Run;
  end(id: number, end: RunEnd): void;
  /** Newest first. */
  of(project: string, service: string, count: number): readonly Run[];
  /** Begun and not ended, of all projects, oldest first. */
  open(): readonly Run[];
  /** The newest time of the schedule that was run, or missed. */
  lastDue(project: string, service: string): number | undefined;
  /** Since when the service has this schedule here; `now` when it is seen for the first time. */
  since(project: string, service: string, schedule: string, now: number): number;
}

/** Runs kept of each service. */
const KEPT = 200;
const BUSY_MS = 10_000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project TEXT NOT NULL,
  service TEXT NOT NULL,
  due INTEGER,
  ended INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS runs_of ON runs (project, service, id);
CREATE INDEX IF NOT EXISTS runs_open ON runs (id) WHERE ended = 0;
CREATE TABLE IF NOT EXISTS schedules (
  project TEXT NOT NULL,
  service TEXT NOT NULL,
  schedule TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (project, service)
) STRICT;
`;

interface Row {
  readonly id: number;
  readonly body: string;
}

const coded = (error: unknown, path: string): unknown => {
  if (isSeaworthyError(error)) return error;
  const words = wordsOf(error);
  if (/is full|SQLITE_FULL/i.test(words))
    return new SeaworthyError("DISK_FULL", `no space left for the runs of scheduled services in ${path}`, { cause: error });
  if (/malformed|not a database|corrupt|disk I\/O/i.test(words))
    return new SeaworthyError("STATE_NEEDS_PERSON", `${path} cannot be read: ${words}`, {
      cause: error,
      hint: "It has what scheduled services did, and nothing that a release needs: move it away, and a new one is made.",
    });
  if (/readonly|unable to open/i.test(words))
    return new SeaworthyError("PERMISSION_DENIED", `may not write ${path}: ${words}`, { cause: error });
  return fileError(error, `open ${path}`);
};

/** @throws STATE_NEEDS_PERSON when the file is none of ours, DISK_FULL, PERMISSION_DENIED */
export const openRuns = (folder: string): Runs => {
  const path = join(folder, "runs.sqlite");
  const guard = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw coded(error, path);
    }
  };
  const database = guard(() => {
    const opened = new DatabaseSync(path, { timeout: BUSY_MS });
    // What is begun must be known after a crash, before its container is there.
    opened.exec(`PRAGMA synchronous = FULL; BEGIN IMMEDIATE; ${SCHEMA} COMMIT;`);
    chmodSync(path, 0o600);
    return opened;
  });
  const rows = (sql: string, ...values: readonly (string | number)[]): readonly Run[] =>
    guard(() =>
      (database.prepare(sql).all(...values) as unknown as readonly Row[]).map(({ id, body }): Run => ({
        ...(JSON.parse(body) as Run),
        id,
      })),
    );
  return {
    begin: (run) =>
      guard(() => {
        const { lastInsertRowid } = database
          .prepare("INSERT INTO runs (project, service, due, ended, body) VALUES (?, ?, ?, 0, ?)")
          .run(run.project, run.service, run.dueAt ?? null, JSON.stringify(run));
        database
          .prepare(
            `DELETE FROM runs WHERE project = ?1 AND service = ?2 AND ended = 1
             AND id NOT IN (SELECT id FROM runs WHERE project = ?1 AND service = ?2 ORDER BY id DESC LIMIT ${KEPT})`,
          )
          .run(run.project, run.service);
        return { ...run, id: Number(lastInsertRowid) };
      }),
    end: (id, ended) =>
      guard(() => {
        // Whoever comes second found out the same, and what was written first stays.
        database
          .prepare("UPDATE runs SET ended = 1, body = json_set(body, '$.ended', json(?)) WHERE id = ? AND ended = 0")
          .run(JSON.stringify(ended), id);
      }),
    of: (project, service, count) =>
      rows("SELECT id, body FROM runs WHERE project = ? AND service = ? ORDER BY id DESC LIMIT ?", project, service, count),
    open: () => rows("SELECT id, body FROM runs WHERE ended = 0 ORDER BY id"),
    lastDue: (project, service) => {
      const last = guard(() =>
        database.prepare("SELECT max(due) AS last FROM runs WHERE project = ? AND service = ?").get(project, service),
      )?.["last"];
      return typeof last === "number" ? last : undefined;
    },
    since: (project, service, schedule, now) =>
      guard(() => {
        const known = database.prepare("SELECT schedule, since FROM schedules WHERE project = ? AND service = ?").get(project, service);
        if (known?.["schedule"] === schedule) return Number(known["since"]);
        database
          .prepare(
            "INSERT INTO schedules VALUES (?, ?, ?, ?) ON CONFLICT (project, service) DO UPDATE SET schedule = excluded.schedule, since = excluded.since",
          )
          .run(project, service, schedule, now);
        return now;
      }),
    [Symbol.dispose]: () => database.close(),
  };
};
