import { EXIT_BUG, SeaworthyError } from "../core/index.ts";
import type { Context } from "./context.ts";
import { printJson } from "./outcome.ts";

/** Stricli's ExitCode: InvalidArgument is -4, UnknownCommand -5; above them are failures of its own or of a loader. */
const FIRST_OF_THE_USER = -4;

/** Stricli paints its complaints on a terminal. */
// oxlint-disable-next-line no-control-regex
const SGR = /\u001b\[[0-9;]*m/g;

/** The command line made no sense, or could not be loaded: the exit table's status, and for --json the one document that scripts wait for. */
export const usageFailure = (context: Context, args: readonly string[], status: number, words: string): void => {
  const before = args.indexOf("--");
  const json = args.slice(0, before < 0 ? undefined : before).includes("--json");
  const plain = words.replace(SGR, "").trim();
  const byUser = status <= FIRST_OF_THE_USER;
  const error = byUser ? new SeaworthyError("USAGE", plain) : new Error(plain);
  if (json) printJson(context, error);
  context.process.exitCode = byUser ? new SeaworthyError("USAGE", "").exit : EXIT_BUG;
};
