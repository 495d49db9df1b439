import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const LOOPBACK = /^(?:0100007F|00000000000000000000000001000000|0000000000000000FFFF00000100007F)$/;
const LISTENING = "0A";

/** Inode of each socket that is listened on beyond loopback, to its port (proc(5), /proc/net/tcp). */
const listened = (pid: number): ReadonlyMap<string, number> =>
  new Map(
    ["tcp", "tcp6"].flatMap((file) =>
      readFileSync(`/proc/${pid}/net/${file}`, "utf8")
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = "", , state]) => state === LISTENING && !LOOPBACK.test(local.split(":")[0] ?? ""))
        .map(([, local = "", , , , , , , , inode = ""]) => [inode, Number.parseInt(local.split(":")[1] ?? "", 16)] as const),
    ),
  );

const parentOf = (pid: number): number => Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);

/** The process and all that it started. One that ends meanwhile is left out. */
const familyOf = (root: number): readonly number[] => {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name): readonly (readonly [number, number])[] => {
        try {
          return [[Number(name), parentOf(Number(name))]];
        } catch {
          return [];
        }
      }),
  );
  const isOf = (pid: number | undefined): boolean => pid !== undefined && pid > 1 && (pid === root || isOf(parents.get(pid)));
  return [...parents.keys()].filter(isOf);
};

/** Ports that a process or one it started listens on beyond loopback. */
export const portsBeyondLoopback = (root: number): readonly number[] => {
  const found = familyOf(root).flatMap((pid) => {
    try {
      const sockets = listened(pid);
      return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? "";
        return sockets.get(inode) ?? [];
      });
    } catch {
      return [];
    }
  });
  return [...new Set(found)].toSorted((a, b) => a - b);
};
