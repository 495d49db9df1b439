import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../test/support/e2e/installation.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const CACHE = join(homedir(), ".cache", "seaworthy-bench");

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

/** Debian's own package, fetched once through apt and unpacked without installing it: nothing is started by it. */
const dockerRegistry = (): string => {
  const binary = join(CACHE, "docker-registry");
  if (existsSync(binary)) return binary;
  const folder = mkdtempSync(join(tmpdir(), "seaworthy-docker-registry-"));
  try {
    const run = (program: string, ...args: readonly string[]): void =>
      void execFileSync(program, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    run("apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", "docker-registry");
    const archive = readdirSync(folder).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get download docker-registry left no package");
    run("dpkg-deb", "-x", archive, "unpacked");
    mkdirSync(CACHE, { recursive: true });
    copyFileSync(join(folder, "unpacked", "usr", "bin", "docker-registry"), binary);
    return binary;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const statusOf = (pid: number, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

const TICKS = 100;
const cpuSeconds = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
};

const answers = async (address: string): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(`http://${address}/v2/`).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new Error(`nothing answers at ${address}`);
};

const served = async (name: string, address: string, child: ChildProcess): Promise<Served> => {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} did not start`);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    await answers(address);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name,
    address,
    cpuSeconds: () => cpuSeconds(pid),
    rssMib: () => statusOf(pid, "VmRSS"),
    peakMib: () => statusOf(pid, "VmHWM"),
    forgetPeak: () => writeFileSync(`/proc/${pid}/clear_refs`, "5"),
    [Symbol.asyncDispose]: stop,
  };
};

/** Ours, as it is published. */
export const serveOurs = async (scratch: string): Promise<Served> => {
  const bundle = join(scratch, "bundle");
  execFileSync(process.execPath, [join(ROOT, "script", "bundle.ts"), bundle], { stdio: ["ignore", "ignore", "inherit"] });
  const address = `127.0.0.1:${await freePort()}`;
  const args = [join(bundle, "bin", "seaworthy.js"), "registry", "serve", "--data", join(scratch, "ours"), "--listen", address, "--open"];
  return await served("seaworthy", address, spawn(process.execPath, args, { stdio: ["ignore", "ignore", "ignore"] }));
};

/** Debian's docker-registry as its package configures it, without its access log. */
export const servePeer = async (scratch: string): Promise<Served> => {
  const address = `127.0.0.1:${await freePort()}`;
  const file = join(scratch, "peer.yml");
  writeFileSync(
    file,
    `version: 0.1
log: { level: error, accesslog: { disabled: true } }
storage:
  cache: { blobdescriptor: inmemory }
  filesystem: { rootdirectory: ${join(scratch, "peer")} }
  delete: { enabled: true }
http: { addr: "${address}", headers: { X-Content-Type-Options: [nosniff] } }
health: { storagedriver: { enabled: true, interval: 10s, threshold: 3 } }
`,
  );
  const env = { PATH: process.env["PATH"] ?? "", OTEL_TRACES_EXPORTER: "none" };
  return await served("docker-registry", address, spawn(dockerRegistry(), ["serve", file], { stdio: ["ignore", "ignore", "ignore"], env }));
};
