/** Runs commands as the tool's own process would, one after another, and says what each took. Its parent ends it where it takes too much. */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "@stricli/core";
import { application } from "../../src/cli/app.ts";
import type { Context } from "../../src/cli/context.ts";

export interface Order {
  readonly args: readonly string[];
  readonly cwd: string;
}

export interface Result {
  readonly exit: number | string | null;
  /** Of each stream the beginning. */
  readonly stdout: string;
  readonly stderr: string;
  /** With --json or a JSON format: whether stdout was one document. */
  readonly isJson: boolean;
  /** Whether a terminal would take anything of it for an order. */
  readonly isClean: boolean;
  readonly cpuMs: number;
  /** The process's largest, in MiB, since this command began. */
  readonly peakMib: number;
  /** Files that it opened and did not close. */
  readonly openFiles: readonly string[];
  /** What left the command as a thrown value. */
  readonly thrown?: string;
}

const KEPT_LENGTH = 20_000;
const MAX_LENGTH = 256 * 1024 * 1024;
// oxlint-disable-next-line no-control-regex -- looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u0080-\u009f\u202a-\u202e\u2066-\u2069]/;

const peakMib = (): number => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) / 1024;
const openFiles = (): readonly string[] =>
  readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${name}`);
      return target.startsWith("/") && !target.startsWith("/dev/") && !target.startsWith("/proc/") ? [target] : [];
    } catch {
      return [];
    }
  });

const collected = (): { readonly write: (text: string) => void; readonly text: () => string } => {
  const parts: string[] = [];
  let length = 0;
  return {
    write: (text) => {
      length += text.length;
      if (length > MAX_LENGTH) throw new Error(`more than ${MAX_LENGTH} characters were printed`);
      parts.push(text);
    },
    text: () => parts.join(""),
  };
};

const isDocument = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

const perform = async ({ args, cwd }: Order): Promise<Result> => {
  globalThis.gc?.();
  const before = openFiles();
  // The largest size is counted from here on (proc(5), clear_refs).
  writeFileSync("/proc/self/clear_refs", "5");
  const [stdout, stderr] = [collected(), collected()];
  const context: Context = {
    process: { stdout, stderr, env: process.env, exitCode: null },
    cwd,
    terminal: { stdout: false, stderr: false },
    colour: { stdout: false, stderr: false },
    signal: new AbortController().signal,
  };
  const begun = process.cpuUsage();
  let thrown: string | undefined;
  try {
    await run(application, args, context);
  } catch (error) {
    thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(begun);
  const peak = peakMib();
  for (let tries = 0; tries < 20 && openFiles().length > before.length; tries += 1) await sleep(10);
  const [out, err] = [stdout.text(), stderr.text()];
  return {
    exit: context.process.exitCode ?? null,
    stdout: out.slice(0, KEPT_LENGTH),
    stderr: err.slice(0, KEPT_LENGTH),
    isJson: isDocument(out),
    isClean: !CONTROL.test(out) && !CONTROL.test(err),
    cpuMs: (user + system) / 1000,
    peakMib: peak,
    openFiles: openFiles().filter((path) => !before.includes(path)),
    ...(thrown === undefined ? {} : { thrown }),
  };
};

process.on("message", (order: Order) => {
  void perform(order).then((result) => process.send?.(result));
});
process.send?.("ready");
