import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exec } from "../../../src/core/index.ts";
import { PROXY_IMAGES } from "../../../src/proxy/index.ts";
import { dockerAt, type Place } from "./docker.ts";
import type { Scratch } from "./scratch.ts";

/**
 * A Docker Engine of the test's own, which it may stop and kill: in a network namespace, so that its iptables rules, its ports and its addresses are apart
 * from the machine's engine. The namespace is reached from here over a pair of virtual interfaces.
 */
export interface OwnEngine extends Place {
  readonly dockerHost: string;
  readonly netns: string;
  /** Where the namespace is, seen from here. */
  readonly address: string;
  /** SIGTERM, as the service manager does it: the engine stops its containers first. SIGKILL: a crash, containers go on. Returns once it is gone. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Returns once it answers. `liveRestore`: from now on containers go on while the daemon is gone; default as at its last start, at first not. */
  start(options?: { readonly liveRestore?: boolean }): Promise<void>;
}

/** The pair of virtual interfaces; one that runs beside the tests needs names and addresses of its own. */
export interface Link {
  readonly outside: string;
  readonly inside: string;
  /** With the length of their prefix. */
  readonly near: string;
  readonly far: string;
}

const LINK: Link = { outside: "swe2e-out", inside: "swe2e-in", near: "10.213.77.1/30", far: "10.213.77.2/30" };
const nameOf = (folder: string): string => basename(folder);
const pathsOf = (folder: string) => {
  const engine = join(folder, "engine");
  const at = (name: string): string => join(engine, name);
  return {
    engine,
    data: at("data"),
    exec: at("x"),
    pid: at("pid"),
    socket: at("d.sock"),
    containerd: at("containerd"),
    containerdSocket: at("c.sock"),
  };
};
const cgroupOf = (folder: string): string => `/${nameOf(folder)}`;

/** Why no second engine can be started here; undefined when one can. */
export const whyNoOwnEngine = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0) return "a second engine needs root";
  for (const program of ["dockerd", "containerd", "nsenter", "ip"])
    if ((await exec("sh", ["-c", `command -v ${program}`])).exitCode !== 0) return `a second engine needs ${program}`;
  return undefined;
};

const ip = async (args: readonly string[]): Promise<void> => {
  await dockerAt({}).program("ip", args);
};

const alive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

