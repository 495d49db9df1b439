import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { type Clock, isoTime, wordsOf } from "../../core/index.ts";

/** One line of the audit log. Never a password or a token. */
export interface AuditEntry {
  readonly who: string;
  /** `pull`, `push`, `delete`, `denied`, `login-failed`, `account-added`, ... */
  readonly did: string;
  /** The client's address; absent for a command on the registry's host. */
  readonly from?: string;
  readonly repository?: string;
  readonly reference?: string;
  readonly digest?: string;
  readonly status?: number;
  readonly why?: string;
  readonly agent?: string;
}

export interface Audit {
  record(entry: AuditEntry): void;
}

const MAX_FIELD = 300;

/**
 * Appends JSON lines to `audit/<year>-<month>.jsonl` of the data folder, mode 0600. Nothing is ever taken out. A line is one write in append mode, so
 * the registry and a command may write at once; it outlives the death of the process, and is not synced for each line.
 */
export const openAudit = (dataFolder: string, clock: Clock, complain: (words: string) => void): Audit => {
  const folder = join(dataFolder, "audit");
  let open: { readonly name: string; readonly handle: number } | undefined;
  const handleFor = (name: string): number => {
    if (open?.name === name) return open.handle;
    if (open !== undefined) closeSync(open.handle);
    open = undefined;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    open = { name, handle: openSync(join(folder, name), "a", 0o600) };
    return open.handle;
  };
  let failing = false;
  return {
    record: (entry) => {
      const at = isoTime(clock.now());
      const bounded = Object.entries(entry).map(([key, value]) => [key, typeof value === "string" ? value.slice(0, MAX_FIELD) : value]);
      try {
        writeSync(handleFor(`${at.slice(0, 7)}.jsonl`), `${JSON.stringify({ at, ...Object.fromEntries(bounded) })}\n`);
        failing = false;
      } catch (error) {
        // Said once, not for each request on a full disk.
        if (!failing) complain(`the audit log cannot be written: ${wordsOf(error)}`);
        failing = true;
      }
    },
  };
};
