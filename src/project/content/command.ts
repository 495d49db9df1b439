import { exec, hasCode, SeaworthyError } from "../../core/index.ts";

/** A content is at most this much; Swarm's own bound for a secret is 500 kB. */
export const MAX_CONTENT_BYTES = 512 * 1024;

/** Nobody answers a prompt here: who waits longer than this waits for ever. */
const DEADLINE_MS = 30_000;

export interface Asking {
  /** Beside the process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Default 30 s. */
  readonly deadlineMs?: number;
}

/**
 * What a program printed, without a shell in between. Nothing that it says is repeated in an error: its output may be the secret, and so may what it complains of.
 * @throws TOOL_MISSING, DEADLINE, SOURCE_UNREACHABLE, INPUT_TOO_LARGE, INPUT_INVALID
 */
export const printed = async (
  what: string,
  [program = "", ...args]: readonly string[],
  { env, signal, deadlineMs = DEADLINE_MS }: Asking,
  { folder, input, maxBytes }: { /** Where it is started. */ readonly folder: string; readonly input?: string; readonly maxBytes: number },
): Promise<string> => {
  const result = await exec(program, args, {
    cwd: folder,
    maxBytes: maxBytes + 1,
    timeoutMs: deadlineMs,
    ...(env === undefined ? {} : { env }),
    ...(input === undefined ? {} : { input }),
    ...(signal === undefined ? {} : { signal }),
  }).catch((error: unknown) => {
    if (hasCode(error, "TOOL_MISSING")) throw new SeaworthyError("TOOL_MISSING", `${what}: there is no program "${program}" on PATH`);
    if (hasCode(error, "DEADLINE"))
      throw new SeaworthyError("DEADLINE", `${what}: ${program} did not end within ${deadlineMs / 1000} s`, {
        hint: "It gets no terminal and no input, so it cannot ask for a password: log in to the secrets manager first.",
      });
    throw error;
  });
  if (result.exitCode !== 0) throw new SeaworthyError("SOURCE_UNREACHABLE", `${what}: ${program} ended with status ${result.exitCode}`);
  if (Buffer.byteLength(result.stdout) > maxBytes)
    throw new SeaworthyError("INPUT_TOO_LARGE", `${what}: ${program} printed more than ${maxBytes} bytes`);
  // What is not UTF-8 was decoded into this, and would be written as something else than was printed.
  if (result.stdout.includes("\u{FFFD}"))
    throw new SeaworthyError("INPUT_INVALID", `${what}: what ${program} printed is not text in UTF-8`, {
      hint: "Let it print base64, and decode that where the content is used.",
    });
  return result.stdout;
};

/** A line end is what programs end their output with, not what they were asked for; only one goes, so that a content that ends in one can be had. */
export const commandContent = async (
  { key, command, folder }: { readonly key: string; readonly command: readonly string[]; readonly folder: string },
  asking: Asking,
): Promise<string> => {
  const what = `the content of ${key} comes from a command`;
  const content = (await printed(what, command, asking, { folder, maxBytes: MAX_CONTENT_BYTES })).replace(/\r?\n$/, "");
  if (content !== "") return content;
  throw new SeaworthyError("SOURCE_UNREACHABLE", `${what}: ${command[0] ?? ""} printed nothing`);
};
