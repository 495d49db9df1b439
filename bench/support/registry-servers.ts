import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dockerRegistry, startDockerRegistry, type Started } from "../../test/support/docker-registry.ts";
import { freePort } from "../../test/support/e2e/installation.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** A registry in a process of its own, with its data in `folder`. */
export interface Served extends AsyncDisposable {
  readonly name: string;
  readonly address: string;
  /** User and system, since it began. */
  cpuSeconds(): number;
  rssMib(): number;
  /** The most it had since the last call of `forgetPeak`. */
  peakMib(): number;
  forgetPeak(): void;
}

const statusOf = (pid: number, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

const TICKS = 100;
const cpuSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
};

const watching = (name: string, { address, pid, [Symbol.asyncDispose]: stop }: Started): Served => ({
  name,
  address,
  cpuSeconds: () => cpuSeconds(pid),
  rssMib: () => statusOf(pid, "VmRSS"),
  peakMib: () => statusOf(pid, "VmHWM"),
  forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, "5"),
  [Symbol.asyncDispose]: stop,
});

/** Ours, as it is published. */
export const serveOurs = async (scratch: string): Promise<Served> => {
  const bundle = join(scratch, "bundle");
  execFileSync(process.execPath, [join(ROOT, "script", "bundle.ts"), bundle], { stdio: ["ignore", "ignore", "inherit"] });
  const address = `127.0.0.1:${await freePort()}`;
  const args = ["registry", "serve", "--data", join(scratch, "ours"), "--listen", address, "--open", "--json"];
  const child = spawn(process.execPath, [join(bundle, "bin", "seaworthy.js"), ...args], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  // It says so when it listens.
  const listens = new Promise<boolean>((resolve) => child.stdout.once("data", () => resolve(true)));
  if (!(await Promise.race([listens, ended.then(() => false)]))) throw new Error("our registry did not start");
  child.stdout.resume();
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  return watching("seaworthy", { address, pid: child.pid ?? 0, [Symbol.asyncDispose]: stop });
};

/** Debian's docker-registry, as its package configures it, without its access log. */
export const servePeer = async (scratch: string): Promise<Served> => {
  const binary = dockerRegistry();
  if (binary === undefined) throw new Error("Debian's docker-registry cannot be had: are its package servers within reach?");
  return watching("docker-registry", await startDockerRegistry(binary, join(scratch, "peer")));
};