const until = async (what: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> => {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${withinMs / 1000} s`);
    await sleep(50);
  }
};

export const startOwnEngine = async ({ folder }: Pick<Scratch, "folder">, link: Link = LINK): Promise<OwnEngine> => {
  const paths = pathsOf(folder);
  const netns = `/run/netns/${nameOf(folder)}`;
  const dockerHost = `unix://${paths.socket}`;
  for (const path of [paths.engine, paths.data, paths.exec]) mkdirSync(path, { recursive: true });
  await ip(["netns", "add", nameOf(folder)]);
  await ip(["link", "add", link.outside, "type", "veth", "peer", "name", link.inside, "netns", nameOf(folder)]);
  await ip(["addr", "add", link.near, "dev", link.outside]);
  await ip(["link", "set", link.outside, "up"]);
  const within = ["-n", nameOf(folder)];
  await ip([...within, "addr", "add", link.far, "dev", link.inside]);
  await ip([...within, "link", "set", link.inside, "up"]);
  await ip([...within, "link", "set", "lo", "up"]);
  let daemon: ChildProcess | undefined;
  const docker = dockerAt({ dockerHost });

  const group = daemonGroup(folder);
  const log = openSync(join(paths.engine, "log"), "a");
  // In a group of the kernel's own with all its descendants, so that none can be left over.
  const begin = (command: readonly string[]): ChildProcess =>
    spawn("sh", ["-c", 'echo $$ > "$1/cgroup.procs"; shift; exec "$@"', "sh", group, ...command], { stdio: ["ignore", log, log] });
  // As Debian runs it: containerd is a service of its own, which a crash of dockerd leaves alone.
  writeFileSync(join(paths.engine, "containerd.toml"), 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n');
  const stores = [
    "--root",
    join(paths.containerd, "root"),
    "--state",
    join(paths.containerd, "state"),
    "--address",
    paths.containerdSocket,
  ];
  begin(["containerd", "--config", join(paths.engine, "containerd.toml"), ...stores]);
  await until("containerd's start", () => existsSync(paths.containerdSocket));

  let restoring = false;
  const start: OwnEngine["start"] = async ({ liveRestore = restoring } = {}) => {
    restoring = liveRestore;
    const folders = ["--data-root", paths.data, "--exec-root", paths.exec, "--pidfile", paths.pid, "--host", dockerHost];
    const groups = ["--cgroup-parent", cgroupOf(folder), "--exec-opt", "native.cgroupdriver=cgroupfs"];
    daemon = begin([
      "nsenter",
      `--net=${netns}`,
      "dockerd",
      "--containerd",
      paths.containerdSocket,
      ...folders,
      ...groups,
      ...(liveRestore ? ["--live-restore"] : []),
    ]);
    await until("the second engine's start", async () => (await docker.attempt(["version"])).exitCode === 0);
  };
  await start();
  const images: string[] = [];
  for (const image of ["seaworthy/nodejs:24", ...PROXY_IMAGES])
    if ((await dockerAt({}).attempt(["image", "inspect", image])).exitCode === 0) images.push(image);
  await dockerAt({}).program("sh", ["-c", `docker save ${images.join(" ")} | docker --host ${dockerHost} load`]);
  return {
    dockerHost,
    netns,
    address: link.far.split("/")[0] ?? "",
    start,
    stop: async (signal) => {
      const gone = new Promise<void>((resolve) => daemon?.once("exit", () => resolve()));
      daemon?.kill(signal);
      await gone;
    },
  };
};

/** Made where it is missing: the group of the daemon itself, in the one hierarchy of cgroup v2 or in the pids hierarchy of v1. */
const daemonGroup = (folder: string): string => {
  const base = existsSync("/sys/fs/cgroup/cgroup.controllers") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
  const path = join(base, cgroupOf(folder), "daemon");
  mkdirSync(path, { recursive: true });
  return path;
};

const cgroupFolders = (folder: string): readonly string[] =>
  ["/sys/fs/cgroup", ...readdirSync("/sys/fs/cgroup").map((name) => join("/sys/fs/cgroup", name))]
    .map((base) => join(base, cgroupOf(folder)))
    .filter((path) => existsSync(path));

/** Takes the engine of a scratch folder away, with everything that it runs. Nothing when there is none. */
export const stopEngineOf = async (folder: string, { outside }: Pick<Link, "outside"> = LINK): Promise<void> => {
  const paths = pathsOf(folder);
  if (!existsSync(paths.engine)) return;
  const pid = existsSync(paths.pid) ? Number(readFileSync(paths.pid, "utf8")) : 0;
  // The number alone could be another process's by now.
  const ours = (): boolean => pid > 0 && alive(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(paths.data);
  if (ours()) {
    const docker = dockerAt({ dockerHost: `unix://${paths.socket}` });
    const listed = await docker.attempt(["ps", "-aq"]);
    const names = listed.stdout.split("\n").filter((line) => line !== "");
    if (names.length > 0) await docker.attempt(["rm", "-f", "-v", ...names]);
    process.kill(pid, "SIGTERM");
    await until("the second engine's end", () => !ours(), 20_000).catch(() => process.kill(pid, "SIGKILL"));
  }
  const folders = cgroupFolders(folder);
  const members = (): readonly number[] =>
    folders.flatMap((path) =>
      readdirSync(path, { recursive: true, encoding: "utf8" })
        .filter((name) => basename(name) === "cgroup.procs")
        .flatMap((name) => readFileSync(join(path, name), "utf8").split("\n").filter(Boolean).map(Number)),
    );
  await until("the end of the second engine's processes", () => {
    const left = members();
    for (const one of left) process.kill(one, "SIGKILL");
    return left.length === 0;
  });
  for (const path of folders)
    for (const inner of [...readdirSync(path, { recursive: true, withFileTypes: true, encoding: "utf8" })].reverse())
      if (inner.isDirectory()) rmdirSync(join(inner.parentPath, inner.name));
  for (const path of folders) rmdirSync(path);
  if (existsSync(`/sys/class/net/${outside}`)) await ip(["link", "del", outside]);
  if (existsSync(`/run/netns/${nameOf(folder)}`)) await ip(["netns", "del", nameOf(folder)]);
};
