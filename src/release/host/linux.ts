import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { fileError, SeaworthyError } from "../../core/index.ts";
import type { HostNetwork, Listener } from "./host-network.ts";
import { addRedirect, dropRedirect, inputFilter } from "./iptables.ts";
import { readSockets, type Socket } from "./sockets.ts";

/** What ends while it is looked at is not there. */
const quietly = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

const socketsOf = (folder: string): readonly Socket[] => [
  ...readSockets(readFileSync(`${folder}/tcp`, "utf8")),
  ...readSockets(quietly(() => readFileSync(`${folder}/tcp6`, "utf8")) ?? ""),
];

const processes = (): readonly string[] => readdirSync("/proc").filter((name) => /^\d+$/.test(name));

const nameOf = (pid: string | number): string | undefined => quietly(() => readFileSync(`/proc/${pid}/comm`, "utf8").trim());

const inodesOf = (pid: string): readonly string[] =>
  (quietly(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap((fd) => {
    const target = quietly(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return /^socket:\[(\d+)\]$/.exec(target ?? "")?.[1] ?? [];
  });

const containerOf = (pid: string): string | undefined =>
  /[0-9a-f]{64}/.exec(quietly(() => readFileSync(`/proc/${pid}/cgroup`, "utf8")) ?? "")?.[0];

const isLoopback = (address: string): boolean => address.startsWith("127.") || address === `${"0".repeat(24)}01000000`;

const listener = async (port: number): Promise<Listener | undefined> => {
  const found = socketsOf("/proc/self/net").filter(({ state, localPort }) => state === "listening" && localPort === port);
  if (found.length === 0) return undefined;
  const inodes = new Set(found.map(({ inode }) => inode));
  const loopback = found.every(({ localAddress }) => isLoopback(localAddress));
  const pid = processes().find((name) => inodesOf(name).some((inode) => inodes.has(inode)));
  if (pid === undefined) return { loopback };
  const program = nameOf(pid);
  const containerId = containerOf(pid);
  return {
    pid: Number(pid),
    loopback,
    ...(program === undefined ? {} : { program }),
    ...(containerId === undefined ? {} : { containerId }),
  };
};

/** `address:port` of this host's ends of connections that processes of a name have made to a port. */
const madeBy = (program: string, port: number): ReadonlySet<string> => {
  const inodes = new Set(processes().flatMap((pid) => (nameOf(pid) === program ? inodesOf(pid) : [])));
  return new Set(
    socketsOf("/proc/self/net")
      .filter(({ remotePort, inode }) => remotePort === port && inodes.has(inode))
      .map(({ localAddress, localPort }) => `${localAddress}:${localPort}`),
  );
};

const connections = async (pid: number, port: number, besides: string): Promise<readonly string[]> => {
  try {
    const open = socketsOf(`/proc/${pid}/net`).filter(
      ({ state, localPort }) => (state === "established" || state === "opening") && localPort === port,
    );
    const known = open.length === 0 ? new Set<string>() : madeBy(besides, port);
    return open.filter((one) => !known.has(`${one.remoteAddress}:${one.remotePort}`)).map(({ remoteAddress }) => remoteAddress);
  } catch (error) {
    throw nameOf(pid) === undefined
      ? new SeaworthyError("INPUT_NOT_FOUND", `there is no process ${pid} here`, {
          cause: error,
          hint: "Run where the engine's processes can be seen: on the host itself, or in a container with its process namespace (--pid host).",
        })
      : fileError(error, `read the connections of process ${pid}`);
  }
};

/** This machine's own: /proc and iptables. */
export const linuxNetwork: HostNetwork = {
  redirect: addRedirect,
  endRedirect: dropRedirect,
  listener,
  connections,
  filter: inputFilter,
};
