import { spawn } from "node:child_process";
import { constants } from "node:os";
import { SeaworthyError, wordsOf } from "../core/index.ts";
import type { Context } from "./context.ts";

/**
 * Runs the docker program on this process's own terminal: what needs a person's keyboard is its business. Ctrl-C goes to it as to us.
 * @returns its exit status; 128 and the signal's number when a signal ended it. @throws TOOL_MISSING
 */
export const dockerOnTerminal = (context: Context, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn("docker", args, { stdio: "inherit", env: { ...context.process.env } });
    // SIGTERM came to us alone; SIGINT from the keyboard has reached it already, and twice does no harm.
    const forward = (): void => void child.kill("SIGTERM");
    context.signal.addEventListener("abort", forward, { once: true });
    child.once("error", (error) => {
      context.signal.removeEventListener("abort", forward);
      reject(
        new SeaworthyError("TOOL_MISSING", `cannot start docker: ${wordsOf(error)}`, { cause: error, hint: "Install the docker CLI." }),
      );
    });
    child.once("exit", (code, signal) => {
      context.signal.removeEventListener("abort", forward);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });

/** Whether a person is at both ends. */
export const hasTerminal = (context: Context): boolean => process.stdin.isTTY && context.terminal.stdout;
