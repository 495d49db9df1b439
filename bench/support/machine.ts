import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";

/** Where and when a figure was measured: without it the figure says nothing. */
export interface Machine {
  readonly date: string;
  readonly commit: string;
  readonly cpu: string;
  readonly processors: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  /** Version of the Docker Engine that answers here, if one does. */
  readonly engine?: string;
  /** Over the last minute, before the bench: a busy machine measures itself. */
  readonly load: number;
}

/** What a program prints; nothing where it cannot. */
const said = (program: string, ...args: readonly string[]): string => {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 10_000 }).trim();
  } catch {
    return "";
  }
};
const git = (...args: readonly string[]): string => said("git", "-C", join(import.meta.dirname, "..", ".."), ...args);

const systemName = (): string => {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? process.platform;
  } catch {
    return process.platform;
  }
};

export const thisMachine = (): Machine => {
  const engine = said("docker", "version", "--format", "{{.Server.Version}}");
  return {
    date: new Date().toISOString(),
    commit: `${git("rev-parse", "--short=12", "HEAD") || "unknown"}${git("status", "--porcelain") === "" ? "" : " and changes"}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    processors: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${systemName()}, kernel ${release()}`,
    node: process.version,
    ...(engine === "" ? {} : { engine }),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
};
