import { exitOf, ERRORS, forTerminal, isSeaworthyError, jsonForTerminal, type SeaworthyError, wordsOf } from "../core/index.ts";
import type { Context } from "./context.ts";

/** What a command found or did. Commands return it; one place prints it. */
export interface Outcome {
  readonly exit: number;
  /** For people. Empty when there is nothing to say. */
  readonly human: string;
  /** For scripts: printed by --json as one line on stdout. Undefined when the command has printed its one document already. */
  readonly json: unknown;
}

export interface OutputFlags {
  readonly json?: boolean;
}

const block = (error: SeaworthyError): string =>
  [`seaworthy: ${error.message}`, ...error.problems.map((problem) => `  ${problem}`), `  -> ${error.hint}`]
    .map((line) => `${forTerminal(line)}\n`)
    .join("");

const bug = (error: unknown): string =>
  `seaworthy: this is a bug of ours, please report it: ${forTerminal(wordsOf(error))}\n${error instanceof Error ? `${forTerminal(error.stack ?? "")}\n` : ""}`;

/** Errors in the form of their table: code, exit, message, hint. */
export const errorJson = (error: unknown): unknown =>
  isSeaworthyError(error)
    ? {
        schema: "seaworthy/error@1",
        code: error.code,
        exit: error.exit,
        retryable: ERRORS[error.code].retryable,
        message: forTerminal(error.message),
        problems: error.problems.map(forTerminal),
        hint: error.hint,
        details: error.details,
      }
    : {
        schema: "seaworthy/error@1",
        code: "BUG",
        exit: exitOf(error),
        retryable: false,
        message: forTerminal(wordsOf(error)),
        problems: [],
        hint: "Please report it.",
      };

/** The one document of --json: a command's, or the form of whatever was thrown. */
export const printJson = ({ process }: Pick<Context, "process">, document: unknown): void =>
  process.stdout.write(`${jsonForTerminal(document instanceof Error ? errorJson(document) : document)}\n`);

/** Prints an outcome or a failure and sets the exit status. */
export const reporting = <Flags extends OutputFlags, Args extends readonly (string | undefined)[]>(
  run: (context: Context, flags: Flags, ...args: Args) => Promise<Outcome>,
) =>
  async function (this: Context, flags: Flags, ...args: Args): Promise<void> {
    try {
      const outcome = await run(this, flags, ...args);
      if (flags.json === true && outcome.json !== undefined) printJson(this, outcome.json);
      else if (flags.json !== true && outcome.human !== "")
        this.process.stdout.write(outcome.human.endsWith("\n") ? outcome.human : `${outcome.human}\n`);
      this.process.exitCode = outcome.exit;
    } catch (error) {
      if (flags.json === true) printJson(this, error instanceof Error ? error : new Error(wordsOf(error)));
      this.process.stderr.write(isSeaworthyError(error) ? block(error) : bug(error));
      this.process.exitCode = exitOf(error);
    }
  };
