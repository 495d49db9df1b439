import type { Result } from "./child.ts";

/** What a command may take, whatever it is given. */
export const LIMITS = {
  /** Of processor time: the machine may have others on it. */
  cpuMs: 20_000,
  /** After which it is one that does not end. */
  wallMs: 180_000,
  /** Resident, of which Node and our own code take some 120. */
  rssMib: 1024,
} as const;

export interface Verdict {
  readonly outcome: "ok" | "refused" | "defect";
  /** The error's code, or what is wrong. */
  readonly why: string;
}

const defect = (why: string): Verdict => ({ outcome: "defect", why });

/** Exit statuses without an error: done, and findings. */
const DONE = new Set<unknown>([0, 1]);
const asksForJson = (args: readonly string[]): boolean =>
  args.includes("--json") || (args.includes("--format") && ["sarif", "cyclonedx", "spdx"].some((format) => args.includes(format)));

/** @param subject its name on the command line, which an error has to name */
export const judged = (args: readonly string[], subject: string, result: Result): Verdict => {
  const { exit, stdout, stderr, thrown } = result;
  if (thrown !== undefined) return defect(`throws ${thrown.split("\n").slice(0, 3).join(" ")}`);
  if (exit === 70 || stderr.includes("a bug of ours")) return defect(`exit 70: ${stderr.split("\n").slice(0, 4).join(" ")}`);
  if (result.cpuMs > LIMITS.cpuMs) return defect(`${Math.round(result.cpuMs / 1000)} s of processor time`);
  if (result.peakMib > LIMITS.rssMib) return defect(`${Math.round(result.peakMib)} MiB`);
  if (result.openFiles.length > 0) return defect(`left open: ${result.openFiles.join(", ")}`);
  if (!result.isClean) return defect("prints what a terminal takes for an order");
  const [, words, hint] = /^seaworthy: ([^]*?)\n {2}-> (.+)$/m.exec(stderr) ?? [];
  if (words === undefined) {
    if (!DONE.has(exit)) return defect(`exit ${String(exit)} without a word: ${stderr.slice(0, 200)}`);
    return asksForJson(args) && !result.isJson ? defect(`its output is not JSON: ${stdout.slice(0, 200)}`) : { outcome: "ok", why: "" };
  }
  if (!words.includes(subject)) return defect(`an error that does not name the ${subject}: ${words.slice(0, 300)}`);
  if (hint === undefined || hint.trim() === "") return defect(`an error without a next step: ${words.slice(0, 300)}`);
  if (args.includes("--json") && !result.isJson) return defect(`the error is not JSON: ${stdout.slice(0, 200)}`);
  const code = args.includes("--json") ? /"code":"(\w+)"/.exec(stdout)?.[1] : undefined;
  return { outcome: "refused", why: code ?? `exit ${String(exit)}` };
};
