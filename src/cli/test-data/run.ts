import { run } from "@stricli/core";
import { application } from "../app.ts";
import type { Context } from "../context.ts";
import { usageFailure } from "../usage.ts";

export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** One command line as the tool takes it, with nobody at a terminal. */
export const seaworthy = async (
  args: readonly string[],
  {
    cwd = "/",
    env = {},
    terminal = false,
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly terminal?: boolean } = {},
): Promise<Said> => {
  let out = "";
  let err = "";
  let last = "";
  const both = { stdout: terminal, stderr: terminal };
  const context: Context = {
    process: {
      stdout: { write: (text) => void (out += text) },
      stderr: {
        write: (text) => {
          last = text;
          err += text;
        },
      },
      env,
      exitCode: null,
    },
    cwd,
    terminal: both,
    colour: both,
    signal: new AbortController().signal,
  };
  await run(application, args, context);
  const status = Number(context.process.exitCode ?? 0);
  if (status < 0) usageFailure(context, args, status, last);
  return { exit: Number(context.process.exitCode ?? 0), out, err };
};
