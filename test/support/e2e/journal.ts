import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { Call, Result } from "./installation.ts";

/** One line of the journal, as the product wrote it. */
export interface Line {
  readonly position: number;
  readonly release: number;
  readonly kind: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly step?: string;
  readonly outcome?: string;
  readonly report?: readonly Readonly<Record<string, unknown>>[];
}

const rows = (stateFolder: string): readonly Line[] => {
  const path = join(stateFolder, "journal.sqlite");
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    // Its writer has made the file, and not yet what is in it.
    if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'entries'").get() === undefined) return [];
    const found = database.prepare("SELECT position, release, kind, at, body FROM entries ORDER BY position").all();
    return found.map((row) => {
      const { step, outcome, report } = JSON.parse(String(row["body"])) as Partial<Line>;
      return {
        position: Number(row["position"]),
        release: Number(row["release"]),
        kind: String(row["kind"]),
        at: Number(row["at"]),
        ...(step === undefined ? {} : { step }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(report === undefined ? {} : { report }),
      };
    });
  } finally {
    database.close();
  }
};

/** The journal of a state folder, read beside the process that writes it. */
export const readJournal = (stateFolder: string, release?: number): readonly Line[] =>
  rows(stateFolder).filter((line) => release === undefined || line.release === release);

/** Number of the newest release that was begun; 0 before the first. */
export const newestRelease = (stateFolder: string): number => Math.max(0, ...readJournal(stateFolder).map(({ release }) => release));

/** Waits until the journal has such a line for the release that a call of the CLI is making, and gives it. @throws when the call ends without it */
export const waitForLine = async (
  stateFolder: string,
  call: Call,
  release: number,
  kind: "intent" | "done" | "reverting" | "paused",
  step: string | RegExp,
  withinMs = 60_000,
): Promise<Line> => {
  const deadline = performance.now() + withinMs;
  let ended: Result | undefined;
  void call.ended.then((result) => (ended = result));
  for (;;) {
    const over = ended;
    const lines = readJournal(stateFolder, release);
    const found = lines.find(
      (line) => line.kind === kind && (typeof step === "string" ? (line.step ?? "") === step : step.test(line.step ?? "")),
    );
    if (found !== undefined) return found;
    if (over !== undefined || performance.now() > deadline) {
      const last = lines.slice(-5).map((line) => `${line.kind} ${line.step ?? line.outcome ?? ""}`);
      throw new Error(
        `the journal of r${release} never had "${kind} ${String(step)}"; its last lines: ${last.join(", ")}\n${over?.said ?? "the call goes on"}`,
      );
    }
    await sleep(3);
  }
};
