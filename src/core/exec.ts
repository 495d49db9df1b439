import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { MAX_TIMEOUT_MS } from "./clock.ts";
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
  /** 128 and the signal's number when a signal ended it, as a shell says it: 137 is SIGKILL. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const KILL_AFTER_MS = 5000;
/** A program that was stopped may leave children that hold its output open: they are not waited for longer than this. */
const LET_GO_MS = 500;
/** Characters of one unfinished line that are kept. */
const MAX_LINE = 65_536;

const collect = (stream: Readable, name: "stdout" | "stderr", options: ExecOptions): (() => string) => {
  const max = options.maxBytes ?? 16 * 1024 * 1024;
  const chunks: Buffer[] = [];
  const decoder = new StringDecoder("utf8");
  let kept = 0;
  let partial = "";
  stream.on("data", (chunk: Buffer) => {
    if (kept < max) {
      chunks.push(chunk.subarray(0, max - kept));
      kept += chunk.length;
    }
    if (options.onLine === undefined) return;
    const lines = (partial + decoder.write(chunk)).split("\n");
    partial = (lines.pop() ?? "").slice(-MAX_LINE);
    for (const line of lines) options.onLine(line, name);
  });
  stream.on("end", () => {
    if (partial !== "") options.onLine?.(partial, name);
  });
  return () => Buffer.concat(chunks).toString("utf8");
};

const cannotStart = (program: string, cwd: string | undefined, error: NodeJS.ErrnoException): SeaworthyError => {
  if (error.code !== "ENOENT") return new SeaworthyError("TOOL_MISSING", `cannot start ${program}: ${wordsOf(error)}`, { cause: error });
  // The same errno stands for a folder that is not there.
  return cwd !== undefined && !existsSync(cwd)
    ? new SeaworthyError("INPUT_NOT_FOUND", `cannot run ${program} in ${cwd}: there is no such folder`, { cause: error })
    : new SeaworthyError("TOOL_MISSING", `there is no program "${program}" on PATH`, { cause: error });
};

/** A null byte ends an argument for the kernel, so Node throws on it at once; it comes from somebody's file. */
const assertArguments = (program: string, args: readonly string[]): void => {
  if ([program, ...args].some((one) => one.includes("\0")))
    throw new SeaworthyError("INPUT_INVALID", `an argument for ${program} has a null byte in it`);
};

/**
 * Runs a program without a shell and returns its outcome, whatever its exit status.
 * @throws TOOL_MISSING when there is no such program; INPUT_NOT_FOUND when `cwd` is not there; DEADLINE; the signal's reason when aborted.
 */
export const exec = (program: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> =>
  new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    assertArguments(program, args);
    const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ["pipe", "pipe", "pipe"] });
    const stdout = collect(child.stdout, "stdout", options);
    const stderr = collect(child.stderr, "stderr", options);
    let stopped: { readonly reason: unknown } | undefined;
    let killer: NodeJS.Timeout | undefined;
    let ender: NodeJS.Timeout | undefined;
    const letGo = (): void => {
      ender ??= setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, LET_GO_MS);
    };
    const stop = (reason: unknown): void => {
      stopped ??= { reason };
      child.kill("SIGTERM");
      killer ??= setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
      if (child.exitCode !== null || child.signalCode !== null) letGo();
    };
    const aborted = (): void => stop(options.signal?.reason);
    options.signal?.addEventListener("abort", aborted, { once: true });
    const timeoutMs = Math.min(options.timeoutMs ?? 600_000, MAX_TIMEOUT_MS);
    const deadline = setTimeout(
      () => stop(new SeaworthyError("DEADLINE", `${program} did not finish within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const settle = (): void => {
      clearTimeout(deadline);
      clearTimeout(killer);
      clearTimeout(ender);
      options.signal?.removeEventListener("abort", aborted);
    };
    child.once("error", (error: NodeJS.ErrnoException) => {
      settle();
      reject(cannotStart(program, options.cwd, error));
    });
    child.once("exit", () => {
      if (stopped !== undefined) letGo();
    });
    child.once("close", (code, signal) => {
      settle();
      if (stopped !== undefined) reject(stopped.reason);
      else resolve({ exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout: stdout(), stderr: stderr() });
    });
    // A program that exits before reading its input closes the pipe; its exit status says the rest.
    child.stdin.on("error", () => child.stdin.destroy());
    if (options.input === undefined) child.stdin.end();
    else if (typeof options.input === "string" || options.input instanceof Uint8Array) child.stdin.end(options.input);
    else {
      // A source that fails midway must not pass for one that ended: the program is stopped, and the source's own error is what is told.
      options.input.once("error", stop);
      options.input.pipe(child.stdin);
    }
  });

/** The last lines a program said, redacted: what an error message shows of it. A secret of several lines is taken out before any of them is cut off. */
export const lastWords = (result: ExecResult, lines = 12): string =>
  redact(result.stderr.trim() || result.stdout.trim())
    .split("\n")
    .slice(-lines)
    .join("\n");
