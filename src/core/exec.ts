import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { SeaworthyError, wordsOf } from "./errors.ts";
import { redact } from "./redact.ts";

export interface ExecOptions {
  readonly cwd?: string;
  /** Added to the process environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string | Uint8Array | Readable;
  readonly signal?: AbortSignal;
  /** Default 10 minutes. SIGTERM then, SIGKILL 5 s later. */
  readonly timeoutMs?: number;
  /** Output kept per stream; the rest is counted and dropped. Default 16 MiB. */
  readonly maxBytes?: number;
  /** Called with each complete line as it comes. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const KILL_AFTER_MS = 5000;

const collect = (stream: Readable, name: "stdout" | "stderr", options: ExecOptions): (() => string) => {
  const max = options.maxBytes ?? 16 * 1024 * 1024;
  const chunks: Buffer[] = [];
  let kept = 0;
  let partial = "";
  stream.on("data", (chunk: Buffer) => {
    if (kept < max) {
      chunks.push(chunk.subarray(0, max - kept));
      kept += chunk.length;
    }
    if (options.onLine === undefined) return;
    const lines = (partial + chunk.toString("utf8")).split("\n");
    partial = (lines.pop() ?? "").slice(-65_536);
    for (const line of lines) options.onLine(line, name);
  });
  stream.on("end", () => {
    if (partial !== "") options.onLine?.(partial, name);
  });
  return () => Buffer.concat(chunks).toString("utf8");
};

/**
 * Runs a program without a shell and returns its outcome, whatever its exit status.
 * @throws TOOL_MISSING when there is no such program; DEADLINE; the signal's reason when aborted.
 */
export const exec = (program: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> =>
  new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ["pipe", "pipe", "pipe"] });
    const stdout = collect(child.stdout, "stdout", options);
    const stderr = collect(child.stderr, "stderr", options);
    let stopped: unknown;
    let killer: NodeJS.Timeout | undefined;
    const stop = (reason: unknown): void => {
      stopped ??= reason;
      child.kill("SIGTERM");
      killer ??= setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
    };
    const aborted = (): void => stop(options.signal?.reason);
    options.signal?.addEventListener("abort", aborted, { once: true });
    const timeoutMs = options.timeoutMs ?? 600_000;
    const deadline = setTimeout(
      () => stop(new SeaworthyError("DEADLINE", `${program} did not finish within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const settle = (): void => {
      clearTimeout(deadline);
      clearTimeout(killer);
      options.signal?.removeEventListener("abort", aborted);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      settle();
      reject(
        error.code === "ENOENT"
          ? new SeaworthyError("TOOL_MISSING", `there is no program "${program}" on PATH`, { cause: error })
          : new SeaworthyError("TOOL_MISSING", `cannot start ${program}: ${wordsOf(error)}`, { cause: error }),
      );
    });
    child.once("close", (code, signal) => {
      settle();
      if (stopped !== undefined) reject(stopped);
      else resolve({ exitCode: code ?? (signal === null ? 1 : 128), stdout: stdout(), stderr: stderr() });
    });
    // A program that exits before reading its input closes the pipe; its exit status says the rest.
    child.stdin.on("error", () => child.stdin.destroy());
    if (options.input === undefined) child.stdin.end();
    else if (typeof options.input === "string" || options.input instanceof Uint8Array) child.stdin.end(options.input);
    else options.input.pipe(child.stdin);
  });

/** The last lines a program said, redacted: what an error message shows of it. */
export const lastWords = (result: ExecResult, lines = 12): string =>
  redact((result.stderr.trim() || result.stdout.trim()).split("\n").slice(-lines).join("\n"));
