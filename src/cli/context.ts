import type { CommandContext } from "@stricli/core";

/** A fact about each of the two streams. */
export interface Streams {
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** What a command may touch of the process it runs in; tests give their own. */
export interface Context extends CommandContext {
  readonly process: {
    readonly stdout: { readonly write: (text: string) => void };
    readonly stderr: { readonly write: (text: string) => void };
    readonly env: Readonly<Partial<Record<string, string>>>;
    exitCode?: number | string | null;
  };
  readonly cwd: string;
  /** Of the terminal on stdout; undefined where that is none. */
  readonly columns?: number | undefined;
  /** Whether a person watches the stream: progress that repaints, and questions, only then. */
  readonly terminal: Streams;
  /** Whether it takes colour. A terminal may not (NO_COLOR), a pipe may (FORCE_COLOR). */
  readonly colour: Streams;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

type Environment = Context["process"]["env"];

/** https://no-color.org, https://force-color.org: set and not empty counts, FORCE_COLOR=0 does not; NO_COLOR wins. */
export const takesColour = ({ NO_COLOR = "", FORCE_COLOR = "", TERM }: Environment, isTerminal: boolean): boolean => {
  if (NO_COLOR !== "") return false;
  if (FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return isTerminal && TERM !== "dumb";
};

/** 128 and the signal's number. */
const EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** A reader that has gone, as `| head` does, ends nobody's rollout: what is said from then on is said to nobody. */
const quietPipe = (stream: NodeJS.WriteStream): void => {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
};

/**
 * The context of this process, and the last words it wrote to stderr. A second SIGINT ends it at once.
 * Loads nothing of ours before a signal comes: `--help` goes through here.
 */
export const processContext = (): { readonly context: Context; readonly lastWords: () => string } => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => {
      void import("../core/index.ts").then(({ SeaworthyError }) =>
        controller.abort(new SeaworthyError("INTERRUPTED", "interrupted; what was begun can be resumed", { exit: EXIT[signal] })),
      );
    });
  let words = "";
  for (const stream of [process.stdout, process.stderr]) quietPipe(stream);
  const both = (ask: (stream: NodeJS.WriteStream) => boolean): Streams => ({ stdout: ask(process.stdout), stderr: ask(process.stderr) });
  const streams = {
    stdout: process.stdout,
    stderr: {
      write: (text: string) => {
        words = text;
        process.stderr.write(text);
      },
    },
    env: process.env as Environment,
    get exitCode() {
      return process.exitCode ?? null;
    },
    set exitCode(status: number | string | null) {
      process.exitCode = status;
    },
  };
  return {
    context: {
      process: streams,
      cwd: process.cwd(),
      columns: process.stdout.columns,
      terminal: both((stream) => stream.isTTY && process.env["TERM"] !== "dumb"),
      colour: both((stream) => takesColour(process.env, stream.isTTY)),
      signal: controller.signal,
    },
    lastWords: () => words,
  };
};
