import type { CommandContext } from "@stricli/core";
import { SeaworthyError } from "../core/index.ts";

/** What a command may touch of the process it runs in; tests give their own. */
export interface Context extends CommandContext {
  readonly process: {
    readonly stdout: { readonly write: (text: string) => void };
    readonly stderr: { readonly write: (text: string) => void };
    readonly env: Readonly<Partial<Record<string, string>>>;
    exitCode?: number | string | null;
  };
  readonly cwd: string;
  /** Whether a person watches each stream: colour and progress that repaints only then. */
  readonly terminal: { readonly stdout: boolean; readonly stderr: boolean };
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** The context of this process. A second SIGINT ends it at once. */
export const processContext = (): Context => {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new SeaworthyError("INTERRUPTED", "interrupted; what was begun can be resumed"));
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const colour = (stream: NodeJS.WriteStream): boolean =>
    (NO_COLOR ?? "") === "" && TERM !== "dumb" && (stream.isTTY || (FORCE_COLOR ?? "0") !== "0");
  const streams = {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env as Readonly<Partial<Record<string, string>>>,
    get exitCode() {
      return process.exitCode ?? null;
    },
    set exitCode(status: number | string | null) {
      process.exitCode = status;
    },
  };
  return {
    process: streams,
    cwd: process.cwd(),
    terminal: { stdout: colour(process.stdout), stderr: colour(process.stderr) },
    signal: controller.signal,
  };
};
